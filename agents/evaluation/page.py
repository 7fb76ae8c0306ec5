"""An evaluation as one page of HTML that needs nothing from elsewhere."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from questgraph.agents.evaluation.charts import Curve, Point, cost_against_quality, lines
from questgraph.tools.scoring.intervals import Interval

_ENVIRONMENT = Environment(
    loader=PackageLoader("questgraph.agents", "evaluation"),
    undefined=StrictUndefined,
    # Passages and answers are data and never markup.
    autoescape=True,
)


def write_page(report: Mapping[str, Any], path: Path) -> None:
    """Write the page of a report that `report.to_json` gave."""
    page = _ENVIRONMENT.get_template("page.html").render(
        report, costs=list(_costs(report)), risks=_risks(report)
    )
    path.write_text(page, encoding="utf-8")


def _costs(report: Mapping[str, Any]) -> Iterator[Markup]:
    """Yield for each set and main metric a picture of what each recipe costs and how good it is."""
    for dataset in dict.fromkeys(result["dataset"] for result in report["results"]):
        of_set = [result for result in report["results"] if result["dataset"] == dataset]
        for metric in dict.fromkeys(name for result in of_set for name in result["main"]):
            points = [_point(result, metric) for result in of_set if metric in result["main"]]
            quality = f"{dataset}: F1 of {metric}"
            yield cost_against_quality(points, "tokens a passage, read and written", quality)


def _point(result: Mapping[str, Any], metric: str) -> Point:
    cost = result["cost"]
    tokens = (cost["prompt_tokens"] + cost["completion_tokens"]) / max(1, result["passages"])
    return Point(result["recipe"], tokens, Interval(**result["metrics"][metric]["interval"]))


def _risks(report: Mapping[str, Any]) -> Markup:
    """Return the risk-coverage curves of all results that have one."""
    curves = [
        Curve(
            f"{result['dataset']}, {result['recipe']}",
            found["risk_coverage"]["coverage"],
            found["risk_coverage"]["risk"],
        )
        for result in report["results"]
        if (found := result["calibration"])
    ]
    return lines(curves, "share of the claims that is kept, the best-scored first", "share wrong")
