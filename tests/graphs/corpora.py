"""Documents that call the same things by the same few names, and claims about them."""

import json
from collections.abc import Sequence

from hypothesis import strategies as st

from questgraph.graphs.exports import node_link
from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.tools.records import Argument, Claim, Document, Mention, Span
from questgraph.tools.schema import EntityType, EventType, RelationType, Role, Schema

SCHEMA = Schema(
    name="small",
    entities=(
        EntityType(name="agent"),
        EntityType(name="person", is_a="agent"),
        EntityType(name="firm", is_a="agent"),
    ),
    relations=(
        RelationType(name="leads", functional=True),
        RelationType(name="knows", symmetric=True),
    ),
    events=(
        EventType(
            name="hire", trigger="verb", roles=(Role(name="who"), Role(name="by", many=False))
        ),
    ),
)
WORDS = ("Ann Lee", "ann lee", "Dr. Ann Lee", "World Health Organization", "(WHO)", "WHO", "he")
WORDS += ("the company", "1990", "Western Horse Owners", "Acme", "Acme Inc.")
ADAM = ("ADAM-17", "ADAM17")
MANY = (*WORDS, *ADAM, "Lee Ann", "hired", "hires", "never", ". He")
"""With words that merge, that tell again and that deny."""

TYPES = ("agent", "person", "firm")


def document(id_: str, *words: str) -> Document:
    return Document(id_, " ".join(words))


def mention(document: Document, word: str, nth: int = 0, type_: str = "") -> Mention:
    start = -1
    for _ in range(nth + 1):
        start = document.text.index(word, start + 1)
    return Mention(word, type=type_, span=Span(start, start + len(word)), level="exact")


def claim(document: Document, kind: str, type_: str, *arguments: tuple[str, Mention]) -> Claim:
    pinned = tuple(Argument(*argument) for argument in arguments)
    return Claim(kind, type_, pinned, document_id=document.id, unit_id=f"{document.id}#000000")  # type: ignore[arg-type]


def whole(graph: KnowledgeGraph) -> str:
    return json.dumps(node_link(graph), indent=1)


@st.composite
def mentions(draw: st.DrawFn, document: Document, words: Sequence[str]) -> Mention:
    i = draw(st.integers(0, len(words) - 1))
    start = len(" ".join(words[:i])) + bool(i)
    word = words[i].strip("()")
    start += words[i].startswith("(")
    span = Span(start, start + len(word))
    return Mention(word, type=draw(st.sampled_from(("", *TYPES))), span=span, level="exact")


@st.composite
def claims_about(draw: st.DrawFn, document: Document, words: Sequence[str]) -> Claim:
    some = mentions(document, words)
    kind = draw(st.sampled_from(("entity", "relation", "event")))
    match kind:
        case "entity":
            type_, arguments = draw(st.sampled_from(TYPES)), [("mention", draw(some))]
        case "relation":
            type_ = draw(st.sampled_from(("leads", "knows")))
            arguments = [("head", draw(some)), ("tail", draw(some))]
            arguments += [("when", one) for one in draw(st.lists(some, max_size=2))]
        case _:
            type_ = "hire"
            arguments = [(draw(st.sampled_from(("who", "by"))), draw(some)) for _ in range(2)]
            arguments += [("trigger", one) for one in draw(st.lists(some, max_size=1))]
    return claim(document, kind, type_, *arguments)


@st.composite
def corpora(
    draw: st.DrawFn, names: Sequence[str] = WORDS
) -> tuple[list[Claim], dict[str, Document]]:
    """Return some documents that use the same few names, and claims about them."""
    claims: list[Claim] = []
    documents = {}
    for number in range(draw(st.integers(1, 4))):
        words = draw(st.lists(st.sampled_from(names), min_size=2, max_size=8))
        documents[f"d{number}"] = one = document(f"d{number}", *words)
        claims += draw(st.lists(claims_about(one, words), max_size=6))
    return claims, documents
