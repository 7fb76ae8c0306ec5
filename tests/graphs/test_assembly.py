"""What the steps from claims to the graph do together."""

import json
from pathlib import Path

from questgraph.graphs.assembly import assemble
from questgraph.graphs.conflicts import Policy, origins
from questgraph.graphs.decisions import Decision
from questgraph.graphs.exports import export
from questgraph.graphs.knowledge import KnowledgeGraph, visible
from questgraph.tools.records import Argument, Claim, Document, Mention, Span
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

SCHEMA = Schema(
    name="small",
    entities=(EntityType(name="person"), EntityType(name="firm")),
    relations=(RelationType(name="led_by", functional=True),),
    events=(EventType(name="purchase", roles=(Role(name="buyer"), Role(name="target"))),),
)
TEXTS = {
    "old": ("Acme is led by Ann.", "2001"),
    "new": ("Acme is led by Bo.", "2019"),
    "not": ("Acme was never led by Cid.", "2020"),
}
DOCUMENTS = {id_: Document(id_, text, metadata={"date": at}) for id_, (text, at) in TEXTS.items()}


def claim(kind: str, type_: str, document: str, **roles: str) -> Claim:
    text, arguments, start = DOCUMENTS[document].text, [], 0
    for role, words in roles.items():
        start = text.index(words, start)
        span = Span(start, start + len(words))
        arguments.append(Argument(role, Mention(words, span=span, level="exact")))
    return Claim(kind, type_, tuple(arguments), document_id=document, unit_id=f"{document}#0")  # type: ignore[arg-type]


LED = [
    claim("relation", "led_by", "old", head="Acme", tail="Ann"),
    claim("relation", "led_by", "new", head="Acme", tail="Bo"),
    claim("relation", "led_by", "not", head="Acme", tail="Cid"),
]


def leaders(graph: KnowledgeGraph) -> list[str]:
    return sorted(
        graph.nodes[tail]["name"] for _, tail, d in graph.edges(data=True) if d["type"] == "led_by"
    )


def test_a_policy_hides_what_contradicts_and_keeps_it() -> None:
    policy = Policy("latest", origins=origins(DOCUMENTS.values()))

    graph = assemble(LED[:2], DOCUMENTS, SCHEMA, policy=policy)

    assert leaders(graph) == ["Ann", "Bo"]
    assert leaders(visible(graph)) == ["Bo"]


def test_what_all_claims_deny_is_not_shown_whatever_the_policy() -> None:
    graph = assemble(LED[2:], DOCUMENTS, SCHEMA)

    ((_, _, edge),) = graph.edges(data=True)
    assert edge["support"][0]["qualified"][0]["kind"] == "negation"
    assert leaders(visible(graph)) == []


def test_exports_have_what_is_shown_and_json_has_all(tmp_path: Path) -> None:
    graph = assemble(LED[2:], DOCUMENTS, SCHEMA)

    whole = json.loads(export(graph, "json", tmp_path).read_text())
    table = (export(graph, "csv", tmp_path) / "edges.csv").read_text()

    assert len(whole["edges"]) == 1
    assert "led_by" not in table


def test_an_event_told_twice_in_a_document_is_one_and_a_person_can_part_it() -> None:
    text = "Acme bought Beta. In May, Acme bought Beta for a song."
    documents = {"d": Document("d", text)}

    def told(start: int) -> Claim:
        def at(words: str) -> Mention:
            place = text.index(words, start)
            return Mention(words, span=Span(place, place + len(words)), level="exact")

        roles = {"trigger": at("bought"), "buyer": at("Acme"), "target": at("Beta")}
        arguments = tuple(Argument(*item) for item in roles.items())
        return Claim("event", "purchase", arguments, document_id="d", unit_id="d#0")

    claims = [told(0), told(18)]
    graph = assemble(claims, documents, SCHEMA)
    ((event, node),) = ((i, n) for i, n in graph.nodes(data=True) if n["kind"] == "event")
    pair = (event, node["merged"][0]["id"])

    parted = assemble(
        claims, documents, SCHEMA, decisions=[Decision(verb="part", things=pair, by="Kim")]
    )

    assert len(node["support"]) == 2
    assert [n["kind"] for _, n in parted.nodes(data=True)].count("event") == 2
