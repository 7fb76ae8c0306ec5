"""The demonstrations that ship with questgraph, see README.md in this folder."""
