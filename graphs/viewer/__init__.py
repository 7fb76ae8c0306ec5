"""The graph, the documents and the dialogues as one HTML page."""
