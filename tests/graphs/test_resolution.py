import pytest
from hypothesis import given
from hypothesis import strategies as st

from questgraph.graphs.resolution import Identity, Name, normalize, resolve_names
from questgraph.tools.records import Document, Span
from questgraph.tools.schema import EntityType, Schema

SCHEMA = Schema(
    name="small",
    entities=(
        EntityType(name="agent"),
        EntityType(name="person", is_a="agent"),
        EntityType(name="politician", is_a="person"),
        EntityType(name="organization", is_a="agent"),
        EntityType(name="place"),
    ),
)


def resolve(*texts: str) -> dict[str, list[set[str]]]:
    """Resolve the mentions in `texts`, written `[type:wording]`; return the clusters by type."""
    names, documents = [], {}
    for number, marked in enumerate(texts):
        document, text = f"d{number}", ""
        for i, piece in enumerate(marked.replace("]", "[").split("[")):
            type_, colon, wording = piece.partition(":")
            start = len(text)
            text += wording if i % 2 else piece
            if i % 2 and colon:
                names.append(Name(type_, wording, document, Span(start, len(text))))
        documents[document] = Document(document, text)
    return clusters(resolve_names(names, SCHEMA, documents))


def clusters(identities: dict[Name, Identity]) -> dict[str, list[set[str]]]:
    groups: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for name, identity in identities.items():
        groups.setdefault((identity.type, identity.key), set()).add(name.text)
    found: dict[str, list[set[str]]] = {}
    for (type_, _), wordings in sorted(groups.items()):
        found.setdefault(type_, []).append(wordings)
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "ACME"),
        ("the Acme", "Acme’s"),
        ("Acme Inc.", "Acme, Inc"),
        ("Acme GmbH", "Acme"),
        ("“The Hobbit”", "Hobbit"),
        ("Dr. Ann Lee", "Prof. Ann Lee"),
        ("J. R. R. Tolkien", "JRR Tolkien"),
        ("U.S.", "US"),
        ("Hewlett-Packard", "Hewlett Packard"),
        ("１２３", "123"),
        ("Straße", "STRASSE"),
        ("A\u200fcme", "Acme\u00ad"),
        ("1914–1918", "1914-1918"),
    ],
)
def test_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert normalize(one) == normalize(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mr Lee", "Mrs Lee"),
        ("Müller", "Muller"),
        ("バン", "ハン"),
        ("3.5", "3-5"),
        ("-5", "5"),
        ("C++", "C#"),
        ("News Corp", "News"),
        ("The", "A"),
        ("!!!", "???"),
    ],
)
def test_names_that_only_look_alike_are_not_equal(one: str, other: str) -> None:
    assert normalize(one) != normalize(other)


@given(st.text())
def test_normalizing_leaves_something_of_every_wording(text: str) -> None:
    assert normalize(text) or not any(c.isalnum() for c in text)


def test_homonyms_of_different_types_stay_apart() -> None:
    found = resolve("[person:Washington] went to [place:Washington].")

    assert found == {"person": [{"Washington"}], "place": [{"Washington"}]}


def test_a_wide_type_joins_the_narrow_one_of_its_line() -> None:
    found = resolve("[person:Ann] met [politician:Ann], [agent:Ann] and [thing:Ann].")

    assert found == {"politician": [{"Ann"}]}


def test_a_wide_type_joins_none_where_the_narrow_ones_part_ways() -> None:
    found = resolve("[person:Jordan], [organization:Jordan] and [agent:Jordan].")

    assert set(found) == {"person", "organization", "agent"}


@pytest.mark.parametrize(
    "text",
    [
        "The [organization:World Health Organization] (WHO). The [organization:WHO] met.",
        "[organization:WHO] (the World Health Organization), [thing:World Health Organization]",
        "[organization:WHO]（World Health Organization） [thing:World Health Organization]",
    ],
)
def test_a_short_form_that_the_text_introduces_is_the_same_thing(text: str) -> None:
    found = resolve(text)

    assert found == {"organization": [{"WHO", "World Health Organization"}]}


@pytest.mark.parametrize(
    "texts",
    [
        ("[organization:World Health Organization]. ", "[organization:WHO] met."),
        ("[organization:National Guard Bureau]. [organization:NG] met.",),
        ("[organization:World Health Organization] (Geneva). [organization:Geneva] met.",),
        ("[organization:World Health Organization] (WHO). [place:WHO]",),
        ("[organization:World Health Organization] (WHO).", "[organization:The Who] sang."),
    ],
    ids=["elsewhere", "a word left out", "not initials", "another type", "another spelling"],
)
def test_nothing_else_is_a_short_form(texts: tuple[str, ...]) -> None:
    found = resolve(*texts)

    assert sum(map(len, found.values())) == 2


def test_initials_of_the_only_such_name_in_the_document_need_no_introduction() -> None:
    found = resolve(
        "[organization:Bank of Fibs 23]. [organization:BF23] met. [organization:BoF 23]"
    )

    assert {"Bank of Fibs 23", "BF23"} in found["organization"]


def test_people_go_by_a_part_of_the_only_such_name_in_their_document() -> None:
    found = resolve(
        "[person:Ann Lee] and [person:Bo Reed]: [person:Lee] asked [person:Bo].", "[person:Lee]"
    )

    assert sorted(map(sorted, found["person"])) == [["Ann Lee", "Lee"], ["Bo", "Bo Reed"], ["Lee"]]


@pytest.mark.parametrize(
    "text",
    ["[person:Ann Lee], [person:Bo Lee], [person:Lee]", "[place:Lee County Dam], [place:Dam]"],
    ids=["two such names", "no people"],
)
def test_a_part_of_a_name_is_not_a_name_where_it_could_be_another(text: str) -> None:
    (things,) = resolve(text).values()

    assert all(len(thing) == 1 for thing in things)


def test_a_short_form_means_in_each_document_what_is_introduced_there() -> None:
    found = resolve(
        "[organization:Press Association] (PA). [organization:PA] said.",
        "[organization:Pilots Alliance] (PA). [organization:PA] said.",
        "[organization:PA] said.",
    )

    assert sorted(map(sorted, found["organization"])) == [
        ["PA"],
        ["PA", "Pilots Alliance"],
        ["PA", "Press Association"],
    ]


def test_a_short_form_introduced_in_one_document_holds_in_those_that_say_nothing_else() -> None:
    found = resolve("[organization:Press Association] (PA).", "[organization:PA] said.")

    assert found == {"organization": [{"PA", "Press Association"}]}


def test_pronouns_are_another_one_each_time() -> None:
    found = resolve("[person:He] saw [person:he].")

    assert len(found["person"]) == 2


def test_descriptions_are_the_same_thing_in_one_document_only() -> None:
    text = "[organization:The company] grew; [organization:the company] hired."

    found = resolve(text, text)

    assert len(found["organization"]) == 2


@pytest.mark.parametrize("wording", ["IT", "US", "the 1960s", "the FDA", "The Hague"])
def test_names_that_look_like_pronouns_or_descriptions_hold_everywhere(wording: str) -> None:
    found = resolve(f"[thing:{wording}]", f"[thing:{wording}]")

    assert found == {"thing": [{wording}]}


def test_every_mention_is_told_why_it_is_where_it_is() -> None:
    text = "World Health Organization (WHO)"
    names = [
        Name("organization", text[:25], "d", Span(0, 25)),
        Name("organization", "WHO", "d", Span(27, 30)),
    ]

    identities = resolve_names(names, SCHEMA, {"d": Document("d", text)})

    assert [identities[name].reason for name in names] == [
        "reads 'world health organization' without case, punctuation, articles and titles",
        "the text introduces it as short for 'world health organization'",
    ]


WORDINGS = ("Ann", "ann", "The Ann", "he", "Ann Bo", "AB", "the ann")


@given(
    st.lists(
        st.builds(
            Name,
            st.sampled_from(("person", "agent", "politician", "organization", "thing")),
            st.sampled_from(WORDINGS),
            st.sampled_from(("d", "e")),
            st.builds(Span, st.integers(0, 3), st.integers(4, 6)),
        ),
        unique=True,
    ).flatmap(lambda names: st.tuples(st.just(names), st.permutations(names)))
)
def test_the_order_of_mentions_does_not_matter(orders: tuple[list[Name], list[Name]]) -> None:
    documents = {id_: Document(id_, "Ann Bo (AB)") for id_ in ("d", "e")}

    one, other = (resolve_names(names, SCHEMA, documents) for names in orders)

    assert one == other
