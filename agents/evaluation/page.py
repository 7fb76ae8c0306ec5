"""An evaluation as one page of HTML that needs nothing from elsewhere."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

_ENVIRONMENT = Environment(
    loader=PackageLoader("questgraph.agents", "evaluation"),
    undefined=StrictUndefined,
    # Passages and answers are data and never markup.
    autoescape=True,
)


def write_page(report: Mapping[str, object], path: Path) -> None:
    """Write the page of a report that `report.to_json` gave."""
    page = _ENVIRONMENT.get_template("page.html").render(report)
    path.write_text(page, encoding="utf-8")
