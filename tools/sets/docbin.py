"""DocBin, the binary form that spaCy trains on (`.spacy`)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.sets.building import entity, naming, package


def read_docbin(path: Path) -> Iterator[Labelled]:
    """Yield the documents of a file, named after it and numbered from 1.

    Entities are read; where there are none, the spans of all span groups, which may overlap.

    Raises:
        MissingPackageError: When spaCy is not installed.
        ConfigError: When the file is no DocBin.
    """
    spacy = package("spacy", "a .spacy file")
    try:
        found = spacy.tokens.DocBin().from_disk(path)
        documents = list(found.get_docs(spacy.blank("xx").vocab))
    except Exception as error:  # zlib, msgpack and spaCy each raise their own
        raise ConfigError(f"{path}: this is no DocBin: {error}") from error
    for number, document in enumerate(documents, 1):
        with naming(f"{path}: document {number}"):
            passage = _passage(f"{path.stem}-{number}", document)
        yield passage


def _passage(id_: str, document: Any) -> Labelled:
    spans = document.ents or [span for group in document.spans.values() for span in group]
    entities = [
        entity(document.text, (span.start_char, span.end_char), span.label_) for span in spans
    ]
    return labelled({"id": id_, "text": document.text, "entities": entities})
