"""The knowledge graph: from claims, resolved, exported, and shown."""
