"""Schemas as others write them: OWL, RDFS, SKOS and SHACL, read and written through rdflib."""
