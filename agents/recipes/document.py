"""Staged, and what joins passages of one document: a relation's ends, an event and who takes part.

A passage is asked about by itself, so a relation with one end here and the other pages away is
seen by nobody. Here a last question shows what the passage names beside a few sentences from
elsewhere in its document, chosen as for `amalvy` (neighbours, shared nouns, BM25, then likeness),
and asks what joins the two. There is one such question for each passage at most, and none for a
document of one passage. What is claimed of both is pinned in both, and rules check its types;
nobody is asked again.
"""

from dataclasses import replace

from questgraph.agents.recipes.staged import STAGED
from questgraph.agents.stages.reach import reach

DOCUMENT = replace(
    STAGED,
    name="document",
    summary="staged, and what joins a passage with the rest of its document",
    source="questgraph; sentences from elsewhere after Amalvy et al. 2023",
    stages=(*STAGED.stages, reach()),
)
