"""DocRED, as sets of relations across sentences come in (DocRED, Re-DocRED, DWIE).

A JSON list of documents with `title`, `sents` (tokens), `vertexSet` (the mentions of each entity)
and `labels`. The mentions of an entity form a cluster, and relations go from first mention to first
mention. Codes of relations become words where a `rel_info.json` stands beside the file.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled, labelled
from questgraph.tools.sets.building import entity, naming, text_of, together


def read_docred(path: Path) -> Iterator[Labelled]:
    """Yield the documents of a file, named after their titles.

    Raises:
        ConfigError: When it is no such file, or a document in it is wrong; names file and document.
    """
    documents = _json(path)
    if not isinstance(documents, list):
        raise ConfigError(f"{path}: write a list of documents")
    names = path.with_name("rel_info.json")
    words: Mapping[str, str] = _json(names) if names.is_file() else {}
    for number, document in enumerate(documents, 1):
        with naming(f"{path}: document {number}"):
            passage = _passage(document, words)
        yield passage


def _json(path: Path) -> Any:
    text = text_of(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}:{error.lineno}: this is not JSON: {error.msg}") from error


def _passage(document: Mapping[str, Any], words: Mapping[str, str]) -> Labelled:
    tokens = [token for sentence in document["sents"] for token in sentence]
    text, spans = together(tokens)
    starts = [0, *accumulate(len(sentence) for sentence in document["sents"])]
    entities: list[dict[str, object]] = []
    clusters: list[list[int]] = []
    for mentions in document["vertexSet"]:
        clusters.append([len(entities) + i for i in range(len(mentions))])
        for mention in mentions:
            first, last = (starts[mention["sent_id"]] + at for at in mention["pos"])
            entities.append(
                entity(text, (spans[first].start, spans[last - 1].end), mention["type"])
            )
    return labelled(
        {
            "id": document["title"],
            "text": text,
            "entities": entities,
            "relations": [
                {
                    "type": words.get(label["r"], label["r"]),
                    "head": clusters[label["h"]][0],
                    "tail": clusters[label["t"]][0],
                }
                for label in document.get("labels") or ()
            ],
            "clusters": [cluster for cluster in clusters if len(cluster) > 1],
        }
    )
