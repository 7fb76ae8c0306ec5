"""Nearest neighbours by FAISS: the only file that knows it. Nothing is pickled."""

import os
import tempfile
from pathlib import Path
from typing import Self

import faiss
import numpy as np
from numpy.typing import NDArray

from questgraph.retrieval.embedders import Vectors
from questgraph.tools.errors import ConfigError


class Index:
    """Vectors of length one, searched exactly by inner product.

    Exact search takes 0.4 ms for ten thousand vectors; a bank that large is rare.
    """

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Return an index of the rows of `vectors`."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vectors: Vectors, k: int) -> tuple[Vectors, NDArray[np.int64]]:
        """Return likenesses and row numbers, each of shape (queries, k), most alike first."""
        return self._index.search(np.ascontiguousarray(vectors), min(k, len(self)))

    def vector(self, row: int) -> Vectors:
        """Return the vector in a row, of shape (dimension,)."""
        return np.asarray(self._index.reconstruct(row), dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write the index in FAISS's own format, in one step."""
        handle, name = tempfile.mkstemp(dir=path.parent)
        os.close(handle)
        faiss.write_index(self._index, name)
        Path(name).replace(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read an index.

        Raises:
            ConfigError: When the file is missing or broken.
        """
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise ConfigError(f"{path} is no index: build the bank again") from error


def centres(vectors: Vectors, k: int) -> Vectors:
    """Return the centres of `k` groups of alike rows, of shape (k, dimension), always the same."""
    kmeans = faiss.Kmeans(vectors.shape[1], k, seed=1, nredo=5, min_points_per_centroid=1)
    kmeans.train(np.ascontiguousarray(vectors))
    return np.asarray(kmeans.centroids, dtype=np.float32)
