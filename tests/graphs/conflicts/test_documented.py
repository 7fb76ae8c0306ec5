import doctest
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "conflicts.md"


def test_the_examples_of_the_page_give_what_it_says() -> None:
    assert doctest.testfile(str(PAGE), module_relative=False).failed == 0
