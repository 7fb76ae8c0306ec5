"""What every contender is asked, and the same answer in each one's form.

All of them look for four entity and four relation types in the same passages of about 1,000
characters; all are told the same 13 entities and 7 relations.
"""

import json
from collections.abc import Callable

PASSAGE = """\
Filing {number}. Helen Marsh, who founded Northwind Robotics in Leeds in 2011, stepped down as \
its chief executive on 3 March 2024. The board named Tomas Eriksson as her successor. Eriksson \
had worked for Baltic Instruments in Tallinn for nine years, first as an engineer and later as \
its head of research. "We owe Helen almost everything," said Ruth Adeyemi, who has worked for \
Northwind Robotics since its first year. In May 2024 the company bought Ferro Controls, a maker \
of industrial sensors with 340 employees, which lies in Graz, for 85 million euros. Analysts had \
expected a higher price, since orders from carmakers had doubled within a year. Marsh keeps a \
seat on the board and wants to write a book about small factories. The new owner plans to keep \
the plant open and to move part of its own assembly there before the end of 2025, which the works \
council welcomed. Shares rose by four per cent in early trading and fell back before noon. \
"""

ENTITIES = {
    "person": ["Helen Marsh", "Tomas Eriksson", "Ruth Adeyemi"],
    "organization": ["Northwind Robotics", "Baltic Instruments", "Ferro Controls"],
    "place": ["Leeds", "Tallinn", "Graz"],
    "date": ["2011", "3 March 2024", "May 2024", "2025"],
}
RELATIONS = {
    "founded": [("Helen Marsh", "Northwind Robotics")],
    "leads": [("Tomas Eriksson", "Northwind Robotics")],
    "works_for": [
        ("Tomas Eriksson", "Baltic Instruments"),
        ("Ruth Adeyemi", "Northwind Robotics"),
    ],
    "located_in": [
        ("Northwind Robotics", "Leeds"),
        ("Baltic Instruments", "Tallinn"),
        ("Ferro Controls", "Graz"),
    ],
}
SIGNATURES = {
    "founded": ("person", "organization"),
    "leads": ("person", "organization"),
    "works_for": ("person", "organization"),
    "located_in": ("organization", "place"),
}
FACTS = sum(map(len, ENTITIES.values())) + sum(map(len, RELATIONS.values()))

QUOTES = {
    ("Helen Marsh", "Northwind Robotics"): "founded Northwind Robotics",
    ("Tomas Eriksson", "Northwind Robotics"): "named Tomas Eriksson as her successor",
    ("Tomas Eriksson", "Baltic Instruments"): "worked for Baltic Instruments",
    ("Ruth Adeyemi", "Northwind Robotics"): "has worked for Northwind Robotics",
    ("Northwind Robotics", "Leeds"): "Northwind Robotics in Leeds",
    ("Baltic Instruments", "Tallinn"): "Baltic Instruments in Tallinn",
    ("Ferro Controls", "Graz"): "which lies in Graz",
}
"""The words that state each relation: langextract's answers quote the text."""

_TYPES = {name: type_ for type_, names in ENTITIES.items() for name in names}
_TRIPLES = [(head, type_, tail) for type_, pairs in RELATIONS.items() for head, tail in pairs]

Answers = dict[str, str]
"""Answer by a wording of the question that asks for it; `""` for any question."""


def passages(first: int, count: int) -> list[str]:
    """Return passages of which no two are the same, so that no cache can help."""
    return [PASSAGE.format(number=number) for number in range(first, first + count)]


def questgraph_answer() -> object:
    """Return the facts as questgraph's compact JSON."""
    return {**ENTITIES, **RELATIONS}


def langchain_answer() -> object:
    """Return the facts as the graph that `LLMGraphTransformer` asks for."""
    return {
        "nodes": [{"id": name, "type": type_} for name, type_ in _TYPES.items()],
        "relationships": [
            {
                "source_node_id": head,
                "source_node_type": _TYPES[head],
                "target_node_id": tail,
                "target_node_type": _TYPES[tail],
                "type": type_,
            }
            for head, type_, tail in _TRIPLES
        ],
    }


def neo4j_answer() -> object:
    """Return the facts as the graph that neo4j-graphrag asks for."""
    numbers = {name: str(number) for number, name in enumerate(_TYPES)}
    return {
        "nodes": [
            {"id": numbers[name], "label": type_, "properties": {"name": name}}
            for name, type_ in _TYPES.items()
        ],
        "relationships": [
            {
                "type": type_,
                "start_node_id": numbers[head],
                "end_node_id": numbers[tail],
                "properties": {},
            }
            for head, type_, tail in _TRIPLES
        ],
    }


def langextract_answer() -> object:
    """Return the facts as langextract asks for them: quotes, in the order of the text."""
    quoted: list[tuple[str, str, dict[str, str]]]
    quoted = [(name, type_, {}) for name, type_ in _TYPES.items()]
    quoted += [
        (QUOTES[head, tail], type_, {"head": head, "tail": tail}) for head, type_, tail in _TRIPLES
    ]
    quoted.sort(key=lambda item: PASSAGE.index(item[0]))
    return {
        "extractions": [
            {type_: quote, f"{type_}_attributes": attributes} for quote, type_, attributes in quoted
        ]
    }


def kg_gen_answers() -> Answers:
    """Return the two turns of kg-gen, as DSPy's chat adapter spells them."""
    triples = [
        {"subject": head, "predicate": type_, "object": tail} for head, type_, tail in _TRIPLES
    ]
    return {
        "Extract key entities": _fields(entities=list(_TYPES)),
        "Extract subject-predicate-object": _fields(relations=triples),
    }


def multi_turn_answers() -> Answers:
    """Return the turns of the `multi-turn` recipe: types, entities, relations, checks, the rest."""
    return {
        "Which of the types": _json([*ENTITIES, *RELATIONS]),
        "Copy every mention": _json(ENTITIES),
        "Give every pair": _json(RELATIONS),
        "following is true": "yes",
        "Read the passage again": "{}",
    }


def _fields(**values: object) -> str:
    fields = [f"[[ ## {name} ## ]]\n{_json(value)}" for name, value in values.items()]
    return "\n\n".join([*fields, "[[ ## completed ## ]]"])


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _always(answer: Callable[[], object]) -> Answers:
    return {"": _json(answer())}


ANSWERS: dict[str, Answers] = {
    "aiohttp": _always(questgraph_answer),
    "openai": _always(questgraph_answer),
    "openai-aiohttp": _always(questgraph_answer),
    "questgraph-oneshot": _always(questgraph_answer),
    "questgraph-oneshot-kept": _always(questgraph_answer),
    "questgraph-multi-turn": multi_turn_answers(),
    "questgraph-multi-turn-kept": multi_turn_answers(),
    "questgraph-run": multi_turn_answers(),
    "langchain": _always(langchain_answer),
    "neo4j-graphrag": _always(neo4j_answer),
    "langextract": _always(langextract_answer),
    "kg-gen": kg_gen_answers(),
}
"""What the endpoint answers each contender."""
