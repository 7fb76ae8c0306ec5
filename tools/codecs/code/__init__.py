"""Answers as Python code: how types are spelled as classes, how code is written, how it is read.

Code that a model wrote is taken apart with `ast` and never run: `reading` knows strings, lists,
dictionaries and calls of classes, and nothing else. `names` gives types their class names,
`definitions` shows a schema as code; the codecs are `appends` (CodeIE), `instances` (Code4UIE,
Code4Struct, GoLLIE), `triples` (CodeKGC) and `imports` (Code4UIE, first stage).
"""

from questgraph.tools.codecs.code.definitions import classes, dataclasses
from questgraph.tools.codecs.code.literals import literal
from questgraph.tools.codecs.code.names import class_names
from questgraph.tools.prompts import offer

# Prompts show schemas and passages in the spelling that answers have.
offer(class_names=class_names, classes=classes, dataclasses=dataclasses, literal=literal)
