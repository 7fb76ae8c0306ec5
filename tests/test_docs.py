"""The documentation says what is there."""

import re
import runpy
from pathlib import Path

import pytest

from questgraph.tools.schema_sources import schema_from_yaml

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_page_of_recipes_is_the_one_that_its_script_writes() -> None:
    written = runpy.run_path(str(ROOT / "docs" / "recipes.py"))["page"]()

    assert (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8") == written


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_schemas_that_are_shown_can_be_read(page: Path) -> None:
    for example in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        assert schema_from_yaml(example, page.name).types()
