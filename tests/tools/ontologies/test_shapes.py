"""SHACL of others as schemas."""

from importlib.resources import files

import pytest

from questgraph.tools.errors import SchemaError
from questgraph.tools.ontologies.reading import read_ontology
from questgraph.tools.schema import RelationType

from .conftest import Read

SHAPES = """\
:PersonShape a sh:NodeShape ; sh:targetClass :Person ;
    sh:property [ sh:path :worksFor ; sh:class :Firm ; sh:maxCount 1 ; sh:name "works for" ;
        sh:description "Is employed by." ] ,
        [ sh:path :livesIn ; sh:or ( [ sh:class :City ] [ sh:class :Land ] ) ; sh:minCount 1 ] ,
        [ sh:path :age ; sh:datatype xsd:integer ] ,
        [ sh:path :tone ; sh:in ( "dry" "gay" ) ] ,
        [ sh:path :mail ; sh:nodeKind sh:Literal ; sh:pattern "@" ] .
:Firm a sh:NodeShape, rdfs:Class ; sh:property [ sh:path :owns ; sh:node :CityShape ] .
:CityShape a sh:NodeShape ; sh:targetClass :City .
"""


def test_shapes_become_types_and_signatures(read: Read) -> None:
    schema = read(SHAPES).schema

    assert [t.name for t in schema.entities] == ["City", "Firm", "Land", "Person"]
    assert schema.relations == (
        RelationType(
            name="livesIn",
            head=("Person",),
            tail=("City", "Land"),
            iri="http://example.org/livesIn",
        ),
        RelationType(name="owns", head=("Firm",), tail=("City",), iri="http://example.org/owns"),
        RelationType(
            name="works_for",
            guideline="Is employed by.",
            head=("Person",),
            tail=("Firm",),
            functional=True,
            iri="http://example.org/worksFor",
        ),
    )


def test_constraints_that_a_schema_has_no_place_for_are_noted(read: Read) -> None:
    assert read(SHAPES).notes == (
        "classes that are used here and described elsewhere: City, Land, Person",
        "properties whose values are texts or numbers, left out: age, mail, tone",
        "sh:in, not carried over: tone",
        "sh:minCount, not carried over: livesIn",
        "sh:pattern, not carried over: mail",
    )


def test_a_property_of_several_classes_is_one_relation(read: Read) -> None:
    imported = read("""\
        [] a sh:NodeShape ; sh:targetClass :A ; sh:property
            [ sh:path :p ; sh:class :B ; sh:maxCount 1 ] .
        [] a sh:NodeShape ; sh:targetClass :B ; sh:property [ sh:path :p ; sh:class :C ] .
        """)

    (p,) = imported.schema.relations
    assert (p.head, p.tail, p.functional) == (("A", "B"), ("B", "C"), False)
    assert "ends that depend on each other, told as any with any: p" in imported.notes
    assert "sh:maxCount 1 for some subjects only, left out: p" in imported.notes


def test_shapes_of_subjects_and_objects_say_what_the_ends_are(read: Read) -> None:
    (p,) = read("""\
        [] a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:class :A ; sh:property [ sh:path :p ] .
        [] a sh:NodeShape ; sh:targetObjectsOf :p ; sh:or ( [ sh:class :C ] [ sh:class :B ] ) .
        """).schema.relations

    assert (p.head, p.tail) == (("A",), ("C", "B"))


def test_a_path_against_its_direction_is_read_from_the_other_end(read: Read) -> None:
    (p,) = read("""\
        :Firm a sh:NodeShape, owl:Class ;
            sh:property [ sh:path [ sh:inversePath :worksFor ] ; sh:class :Person ] .
        """).schema.relations

    assert (p.name, p.head, p.tail) == ("worksFor", ("Person",), ("Firm",))


def test_property_shapes_may_stand_by_themselves(read: Read) -> None:
    schema = read("""\
        :P a sh:PropertyShape ; sh:targetClass :A ; sh:path :p ; sh:class :B ; sh:maxCount 1 .
        :Q a sh:PropertyShape ; sh:targetSubjectsOf :q ; sh:path :q ; sh:class :A .
        """).schema

    assert [(r.name, r.head, r.tail, r.functional) for r in schema.relations] == [
        ("p", ("A",), ("B",), True),
        ("q", (), ("A",), False),
    ]


def test_classes_of_texts_are_no_things(read: Read) -> None:
    imported = read("""\
        :Label rdfs:subClassOf rdfs:Literal .
        :A a sh:NodeShape, owl:Class ; sh:property [ sh:path :p ; sh:class :Label ] .
        """)

    assert [type_.name for type_ in imported.schema.types()] == ["A"]
    assert imported.notes == ("properties whose values are texts or numbers, left out: p",)


@pytest.mark.slow
def test_the_shapes_of_schema_org_are_read_whole() -> None:
    data = (files("pyshacl") / "assets" / "schema.ttl").read_bytes()

    imported = read_ontology(data, "schema.ttl")

    schema = imported.schema
    assert len(schema.entities) > 800
    assert len(schema.relations) > 800
    assert schema.lineage("Bank_or_credit_union")[-1] == "Thing"
    assert "Person" in schema["worksFor"].head
    assert "Organization" in schema["worksFor"].tail
    assert schema["audience_relation"].tail == ("Audience",)
    assert len(imported.notes) < 10


def test_what_is_not_read_is_noted(read: Read) -> None:
    notes = read("""\
        :A a sh:NodeShape, owl:Class ; sh:property [ sh:path ( :p :q ) ; sh:class :A ] ,
            [ sh:path :r ; sh:class :A ; sh:maxCount 3 ] ,
            [ sh:path :gone ; sh:class :A ; sh:deactivated true ] .
        :Loose a sh:NodeShape ; sh:property [ sh:path :s ; sh:class :A ] .
        """).notes

    assert notes == (
        "paths over several properties, left out: A",
        "shapes without a target class, left out: Loose",
    )


def test_shapes_outrank_domains_and_ranges(read: Read) -> None:
    (p,) = read("""\
        :p a owl:ObjectProperty ; rdfs:domain :X ; rdfs:range :Y ; rdfs:comment "Joins." .
        :A a sh:NodeShape, owl:Class ; sh:property [ sh:path :p ; sh:class :B ] .
        """).schema.relations

    assert (p.head, p.tail, p.guideline) == (("A",), ("B",), "Joins.")


def test_ways_that_refer_to_each_other_do_not_hang(read: Read) -> None:
    with pytest.raises(SchemaError, match="holds itself"):
        read(":A a sh:NodeShape, owl:Class ; sh:property _:p . _:p sh:path :p ; sh:or ( _:p ) .")


def test_a_count_beyond_one_is_how_many_a_head_may_have(read: Read) -> None:
    schema = read("""\
        :A a sh:NodeShape, owl:Class ; sh:property [ sh:path :r ; sh:class :A ; sh:maxCount 3 ] .
        """).schema

    assert [(relation.at_most, relation.functional) for relation in schema.relations] == [
        (3, False)
    ]
