"""Pronouns and descriptions are what was said shortly before, where only one thing fits."""

from itertools import pairwise

import pytest

from questgraph.graphs.assembly import assemble
from questgraph.graphs.decisions import Decision
from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.graphs.resolution import lineages
from questgraph.graphs.resolution.anaphora import antecedents
from questgraph.graphs.resolution.things import things_of
from questgraph.tools.records import Argument, Claim, Document, Mention, Span
from questgraph.tools.schema import EntityType, RelationType, Schema

SCHEMA = Schema(
    name="small",
    entities=(
        EntityType(name="researcher", guideline="A person who does research."),
        EntityType(name="firm"),
    ),
    relations=(RelationType(name="founded"),),
)


def claims_of(marked: str) -> tuple[list[Claim], dict[str, Document]]:
    """Return claims of a text in which `[type:name]` are things, those with `=` between related."""
    text, mentions = "", []
    for i, piece in enumerate(marked.replace("]", "[").split("[")):
        type_, _, words = piece.partition(":") if i % 2 else ("", "", piece)
        if i % 2:
            span = Span(len(text), len(text) + len(words))
            mentions.append(Mention(words, type=type_, span=span, level="exact"))
        text += words
    where = {"document_id": "d", "unit_id": "d#0", "verdict": "sound"}
    claims = [
        Claim("entity", m.type, (Argument("mention", m),), **where)  # type: ignore[arg-type]
        for m in mentions
        if m.type
    ]
    for one, other in pairwise(mentions):
        assert one.span
        assert other.span
        if "=" in text[one.span.end : other.span.start]:
            parts = (Argument("head", one), Argument("tail", other))
            claims.append(Claim("relation", "founded", parts, **where))  # type: ignore[arg-type]
    return claims, {"d": Document("d", text)}


def graph_of(marked: str, *decisions: Decision) -> KnowledgeGraph:
    return assemble(*claims_of(marked), SCHEMA, decisions=decisions)


def names(graph: KnowledgeGraph) -> list[str]:
    return sorted(node["name"] for _, node in graph.nodes(data=True))


@pytest.mark.parametrize(
    "text",
    [
        "[researcher:Ann Lee] left. [:She] = [firm:Acme].",
        "[researcher:Ann Lee] says [researcher:he] = [firm:Acme].",
        "[researcher:Ann Lee] left [firm:Bolt]. Then [researcher:her] = [firm:Acme].",
    ],
)
def test_a_pronoun_for_people_is_the_only_person_before_it(text: str) -> None:
    graph = graph_of(text)

    ((head, _),) = graph.edges()
    assert graph.nodes[head]["name"] == "Ann Lee"
    assert graph.nodes[head]["aliases"] == []
    assert "the only one that fits" in graph.nodes[head]["merged"][0]["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "[researcher:Ann Lee] met [researcher:Bo Reed]. [:She] = [firm:Acme].",
        "[researcher:Ann Lee] left. It rained. It poured. [:She] = [firm:Acme].",
        "[:She] = [firm:Acme]. [researcher:Ann Lee] left.",
        "[researcher:Ann Lee] left. [:It] = [firm:Acme].",
        "[researcher:Ann Lee] left. [:I] = [firm:Acme].",
    ],
    ids=["two people", "too far", "behind it", "no person", "the speaker"],
)
def test_in_doubt_a_pronoun_stays_itself(text: str) -> None:
    assert names(graph_of(text)) == sorted(
        node["name"] for _, node in build(*claims_of(text), SCHEMA).nodes(data=True)
    )


def test_what_a_claim_tells_of_together_is_not_one() -> None:
    assert names(graph_of("[firm:Acme] said [:it] = [firm:Bolt].")) == ["Acme", "Bolt"]
    assert names(graph_of("[firm:Acme] = [:it].")) == ["Acme", "it"]


def test_a_description_is_the_only_thing_of_its_type_before_it() -> None:
    graph = graph_of("[firm:Acme] hired [researcher:Ann Lee]. [firm:The company] grew.")

    assert names(graph) == ["Acme", "Ann Lee"]


def test_what_several_fit_is_a_doubt_with_the_nearest_first() -> None:
    claims, documents = claims_of(
        "[researcher:Ann Lee] met [researcher:Bo Reed]. [:She] = [firm:Acme]."
    )
    things = things_of(build(claims, documents, SCHEMA))

    links, (doubt,) = antecedents(things, documents, SCHEMA, lineages(SCHEMA))

    assert links == []
    assert doubt.thing.names == ("She",)
    assert [thing.names[0] for thing in doubt.candidates] == ["Bo Reed", "Ann Lee"]


def test_a_person_can_take_it_back() -> None:
    text = "[researcher:Ann Lee] left. [:She] = [firm:Acme]."
    graph = graph_of(text)
    ((ann, node),) = ((i, n) for i, n in graph.nodes(data=True) if n["name"] == "Ann Lee")

    parted = graph_of(text, Decision(verb="part", things=(ann, node["merged"][0]["id"])))

    assert names(parted) == ["Acme", "Ann Lee", "She"]
