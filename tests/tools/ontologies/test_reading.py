"""OWL, RDFS and SKOS as schemas, with a note for all that a schema has no place for."""

import itertools
from contextlib import suppress
from pathlib import Path

import pytest

from questgraph.tools.errors import SchemaError
from questgraph.tools.ontologies.reading import read_ontology
from questgraph.tools.schema import EntityType, RelationType
from questgraph.tools.schema_sources import load_schema, schema_from_yaml, schema_to_yaml

from .conftest import PREFIXES, Read

STAFF = """\
:Person a owl:Class ; rdfs:label "Person"@en, "Mensch"@de ; rdfs:comment "A human\\n being."@en ;
    skos:altLabel "individual"@en, "Leute"@de ; skos:example "Ann" .
:Firm a rdfs:Class ; skos:definition "Sells things." ; rdfs:comment "Ignored." .
:Bank a owl:Class ; rdfs:subClassOf :Firm .
:worksFor a owl:ObjectProperty, owl:FunctionalProperty ; rdfs:label "works for" ;
    rdfs:domain :Person ; rdfs:range [ a owl:Class ; owl:unionOf ( :Firm :Bank ) ] ;
    owl:inverseOf :employs .
:knows a owl:SymmetricProperty .
"""


def test_classes_and_properties_become_types(read: Read) -> None:
    schema = read(STAFF).schema

    assert schema.name == "test"
    assert schema.entities == (
        EntityType(name="Bank", is_a="Firm", iri="http://example.org/Bank"),
        EntityType(name="Firm", guideline="Sells things.", iri="http://example.org/Firm"),
        EntityType(
            name="Person",
            guideline="A human being.",
            examples=("Ann", "individual"),
            iri="http://example.org/Person",
        ),
    )
    assert schema.relations == (
        RelationType(name="knows", symmetric=True, iri="http://example.org/knows"),
        RelationType(
            name="works_for",
            head=("Person",),
            tail=("Firm", "Bank"),
            functional=True,
            inverse="employs",
            iri="http://example.org/worksFor",
        ),
    )


def test_a_file_is_a_schema_by_its_ending_and_goes_on_as_yaml(tmp_path: Path) -> None:
    (tmp_path / "staff.ttl").write_text(PREFIXES + STAFF)

    schema = load_schema(tmp_path / "staff.ttl")

    assert schema["Bank"].iri == "http://example.org/Bank"
    assert schema_from_yaml(schema_to_yaml(schema), "again.yaml") == schema


def test_a_file_that_says_more_than_a_schema_can_is_read_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "staff.ttl").write_text(PREFIXES + STAFF + ":born a owl:DatatypeProperty .")

    load_schema(tmp_path / "staff.ttl")

    assert "questgraph schema show" in caplog.text


def test_concepts_become_entity_types_with_broader_ones_above(read: Read) -> None:
    schema = read("""\
        :c1 a skos:Concept ; skos:prefLabel "Drug"@en, "Arznei"@de ; skos:notation "C1" .
        :c2 a skos:Concept ; skos:prefLabel "Vaccine"@en ; skos:broader :c1 ;
            skos:definition "Makes immune."@en ; skos:altLabel "jab"@en, "shot"@en .
        :c1 skos:narrower :c3 .
        :c3 a skos:Concept ; skos:prefLabel "Painkiller"@en .
        """).schema

    assert [(t.name, t.is_a, t.guideline, t.examples) for t in schema.entities] == [
        ("Drug", "", "", ()),
        ("Vaccine", "Drug", "Makes immune.", ("jab", "shot")),
        ("Painkiller", "Drug", "", ()),
    ]


def test_of_several_wider_classes_the_one_with_most_above_it_is_kept(read: Read) -> None:
    imported = read("""\
        :D rdfs:subClassOf :A, :B, :C . :C rdfs:subClassOf :Top . :B rdfs:subClassOf :A .
        :Top rdfs:subClassOf :Root . :A a owl:Class . :Root a owl:Class .
        """)

    # A is above B, so it says nothing new; C has two above it, B has one.
    (narrow,) = (t for t in imported.schema.entities if t.name == "D")
    assert narrow.is_a == "C"
    assert "types with several wider ones, of which one is kept: D" in imported.notes


def test_classes_that_are_wider_than_each_other_make_no_circle(read: Read) -> None:
    imported = read(":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :A .")

    assert [t.is_a for t in imported.schema.entities] == ["", "", "A"]
    assert "classes that are wider than each other: A, B, C" in imported.notes


def test_the_order_of_a_file_does_not_matter(read: Read) -> None:
    statements = [
        ":D rdfs:subClassOf :A, :B .",
        ":p a owl:ObjectProperty ; rdfs:domain [ owl:unionOf ( :A :B ) ], [ owl:unionOf (:D) ] .",
        ':A a owl:Class ; rdfs:label "thing" . :B a owl:Class ; rdfs:label "Thing" .',
        "[] a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :q ; sh:class :B ] .",
        "[] a sh:NodeShape ; sh:targetClass :B ; sh:property [ sh:path :q ; sh:class :D ] .",
    ]

    found = {
        (imported.schema, imported.notes)
        for order in itertools.permutations(statements)
        for imported in [read("\n".join(order))]
    }

    assert len(found) == 1


def test_names_that_differ_in_letter_case_only_are_told_apart(read: Read) -> None:
    schema = read("""\
        :Author a owl:Class . :author a owl:ObjectProperty .
        :a1 a owl:Class ; rdfs:label "Work" . :a2 a owl:Class ; rdfs:label "work!" .
        :a3 a owl:Class ; rdfs:label "???" . :a4 a owl:Class ; rdfs:label "Straße (neu)" .
        """).schema

    assert [t.name for t in schema.types()] == [
        *("Author", "Work", "a2", "a3", "Straße_neu"),
        "author_relation",
    ]


def test_several_domains_are_any_of_them_but_those_that_are_wider(read: Read) -> None:
    imported = read("""\
        :B rdfs:subClassOf :A . :C a owl:Class .
        :p a owl:ObjectProperty ; rdfs:domain :A, :B .
        :q a owl:ObjectProperty ; rdfs:domain :B, :C ; rdfs:range owl:Thing .
        """)

    assert imported.schema["p"] == RelationType(name="p", head=("B",), iri="http://example.org/p")
    assert imported.schema["q"] == RelationType(
        name="q", head=("B", "C"), iri="http://example.org/q"
    )
    assert "several domains or ranges, of which any will do: q" in imported.notes


def test_schema_org_names_ends_in_its_own_words(read: Read) -> None:
    schema = read("""\
        schema:Text a schema:DataType, rdfs:Class . schema:URL rdfs:subClassOf schema:Text .
        schema:Thing a rdfs:Class . schema:Person rdfs:subClassOf schema:Thing .
        schema:author a rdf:Property ; schema:domainIncludes schema:Thing, schema:Person ;
            schema:rangeIncludes schema:Person, schema:Text .
        schema:url a rdf:Property ; schema:rangeIncludes schema:URL .
        """).schema

    assert [t.name for t in schema.types()] == ["Person", "Thing", "author"]
    (author,) = schema.relations
    assert (author.head, author.tail) == (("Person", "Thing"), ("Person",))


def test_what_is_below_the_class_of_events_has_its_properties_as_roles(read: Read) -> None:
    imported = read("""\
        :Hiring rdfs:subClassOf <urn:questgraph:vocabulary:Event> . :Person a owl:Class .
        :Rehiring rdfs:subClassOf :Hiring .
        :who a owl:ObjectProperty, owl:FunctionalProperty ; rdfs:domain :Hiring ;
            rdfs:range :Person ; rdfs:comment "Who begins." .
        :when a owl:DatatypeProperty ; rdfs:domain :Hiring ; rdfs:range xsd:date .
        :cause a owl:ObjectProperty ; rdfs:domain :Person ; rdfs:range :Hiring .
        """)

    hiring, again = imported.schema.events
    assert [(r.name, r.types, r.many, r.guideline) for r in hiring.roles] == [
        ("when", (), True, ""),
        ("who", ("Person",), False, "Who begins."),
    ]
    assert again.roles == hiring.roles
    assert [t.name for t in imported.schema.types("entity", "relation")] == ["Person"]
    assert "relations to events, left out: cause" in imported.notes


def test_what_a_schema_has_no_place_for_is_noted(read: Read) -> None:
    notes = read("""\
        <http://example.org/> a owl:Ontology ; owl:imports <http://example.org/other> .
        :A a owl:Class ; owl:disjointWith :B ; rdfs:subClassOf
            [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] .
        :B a owl:Class ; owl:equivalentClass :A . :Old a owl:Class ; owl:deprecated true .
        :p a owl:ObjectProperty, owl:TransitiveProperty ; rdfs:subPropertyOf :q ;
            rdfs:domain [ owl:complementOf :A ] ; rdfs:range :Elsewhere .
        :age a owl:DatatypeProperty . :note a owl:AnnotationProperty . :said a rdf:Property .
        :key a owl:InverseFunctionalProperty . :ann a owl:NamedIndividual, :A .
        """).notes

    assert notes == (
        "annotation properties, left out: note",
        "class expressions, read as anything: p",
        "classes that are used here and described elsewhere: Elsewhere",
        "deprecated, left out: Old",
        "disjoint classes, left out: A",
        "equivalent classes, left out: B",
        "imports, not followed: example.org",
        "individuals, left out: ann",
        "inverse functional properties, told as plain ones: key",
        "properties of which nothing says what their values are: said",
        "properties whose values are texts or numbers, left out: age",
        "restrictions on classes, left out: A",
        "transitive properties, told as plain ones: p",
        "wider properties, left out: p",
    )


def test_a_note_about_many_things_names_the_first_and_counts_the_rest(read: Read) -> None:
    many = " ".join(f":d{number} a owl:DatatypeProperty ." for number in range(9))

    (note,) = read(f":A a owl:Class . {many}").notes

    assert note.endswith("left out: d0, d1, d2, d3, d4 and 4 more")


def test_an_inverse_functional_property_makes_its_inverse_functional(read: Read) -> None:
    schema = read("""\
        :owns a owl:ObjectProperty, owl:InverseFunctionalProperty ; owl:inverseOf :ownedBy .
        :ownedBy a owl:ObjectProperty .
        """).schema

    assert [(r.name, r.functional, r.inverse) for r in schema.relations] == [
        ("ownedBy", True, "owns"),
        ("owns", False, "ownedBy"),
    ]


@pytest.mark.parametrize("text", ["", ":x :y :z .", ':x rdfs:label "x" .'])
def test_a_file_without_types_is_an_error(text: str, read: Read) -> None:
    with pytest.raises(SchemaError, match=r"^test\.ttl: .*there is no type in it"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        ":p a owl:ObjectProperty ; rdfs:domain _:u . _:u owl:unionOf ( _:u ) . :A a owl:Class .",
        ":p rdfs:domain [ owl:unionOf _:l ] . _:l rdf:first :A ; rdf:rest _:l . :A a owl:Class .",
    ],
)
def test_lists_that_hold_themselves_do_not_hang(text: str, read: Read) -> None:
    with suppress(SchemaError):
        assert read(text).schema.types()


def test_hostile_labels_become_plain_names_and_texts(read: Read) -> None:
    schema = read("""\
        :A a owl:Class ; rdfs:label "<script>alert(1)</script>'`{}\\"\\\\n\\u202e" ;
            rdfs:comment "a\\u0000b {{ x }} \\u202e" .
        """).schema

    (type_,) = schema.entities
    assert type_.name == "script_alert_1_script_n"
    assert schema_from_yaml(schema_to_yaml(schema), "again.yaml") == schema


def test_an_ontology_with_other_bytes_than_its_ending_promises_is_an_error() -> None:
    with pytest.raises(SchemaError, match="this is not turtle"):
        read_ontology(b"\xff\xfe\x00\x01", "x.ttl")
