"""Pictures of an evaluation as SVG, in the colour of the text around them."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, pairwise
from typing import NamedTuple

from markupsafe import Markup

from questgraph.tools.scoring.intervals import Interval

WIDTH, HEIGHT = 640, 320
"""Size of a picture; it is higher where that many names do not fit beside it."""

LEFT, RIGHT, TOP, BOTTOM = 56, 150, 16, 44
"""Room around the plot: at the right for names."""

LINE = 14
"""Height of a line of text."""

COLOURS = ("#3b7dd8", "#d8693b", "#3ba55d", "#a5539f", "#b8952b", "#5f6b7a")


class Point(NamedTuple):
    """A way of asking: what it costs and how good it is."""

    name: str
    cost: float
    quality: Interval


class Curve(NamedTuple):
    """A line with a name."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True, slots=True)
class _Axes:
    """Where values lie in the picture."""

    low: float
    """Cost at the left, as a logarithm where `log` is."""

    high: float
    top: float
    """Value at the upper end; the lower end is 0."""

    height: int
    log: bool = False

    def x(self, value: float) -> float:
        at = math.log10(value) if self.log else value
        share = (at - self.low) / (self.high - self.low)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return self.bottom - value / self.top * (self.bottom - TOP)

    @property
    def bottom(self) -> int:
        return self.height - BOTTOM


def cost_against_quality(points: Sequence[Point], cost: str, quality: str) -> Markup:
    """Draw what ways of asking cost, on a logarithmic axis, against how good they are.

    Bars are intervals. A point further left and higher up is better.

    Args:
        points: What to draw; one that cost nothing has no place on the axis and is left out.
        cost: What the cost is, in words.
        quality: What the quality is.
    """
    shown = [point for point in points if point.cost > 0]
    if not shown:
        return Markup("")
    ends = [math.log10(point.cost) for point in shown]
    top = _top(max(point.quality.high for point in shown))
    axes = _Axes(min(ends) - 0.1, max(ends) + 0.1, top, _height(len(shown)), log=True)
    parts = list(_frame(axes, [p.cost for p in shown], cost, quality, "{:,.0f}".format))
    labels = _apart([axes.y(point.quality.value) for point in shown], axes.height)
    for point, label, colour in zip(shown, labels, cycle(COLOURS)):
        parts += _point(point, axes, label, colour)
    return _picture(f"{quality} against {cost}", axes.height, parts)


def lines(curves: Sequence[Curve], across: str, up: str) -> Markup:
    """Draw curves over shares from 0 to 1, with a name at the end of each.

    Args:
        curves: What to draw; those without a point are left out.
        across: What the share is, in words.
        up: What goes up.
    """
    shown = [curve for curve in curves if len(curve.x)]
    if not shown:
        return Markup("")
    top = _top(max(max(curve.y) for curve in shown))
    axes = _Axes(0.0, 1.0, top, _height(len(shown)))
    parts = list(_frame(axes, [0, 0.25, 0.5, 0.75, 1], across, up, "{:.0%}".format))
    labels = _apart([axes.y(curve.y[-1]) for curve in shown], axes.height)
    for curve, label, colour in zip(shown, labels, cycle(COLOURS)):
        path = " ".join(
            f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in zip(curve.x, curve.y, strict=True)
        )
        parts.append(
            Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>').format(
                path, colour
            )
        )
        parts.append(_text(WIDTH - RIGHT + 8, label + 4, curve.name, colour=colour))
    return _picture(f"{up} over {across}", axes.height, parts)


def _point(point: Point, axes: _Axes, label: float, colour: str) -> Iterator[Markup]:
    x, (value, low, high) = axes.x(point.cost), point.quality
    yield Markup(
        '<g stroke="{c}" fill="{c}"><title>{name}: {value:.3f} ({low:.3f} … {high:.3f}),'
        ' {cost:,.0f}</title><line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"/>'
        '<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        '<line x1="{x:.1f}" y1="{y:.1f}" x2="{end}" y2="{label:.1f}" stroke-opacity=".25"/></g>'
    ).format(
        c=colour,
        name=point.name,
        value=value,
        low=low,
        high=high,
        cost=point.cost,
        x=x,
        y=axes.y(value),
        top=axes.y(min(high, axes.top)),
        bottom=axes.y(low),
        end=WIDTH - RIGHT + 4,
        label=label,
    )
    yield _text(WIDTH - RIGHT + 8, label + 4, point.name, colour=colour)


def _frame(
    axes: _Axes, marks: Sequence[float], across: str, up: str, told: Callable[[float], str]
) -> Iterator[Markup]:
    """Yield the axes with their marks and what they are."""
    left, right, bottom = LEFT, WIDTH - RIGHT, axes.bottom
    for i in range(5):
        value = axes.top * i / 4
        yield Markup(
            '<line x1="{}" x2="{}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor"'
            ' stroke-opacity="{}"/>'
        ).format(left, right, 0.15 if i else 0.6, y=axes.y(value))
        yield _text(left - 6, axes.y(value) + 4, f"{value:.2f}", anchor="end")
    last = -math.inf
    for mark in sorted(marks):
        # Marks that would run into each other are left out.
        if axes.x(mark) - last > 60:
            last = axes.x(mark)
            yield _text(last, bottom + LINE + 2, told(mark), anchor="middle")
    yield _text((left + right) / 2, axes.height - 6, across, anchor="middle")
    yield Markup(
        '<text transform="translate(14,{}) rotate(-90)" text-anchor="middle">{}</text>'
    ).format((TOP + bottom) // 2, up)


def _top(highest: float) -> float:
    """Return the upper end of an axis that holds a share and has four even steps."""
    return max(1, math.ceil(5 * highest)) / 5


def _height(names: int) -> int:
    return max(HEIGHT, LINE * (names + 1))


def _apart(places: Sequence[float], height: int) -> list[float]:
    """Return where names go, so that each has a line of its own, near its place.

    >>> _apart([100.0, 101.0, 30.0], 320)
    [100.0, 114.0, 30.0]
    """
    given = list(places)
    order = sorted(range(len(given)), key=given.__getitem__)
    for before, i in pairwise(order):
        given[i] = max(given[i], given[before] + LINE)
    # What was pushed out below moves up again.
    limit = float(height)
    for i in reversed(order):
        limit = given[i] = min(given[i], limit - LINE)
    return given


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = "") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}">{}</text>').format(
        x, y, anchor, colour or "currentColor", text
    )


def _picture(title: str, height: int, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}" font-size="12" fill="currentColor">'
        "{}</svg>"
    ).format(WIDTH, height, title, Markup("").join(parts))
