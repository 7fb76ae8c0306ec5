"""Passages that differ: the model names ways in which they may, and each is written in one of them.

ProgGen (Heng et al. 2024), its generation half: attribute dimensions and their values are proposed
once for a domain, and every passage is asked for in a sampled configuration (X-diversity). Its
other half, entity pools (Y-diversity), is `structures.pool`. Its correction of uncertain spans
needs log probabilities; here each label is put to the model as a yes/no question instead, whoever
wrote it.
"""

import logging
import random

from questgraph.agents.state import Problem
from questgraph.agents.synthesis.answers import Lists
from questgraph.agents.synthesis.writing import Writer
from questgraph.tools.prompts import render
from questgraph.tools.schema import Schema

_LOG = logging.getLogger(__name__)

AT_ONCE = 2
"""Dimensions that one passage is asked for: more of them leave no text that has them all."""


async def attributes(writer: Writer) -> Lists:
    """Return dimensions in which passages about the writer's schema differ, with their values.

    None when the model names none that can be read: passages are written all the same.
    """
    found = await writer.suggest(_question(writer.schema), stage="attributes")
    if isinstance(found, Problem):
        _LOG.warning("passages are written without attributes: %s", found.reason)
        return {}
    return found


def configuration(dimensions: Lists, chance: random.Random) -> str:
    """Return a sampled value for some of the dimensions, in words.

    >>> configuration({"topic": ("sport",), "tone": ("dry",)}, random.Random(1))
    'topic: sport; tone: dry'
    """
    some = set(chance.sample(list(dimensions), min(AT_ONCE, len(dimensions))))
    chosen = {name: chance.choice(values) for name, values in dimensions.items() if name in some}
    return "; ".join(f"{name}: {value}" for name, value in chosen.items())


def _question(schema: Schema) -> str:
    return render("synth-attributes.v1", types=schema.types())
