import pytest

from questgraph.graphs.lookup import Lookups, Wanted, answer
from questgraph.tools.errors import ConfigError

from .conftest import node


@pytest.mark.parametrize(
    ("question", "wanted", "lookup"),
    [
        ("Ann Lee", Wanted(), "card"),
        ("fox", Wanted(), "card"),
        ("e:ann", Wanted(), "card"),
        ("Ann Lee", Wanted(depth=2), "neighbours"),
        ("Ann Lee", Wanted(types=["person"]), "neighbours"),
        ("Ann Lee", Wanted(types=["works_for"]), "facts"),
        ("Ann Lee", Wanted(time="2001"), "facts"),
        ("Ann Lee -> Acme", Wanted(depth=1), "paths"),
        ("Ann Lee → Acme", Wanted(types=["leads"]), "paths"),
        ("works for", Wanted(), "facts"),
        ("hire", Wanted(time="2019"), "facts"),
        ("", Wanted(types=["leads"], head="Ann Lee"), "facts"),
        ("", Wanted(tail="Acme"), "facts"),
        ("person", Wanted(), "find"),
        ("", Wanted(types=["planet"]), "find"),
        ("Mercury", Wanted(), "find"),
    ],
)
def test_words_mean_a_lookup(lookups: Lookups, question: str, wanted: Wanted, lookup: str) -> None:
    found = answer(lookups, question, wanted)

    assert found.lookup == lookup
    assert found == answer(lookups, question, wanted)
    assert getattr(lookups, lookup)(**found.arguments) == found.result


@pytest.mark.parametrize(
    ("question", "wanted", "problem"),
    [
        ("", Wanted(), "ask for a thing"),
        ("Zanzibar", Wanted(), "nothing is called 'Zanzibar'"),
        ("Zanzibar", Wanted(time="2001"), "nothing is called 'Zanzibar'"),
        ("Ann Lee -> ", Wanted(), "name two things"),
        ("Ann Lee -> Zanzibar", Wanted(), "nothing is called 'Zanzibar'"),
        ("Ann Lee -> Acme", Wanted(time="2001"), "a path goes with"),
        ("works_for", Wanted(depth=2), "a depth is for"),
        ("Ann Lee", Wanted(depth=2, time="2001"), "a depth goes with"),
        ("Ann Lee", Wanted(head="Acme", types=["works_for"], limit=500), "limit 500"),
    ],
)
def test_what_means_nothing_is_an_error(
    lookups: Lookups, question: str, wanted: Wanted, problem: str
) -> None:
    with pytest.raises(ConfigError, match=problem):
        answer(lookups, question, wanted)


def test_a_name_with_an_arrow_is_a_name_first(graph: object) -> None:
    node(graph, "e:arrow", "metal", "A -> B")  # type: ignore[arg-type]
    lookups = Lookups(graph)  # type: ignore[arg-type]

    assert answer(lookups, "A -> B").lookup == "card"
    assert answer(lookups, "A -> B -> Acme").arguments["start"] == "A -> B"
