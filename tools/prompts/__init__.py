"""The wording of every question, in versioned files.

`<name>.v<n>.md` holds a Jinja template. A released file is never edited: calls are keyed by
what was asked, so an edit would ask everything again. Write the next number instead.
"""

from collections.abc import Callable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, TemplateNotFound

from questgraph.tools.errors import UnknownNameError

_ENVIRONMENT = Environment(
    loader=PackageLoader("questgraph.tools", "prompts"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # Prompts are read by models, not by browsers.
    autoescape=False,
)


def render(name: str, /, **values: object) -> str:
    """Return the prompt `name` with its slots filled.

    Raises:
        UnknownNameError: When there is no such prompt; the message has the nearest name.
    """
    return _template(name).render(values).strip()


def offer(**functions: Callable[..., object]) -> None:
    """Let all prompts call `functions` by their names."""
    _ENVIRONMENT.globals.update(functions)


@cache
def _template(name: str) -> Template:
    try:
        return _ENVIRONMENT.get_template(f"{name}.md")
    except TemplateNotFound:
        known = [file.removesuffix(".md") for file in _ENVIRONMENT.list_templates(["md"])]
        raise UnknownNameError("prompt", name, known) from None
