"""Pictures of an evaluation."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from questgraph.agents.evaluation.charts import Curve, Point, cost_against_quality, lines
from questgraph.tools.scoring.intervals import Interval

shares = st.floats(0, 1)


def drawn(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(tag))


def inside(svg: str) -> bool:
    """Say whether nothing is drawn outside of the picture."""
    root = ET.fromstring(svg)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    places = [
        (name, float(value))
        for e in root.iter()
        for name, value in e.attrib.items()
        if name in ("x", "cx", "x1", "x2", "y", "cy", "y1", "y2")
    ]
    return all(0 <= at <= (width if "x" in name else height) for name, at in places)


@given(st.lists(st.tuples(st.floats(0.1, 1e7), st.tuples(shares, shares, shares)), max_size=45))
def test_everything_is_drawn_within_the_picture(
    measured: list[tuple[float, tuple[float, ...]]],
) -> None:
    points = []
    for i, (cost, values) in enumerate(measured):
        low, value, high = sorted(values)
        points.append(Point(f"recipe {i}", cost, Interval(value, low, high)))

    svg = cost_against_quality(points, "tokens", "F1")

    assert bool(svg) == bool(points)
    if svg:
        assert len(drawn(svg, "circle")) == len(points)
        assert inside(svg)


def test_cheaper_is_further_left_and_better_is_higher_up() -> None:
    points = [Point("a", 10, Interval(0.2, 0.1, 0.3)), Point("b", 1000, Interval(0.6, 0.5, 0.7))]

    cheap, dear = drawn(cost_against_quality(points, "tokens", "F1"), "circle")

    assert float(cheap.attrib["cx"]) < float(dear.attrib["cx"])
    assert float(cheap.attrib["cy"]) > float(dear.attrib["cy"])


def test_names_are_words_and_never_markup() -> None:
    svg = cost_against_quality(
        [Point("<script>", 10, Interval(0.2, 0.1, 0.3))], "tokens", '"><script>'
    )

    assert "<script" not in svg
    assert "<script>" in [text.text for text in drawn(svg, "text")]


def test_way_of_asking_that_cost_nothing_is_left_out() -> None:
    assert not cost_against_quality([Point("a", 0, Interval(1, 1, 1))], "tokens", "F1")


def test_curve_goes_from_its_first_point_to_its_last() -> None:
    svg = lines([Curve("a", [0.5, 1.0], [0.0, 0.4]), Curve("empty", [], [])], "kept", "wrong")

    [line] = drawn(svg, "polyline")
    points = (pair.split(",") for pair in line.attrib["points"].split())
    (x0, y0), (x1, y1) = (map(float, point) for point in points)
    assert x0 < x1
    assert y0 > y1
    assert inside(svg)


def test_curve_that_is_never_wrong_lies_on_the_axis() -> None:
    assert inside(lines([Curve("a", [0.5, 1.0], [0.0, 0.0])], "kept", "wrong"))
