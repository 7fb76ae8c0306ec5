"""Names that labelled passages always call the same."""

from hypothesis import given
from hypothesis import strategies as st

from questgraph.retrieval.gazetteer import Gazetteer
from questgraph.tools.labelled import Labelled, labelled


def passage(text: str, **types: str) -> Labelled:
    """Return a passage in which each word of `types` is labelled, at its first place."""
    entities = [
        {
            "text": name,
            "type": type_,
            "start": text.index(name),
            "end": text.index(name) + len(name),
        }
        for name, type_ in types.items()
    ]
    return labelled({"id": text, "text": text, "entities": entities})


ALWAYS = [passage(f"Day {i}: Aspirin helped.", Aspirin="drug") for i in range(3)]


def test_a_name_that_is_always_labelled_is_found_wherever_it_stands() -> None:
    known = Gazetteer.learn(ALWAYS).find("He took aspirin, then Aspirin again.")

    assert [(found.span, found.type, found.times) for found in known] == [
        ((8, 15), "drug", 3),
        ((22, 29), "drug", 3),
    ]


def test_a_name_that_often_stands_unlabelled_is_not_believed() -> None:
    unlabelled = [passage(f"{i} Aspirin or Cold?", Cold="disease") for i in range(3)]

    assert Gazetteer.learn([*ALWAYS, *unlabelled]).find("Aspirin") == []


def test_a_name_of_two_types_is_not_believed() -> None:
    others = [passage(f"Aspirin sang on day {i}.", Aspirin="band") for i in range(3)]

    assert Gazetteer.learn([*ALWAYS, *others]).find("Aspirin") == []


def test_no_name_is_believed_where_names_do_not_come_again_as_the_same() -> None:
    once = [passage(f"{name} sang.", **{name: "person"}) for name in ("Ann", "Bo", "Cy")]
    other = [passage(f"{name} is a town.", **{name: "place"}) for name in ("Ann", "Bo", "Cy")]

    assert Gazetteer.learn([*once, *other]).names == {}


def test_part_of_a_longer_known_name_is_not_found_alone() -> None:
    long = [passage(f"{i}: Bank of Aspirin grew.", **{"Bank of Aspirin": "firm"}) for i in range(3)]

    (found,) = Gazetteer.learn([*ALWAYS, *long]).find("The Bank of Aspirin closed.")

    assert found.type == "firm"


@given(st.text())
def test_any_text_can_be_searched_and_what_is_found_is_a_name(text: str) -> None:
    for found in Gazetteer.learn(ALWAYS).find(text):
        assert text[slice(*found.span)].casefold() == "aspirin"
