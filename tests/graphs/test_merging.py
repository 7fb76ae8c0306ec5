"""Links -> merges -> the graph, whatever their order, and back again."""

import json
import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.graphs.assembly import assemble
from questgraph.graphs.exports import node_link
from questgraph.graphs.knowledge import KnowledgeGraph, build
from questgraph.graphs.resolution import lineages
from questgraph.graphs.resolution.alike import doubtful_links, sure_links
from questgraph.graphs.resolution.links import Link, Thing, merges_of
from questgraph.graphs.resolution.spelling import squeezed
from questgraph.graphs.resolution.things import things_of
from questgraph.tools.records import Argument, Claim, Document, Mention, Span
from questgraph.tools.schema import EntityType, RelationType, Schema

SCHEMA = Schema(
    name="small",
    entities=(
        EntityType(name="agent"),
        EntityType(name="person", is_a="agent"),
        EntityType(name="gene"),
    ),
    relations=(RelationType(name="knows", symmetric=True), RelationType(name="binds")),
)
LINEAGE = lineages(SCHEMA)


def thing(id_: str, type_: str = "person", *, joined: str = "", support: int = 1) -> Thing:
    return Thing(id_, type_, (id_,), support, frozenset(joined))


def same(pair: str, by: str = "rule", score: float = 1.0) -> Link:
    return Link(pair[0], pair[1], True, f"{pair} alike", by, score)  # type: ignore[arg-type]


def apart(pair: str, by: str = "person") -> Link:
    return Link(pair[0], pair[1], False, f"{pair} differ", by)  # type: ignore[arg-type]


def groups(things: list[Thing], links: list[Link]) -> list[str]:
    merges = merges_of(things, links, LINEAGE)
    found: dict[str, set[str]] = {}
    for id_, merge in merges.items():
        found.setdefault(merge.into, {merge.into}).add(id_)
    return sorted("".join(sorted(group)) for group in found.values())


def test_links_are_followed_from_one_to_the_next() -> None:
    assert groups([thing(c) for c in "abcd"], [same("ab"), same("bc")]) == ["abc"]


def test_nothing_joins_what_a_person_parted_not_even_by_a_detour() -> None:
    links = [same("ab"), same("bc"), apart("ac")]

    assert groups([thing(c) for c in "abc"], links) == ["ab"]


def test_people_outrank_the_model_and_the_model_outranks_rules() -> None:
    things = [thing(c) for c in "ab"]

    assert groups(things, [same("ab"), apart("ab", "model")]) == []
    assert groups(things, [apart("ab", "model"), same("ab", "person")]) == ["ab"]
    assert groups(things, [same("ab", "model"), apart("ab", "person")]) == []


def test_things_that_a_claim_tells_of_together_are_two_unless_a_person_says_not() -> None:
    things = [thing("a", joined="b"), thing("b", joined="a")]

    assert groups(things, [same("ab", "model")]) == []
    assert groups(things, [same("ab", "person")]) == ["ab"]


def test_types_that_disagree_keep_things_apart_and_the_narrower_one_is_kept() -> None:
    assert groups([thing("a", "person"), thing("b", "gene")], [same("ab")]) == []

    merges = merges_of([thing("a", "agent", support=9), thing("b")], [same("ab")], LINEAGE)

    assert {(merge.into, merge.type) for merge in merges.values()} == {("a", "person")}


def test_a_chain_of_wide_types_does_not_join_narrow_ones() -> None:
    things = [thing("a", "person"), thing("b", "thing"), thing("c", "gene")]

    assert groups(things, [same("ab"), same("bc")]) == ["ab"]


def test_every_merge_says_why_and_by_whom() -> None:
    merges = merges_of([thing("a", support=2), thing("b")], [same("ab", "model")], LINEAGE)

    assert merges["b"].into == "a"
    assert (merges["b"].reason, merges["b"].by) == ("ab alike", "model")


LETTERS = "abcde"
LINKS = st.builds(
    Link,
    st.sampled_from(LETTERS),
    st.sampled_from(LETTERS),
    st.booleans(),
    st.sampled_from(("x", "y")),
    st.sampled_from(("person", "model", "rule")),
    st.sampled_from((0.5, 1.0)),
).filter(lambda link: link.one != link.other)
THINGS = [
    thing("a", "agent"),
    thing("b", "person", support=2),
    thing("c", "thing", joined="d"),
    thing("d", "person", joined="c"),
    thing("e", "gene"),
]


@given(st.lists(LINKS, max_size=8).flatmap(lambda ls: st.tuples(st.just(ls), st.permutations(ls))))
def test_the_order_of_links_does_not_matter(orders: tuple[list[Link], list[Link]]) -> None:
    one, other = (merges_of(THINGS, links, LINEAGE) for links in orders)

    assert one == other


@given(st.lists(LINKS, max_size=8))
def test_nobody_goes_where_somebody_else_has_left(links: list[Link]) -> None:
    merges = merges_of(THINGS, links, LINEAGE)

    for merge in merges.values():
        assert merges.get(merge.into, merge).into == merge.into


# The graph


def claims_of(*texts: str) -> tuple[list[Claim], dict[str, Document]]:
    """Return claims of texts in which `[type:name]` are entities, and neighbours `know` each other
    where a `-` joins them.
    """
    claims, documents = [], {}
    for number, marked in enumerate(texts):
        text, spans = "", []
        for i, piece in enumerate(marked.replace("]", "[").split("[")):
            type_, _, wording = piece.partition(":") if i % 2 else ("", "", piece)
            if i % 2:
                spans.append((type_, Span(len(text), len(text) + len(wording))))
            text += wording
        id_ = f"d{number}"
        documents[id_] = Document(id_, text)
        mentions = [Mention(text[slice(*s)], type=t, span=s, level="exact") for t, s in spans]
        pinned = {"document_id": id_, "unit_id": f"{id_}#000000", "verdict": "sound"}
        claims += [
            Claim("entity", m.type, (Argument("mention", m),), **pinned)  # type: ignore[arg-type]
            for m in mentions
        ]
        for one, other in pairwise(mentions):
            if one.span and other.span and text[one.span.end : other.span.start] == "-":
                parts = (Argument("head", one), Argument("tail", other))
                claims.append(Claim("relation", "knows", parts, **pinned))  # type: ignore[arg-type]
    return claims, documents


def names(graph: KnowledgeGraph) -> list[list[str]]:
    return sorted(sorted([d["name"], *d["aliases"]]) for _, d in graph.nodes(data=True))


def dumped(graph: KnowledgeGraph) -> str:
    return json.dumps(node_link(graph), ensure_ascii=False)


def test_names_that_differ_in_hyphen_or_plural_are_one_node_with_its_reason() -> None:
    claims, documents = claims_of(
        "[gene:ADAM-17], [gene:ADAM17] of [agent:patients], [agent:patient]"
    )

    graph = assemble(claims, documents, SCHEMA)

    assert names(graph) == [["ADAM-17", "ADAM17"], ["patient", "patients"]]
    (part,) = next(d["merged"] for _, d in graph.nodes(data=True) if "ADAM17" in d["aliases"])
    assert part["by"] == "rule"
    assert "hyphens, plural or order" in part["reason"]


def test_relations_follow_their_ends_into_a_merge() -> None:
    claims, documents = claims_of("[person:Bo]-[gene:ADAM-17].", "[person:Bo]-[gene:ADAM17].")

    graph = assemble(claims, documents, SCHEMA)

    ((_, _, edge),) = graph.edges(data=True)
    assert [record["document"] for record in edge["support"]] == ["d0", "d1"]
    ids = set(graph)
    assert all(m["node"] in ids for record in edge["support"] for m in record["mentions"])


def test_a_graph_in_which_nothing_is_merged_is_as_it_was_built() -> None:
    claims, documents = claims_of("[person:Bo]-[person:Ann Lee], [gene:ADAM-17].")

    assert dumped(assemble(claims, documents, SCHEMA)) == dumped(build(claims, documents, SCHEMA))


def test_the_same_claims_shuffled_a_hundred_ways_give_the_same_bytes() -> None:
    claims, documents = claims_of(
        "[person:Ann Lee]-[person:Bo], [person:Lee] and [gene:ADAM-17].",
        "[person:Bo]-[gene:ADAM17]. [thing:ADAM 17] is [agent:patients] and [person:Bo].",
    )
    dice = random.Random(7)

    dumps = {
        dumped(assemble(dice.sample(claims, len(claims)), documents, SCHEMA)) for _ in range(100)
    }

    assert len(dumps) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("World War I", "World War II"),
        ("Type 1", "Type 2"),
        ("Rolling Stone", "Rolling Stones"),
        ("Australia", "Australian"),
        ("Müller", "Muller"),
        ("basis", "basi"),
    ],
)
def test_what_is_only_alike_is_not_equal_in_the_coarser_form(one: str, other: str) -> None:
    assert squeezed(one) != squeezed(other)


@given(st.text())
def test_squeezing_leaves_something_of_every_wording(text: str) -> None:
    assert squeezed(text) or not any(c.isalnum() for c in text)


def doubts(*texts: str) -> list[str]:
    claims, documents = claims_of(*texts)
    things = things_of(build(claims, documents, SCHEMA))
    return [link.reason for link in doubtful_links(things, LINEAGE)]


def test_what_is_alike_is_a_doubt_and_what_has_other_numbers_or_types_is_none() -> None:
    assert doubts("[person:Nikos Aliagas], [person:Níkos Aliágas]") == [
        "'Nikos Aliagas' and 'Níkos Aliágas' are spelled alike"
    ]
    assert doubts("[gene:Frizzled 41], [gene:Frizzled 42]") == []
    assert doubts("[person:Nikos Aliagas], [gene:Níkos Aliágas]") == []
    assert doubts("[person:Nikos Aliagas]-[person:Níkos Aliágas]") == []


def test_a_name_and_its_initials_in_another_document_are_a_doubt() -> None:
    (reason,) = doubts("[agent:Press Association]", "[agent:PA]")

    assert reason.endswith("may be a name and its initials")


def test_names_of_alike_meaning_are_doubts_when_somebody_finds_them() -> None:
    claims, documents = claims_of("[gene:podocin], [gene:NPHS2]")
    things = things_of(build(claims, documents, SCHEMA))

    (link,) = doubtful_links(things, LINEAGE, near=lambda names: [(0, 1, 0.9)])

    assert link.reason.endswith("mean something alike")
    assert link.score == 0.9


def test_what_means_something_alike_and_has_other_numbers_is_no_doubt() -> None:
    claims, documents = claims_of("[thing:May 1970], [thing:May 1974]")
    things = things_of(build(claims, documents, SCHEMA))

    assert doubtful_links(things, LINEAGE, near=lambda names: [(0, 1, 0.9)]) == []


def test_what_is_a_name_in_its_document_only_is_merged_with_nothing() -> None:
    texts = ["[person:He] and [person:he]", "[agent:the companies]", "[agent:the company]"]

    claims, documents = claims_of(*texts)

    assert len(assemble(claims, documents, SCHEMA)) == 4


def test_what_has_no_type_joins_only_where_all_others_agree() -> None:
    claims, documents = claims_of(
        "[thing:ADAM 17]-[person:Bo]", "[gene:ADAM-17]", "[person:ADAM17]"
    )
    things = things_of(build(claims, documents, SCHEMA))

    assert list(sure_links(things, LINEAGE)) == []
