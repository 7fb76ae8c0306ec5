"""Published ways of asking, one file each, found by name."""

from questgraph.agents.recipes.chatie import CHATIE
from questgraph.agents.recipes.oneshot import ONESHOT
from questgraph.agents.recipes.staged import STAGED
from questgraph.agents.stages.base import Recipe
from questgraph.tools.registry import Registry

DEFAULT = STAGED.name

recipes: Registry[Recipe] = Registry("recipe")
for _recipe in (STAGED, CHATIE, ONESHOT):
    recipes[_recipe.name] = _recipe

__all__ = ["DEFAULT", "recipes"]
