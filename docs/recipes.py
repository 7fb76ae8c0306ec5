"""Writes `recipes.md`: every recipe with its source, stages and state graph.

.venv/bin/python docs/recipes.py
"""

import inspect
import sys
from pathlib import Path
from types import ModuleType

from questgraph.agents.machine import drawing
from questgraph.agents.recipes import recipes

INTRODUCTION = """# Recipes

A recipe is a published way of asking, as a tuple of stages; the state machine is compiled from it,
and the drawings below are of the compiled machines. `questgraph recipes NAME` prints the same.
This page is written by `docs/recipes.py`.
"""


def page() -> str:
    """Return the page."""
    parts = [INTRODUCTION]
    for recipe in recipes.values():
        module = _module(recipe.name)
        stages = "\n".join(f"| {stage.name} | {stage.summary} |" for stage in recipe.stages)
        parts.append(
            f"## {recipe.name}\n\n{inspect.getdoc(module)}\n\n"
            f"Source: {recipe.source}. History: `{recipe.history}`. "
            f"Demonstrations: {recipe.demos or 'none'}.\n\n"
            f"| stage | what it does |\n|---|---|\n{stages}\n\n"
            f"```mermaid\n{drawing(recipe).strip()}\n```\n"
        )
    return "\n".join(parts)


def _module(name: str) -> ModuleType:
    """Return the file of a recipe; a variant stands in the file of the recipe that it varies."""
    while True:
        module = sys.modules.get(f"questgraph.agents.recipes.{name.replace('-', '_')}")
        if module:
            return module
        name = name.rpartition("-")[0]


if __name__ == "__main__":
    Path(__file__).with_suffix(".md").write_text(page(), encoding="utf-8")
