"""The templates of the page, in which text is never markup."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from questgraph.agents.review.queue import clipped


def templates() -> Environment:
    """Return the templates."""
    environment = Environment(
        loader=PackageLoader("questgraph.agents.review", "web"),
        undefined=StrictUndefined,
        # Documents and answers are data and never markup.
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["written"] = written
    environment.globals["clipped"] = clipped
    return environment


def written(text: str) -> Markup:
    """Return a text as markup that shows it, one character for each of its characters.

    The page counts characters, and HTML joins the two ends of a line and drops zeros.
    """
    return Markup(str(escape(text)).replace("\r", "&#13;").replace("\0", "\ufffd"))
