"""Schemas that ship with questgraph, as YAML."""
