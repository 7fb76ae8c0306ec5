import copy
import json
from collections.abc import Callable

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.graphs.knowledge import KnowledgeGraph
from questgraph.graphs.lookup import Fact, Listed, Lookups, to_json
from questgraph.tools.errors import ConfigError

from .conftest import SCHEMA, edge, node


def said(facts: Listed[Fact]) -> list[str]:
    """Spell relations and events in short."""
    return [
        f"{fact.type}: {', '.join(part.thing.name for part in fact.parts.items)}"
        for fact in facts.items
    ]


def test_a_name_is_found_in_other_spellings_and_by_its_words(lookups: Lookups) -> None:
    asked = {"ann lee": "name", "dr lee": "alias", "Ann Leee": "spelling", "fox": "words"}

    for name, how in asked.items():
        first = lookups.find(name).items[0]
        assert (first.how, first.thing.name) == (how, "Cy Fox" if name == "fox" else "Ann Lee")
    assert lookups.find("Zanzibar").items == ()


def test_without_a_name_all_things_of_a_type_are_found_and_of_narrower_ones(
    lookups: Lookups,
) -> None:
    names = {found.thing.name for found in lookups.find(types=["agent"]).items}

    assert names == {"Ann Lee", "Bo Ek", "Cy Fox", "Acme"}


def test_a_card_tells_everything_with_the_words_that_state_it(lookups: Lookups) -> None:
    card = lookups.card("acme")

    assert card.types == ("organization", "agent")
    assert card.aliases.items == ("Acme Inc.",)
    assert card.merged.items == ("spelled alike",)
    assert said(card.into) == ["leads: Ann Lee, Acme", "works_for: Ann Lee, Acme"]
    assert said(card.events) == ["hire: Acme, Bo Ek"]
    (quote,) = card.into.items[0].evidence.items
    assert (quote.document, quote.start, quote.end, quote.text, quote.verdict, quote.score) == (
        *("d", 0, 19, "Ann Lee leads Acme.", "sound", 0.75),
    )


def test_what_a_conflict_policy_hides_is_counted_and_told_when_asked_for(
    lookups: Lookups, with_hidden: Lookups
) -> None:
    hidden = with_hidden.card("Cy Fox").out

    assert (said(lookups.card("Cy Fox").out), lookups.card("Cy Fox").out.hidden) == ([], 1)
    assert (said(hidden), hidden.hidden) == (["works_for: Cy Fox, Acme"], 0)
    assert hidden.items[0].shown is False
    assert hidden.items[0].conflicts.items == ("one says no; hidden",)
    assert lookups.facts(types=["works_for"]).hidden == 1
    assert lookups.paths("Cy Fox", "Acme", longest=1).items == ()
    assert len(with_hidden.paths("Cy Fox", "Acme", longest=1).items) == 1


def test_a_name_that_several_things_have_is_an_error_that_tells_them_apart(
    lookups: Lookups,
) -> None:
    with pytest.raises(ConfigError, match=r"2 things.*\(metal, e:metal\).*\(planet, e:planet\)"):
        lookups.card("Mercury")

    assert lookups.card("Mercury (planet)").thing.id == "e:planet"
    assert lookups.card("e:metal").thing.id == "e:metal"


def test_an_unknown_name_is_an_error_with_the_nearest_ones(lookups: Lookups) -> None:
    with pytest.raises(ConfigError, match="nothing is called 'Ann Le', did you mean 'Ann Lee'"):
        lookups.card("Ann Le")


def test_neighbours_come_by_distance_direction_and_type(lookups: Lookups) -> None:
    def near(**options: object) -> list[tuple[str, int]]:
        found = lookups.neighbours("Ann Lee", **options)  # type: ignore[arg-type]
        return [(each.thing.name, each.distance) for each in found.items]

    assert near() == [("Bo Ek", 1), ("Acme", 1)]
    assert near(direction="in") == []
    assert near(types=["knows"], depth=2) == [("Bo Ek", 1), ("Cy Fox", 2)]
    assert near(types=["person"], depth=2) == [("Bo Ek", 1), ("Cy Fox", 2)]
    assert ("hire: hired", 2) in near(depth=2)


def test_paths_are_the_shortest_first_and_have_parallel_facts_in_one_step(lookups: Lookups) -> None:
    found = lookups.paths("Ann Lee", "Acme")

    ways = [[step.to.name for step in path.steps] for path in found.items]
    assert ways == [["Acme"], ["Bo Ek", "hire: hired", "Acme"]]
    assert said(found.items[0].steps[0].facts) == [
        "leads: Ann Lee, Acme",
        "works_for: Ann Lee, Acme",
    ]
    only = lookups.paths("Ann Lee", "Acme", types=["leads"]).items
    assert [said(step.facts) for path in only for step in path.steps] == [["leads: Ann Lee, Acme"]]


@given(
    edges=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20),
    longest=st.integers(1, 6),
)
def test_paths_are_those_that_networkx_finds(edges: list[tuple[int, int]], longest: int) -> None:
    graph: KnowledgeGraph = nx.MultiDiGraph()
    for number in range(7):
        node(graph, f"e:{number}", "person", f"P{number}")
    for head, tail in edges:
        edge(graph, f"e:{head}", "knows", f"e:{tail}", "They know.")
    plain = nx.Graph(graph.to_undirected())

    found = Lookups(graph).paths("e:0", "e:1", longest=longest, limit=200)

    ways = [("e:0", *(step.to.id for step in path.steps)) for path in found.items]
    assert set(ways) == set(map(tuple, nx.all_simple_paths(plain, "e:0", "e:1", cutoff=longest)))
    assert len(ways) == len(set(ways))
    assert [len(way) for way in ways] == sorted(len(way) for way in ways)


def test_facts_are_found_by_type_ends_and_time(lookups: Lookups) -> None:
    asked: list[tuple[dict[str, object], list[str]]] = [
        ({"types": ["Works For"]}, ["works_for: Ann Lee, Acme"]),
        ({"types": ["leads", "hire"]}, ["leads: Ann Lee, Acme", "hire: Acme, Bo Ek"]),
        ({"head": "Ann Lee", "tail": "Bo Ek"}, ["knows: Ann Lee, Bo Ek"]),
        ({"about": "Bo Ek", "types": ["hire"]}, ["hire: Acme, Bo Ek"]),
        ({"tail": "Acme", "head": "Bo Ek"}, ["hire: Acme, Bo Ek"]),
        ({"time": "2001"}, ["works_for: Ann Lee, Acme"]),
        ({"time": "3 May 2019"}, ["hire: Acme, Bo Ek"]),
        ({"time": "since 2003"}, ["works_for: Ann Lee, Acme", "hire: Acme, Bo Ek"]),
        ({"time": "1990"}, []),
    ]

    for options, facts in asked:
        assert said(lookups.facts(**options)) == facts, options  # type: ignore[arg-type]


def test_types_come_by_number_and_one_of_the_schema_without_facts_is_no_error(
    graph: KnowledgeGraph,
) -> None:
    graph.remove_edge("e:ann", "e:acme", "r:e:annleadse:acme")
    lookups = Lookups(graph, SCHEMA)

    counts = {(each.kind, each.type): each.number for each in lookups.types().items}
    assert (counts["relation", "knows"], counts["entity", "person"]) == (2, 3)
    assert ("relation", "leads") not in counts
    assert lookups.facts(types=["leads"]).items == ()


def test_times_that_are_written_down_are_taken_as_they_are(graph: KnowledgeGraph) -> None:
    (leads,) = (data for *_, data in graph.edges(data=True) if data["type"] == "leads")
    stated = {
        "start": "2010-01-01",
        "end": None,
        "precision": "year",
        "text": "2010",
        "role": "start",
    }
    leads["valid"] = [stated]

    assert said(Lookups(graph).facts(time="2020")) == ["leads: Ann Lee, Acme"]


def test_every_list_says_how_much_it_leaves_out(star: Callable[[int], KnowledgeGraph]) -> None:
    lookups = Lookups(star(50))

    lists = [
        lookups.find("person", limit=5),
        lookups.find(types=["person"], limit=5),
        lookups.card("Hub", limit=5).into,
        lookups.neighbours("Hub", limit=5),
        lookups.facts(types=["works_for"], limit=5),
    ]

    assert [(len(some.items), some.more, some.exact) for some in lists] == [(5, 45, True)] * 5


def test_a_search_that_is_given_up_says_so(star: Callable[[int], KnowledgeGraph]) -> None:
    graph = star(300)
    for number in range(299):
        edge(graph, f"e:{number:05}", "knows", f"e:{number + 1:05}", "They know each other.")
        edge(graph, f"e:{number:05}", "likes", f"e:{(number * 7) % 300:05}", "One likes the other.")

    found = Lookups(graph).paths("e:00000", "e:00200", longest=6, limit=3)

    assert len(found.items) == 3
    assert found.exact is False


def test_wrong_calls_are_errors_that_say_what_to_write(lookups: Lookups) -> None:
    calls: dict[str, Callable[[], object]] = {
        "limit 0: it is from 1 to 200": lambda: lookups.find("x", limit=0),
        "depth 9: it is from 1 to 4": lambda: lookups.neighbours("Bo Ek", depth=9),
        "longest 7: it is from 1 to 6": lambda: lookups.paths("Bo Ek", "Acme", longest=7),
        "no type 'work_for', did you mean 'works_for'": lambda: lookups.facts(types=["work_for"]),
        "'person' is a type of entity": lambda: lookups.facts(types=["person"]),
        "'soon' is no time that can be read": lambda: lookups.facts(time="soon"),
        "are one thing": lambda: lookups.paths("Acme", "Acme Inc."),
        "say what to find": lambda: lookups.find(" "),
        "10000 are the most": lambda: lookups.card("A" * 10_001),
    }

    for message, call in calls.items():
        with pytest.raises(ConfigError, match=message):
            call()


@given(name=st.text(min_size=1, max_size=30), quote=st.text(max_size=30))
def test_any_name_and_quote_comes_out_as_json_that_can_be_sent(name: str, quote: str) -> None:
    graph: KnowledgeGraph = nx.MultiDiGraph()
    node(graph, "e:1", "person", name, "\ud800<script>`{}' RETURN 1")
    edge(graph, "e:1", "knows", "e:1", quote)
    lookups = Lookups(graph)

    sent = json.dumps(to_json(lookups.card("e:1")), ensure_ascii=False).encode()

    assert json.loads(sent)["out"]["items"]
    assert not name.strip() or lookups.find(name).items


def test_long_texts_are_cut_and_say_by_how_much() -> None:
    graph: KnowledgeGraph = nx.MultiDiGraph()
    node(graph, "e:1", "person", "A" * 1_000_000)
    edge(graph, "e:1", "knows", "e:1", "q" * 1_000_000)

    card = Lookups(graph).card("A" * 10_000)

    (quote,) = card.out.items[0].evidence.items
    assert len(quote.text) + quote.cut == 1_000_000
    assert len(json.dumps(to_json(card))) < 10_000


def test_nothing_that_is_asked_changes_the_graph(graph: KnowledgeGraph, lookups: Lookups) -> None:
    before = copy.deepcopy(nx.node_link_data(graph, edges="edges"))

    lookups.card("Ann Lee")
    lookups.paths("Ann Lee", "Acme")
    lookups.facts(time="2001")
    lookups.find("nobody")

    assert nx.node_link_data(graph, edges="edges") == before


def test_the_order_of_nodes_and_edges_does_not_matter(graph: KnowledgeGraph) -> None:
    turned: KnowledgeGraph = nx.MultiDiGraph()
    turned.add_nodes_from(reversed(list(graph.nodes(data=True))))
    turned.add_edges_from(reversed(list(graph.edges(keys=True, data=True))))

    for ask in (
        lambda lookups: lookups.card("Acme"),
        lambda lookups: lookups.find("e"),
        lambda lookups: lookups.neighbours("Acme", depth=3),
        lambda lookups: lookups.paths("Ann Lee", "Acme"),
        lambda lookups: lookups.facts(),
    ):
        assert ask(Lookups(graph)) == ask(Lookups(turned))
