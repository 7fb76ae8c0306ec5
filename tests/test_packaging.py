"""Keeps the packaging honest: a forgotten folder would be missing from wheels without a word."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = ("agents", "graphs", "retrieval", "tools")
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


def folders_with_code() -> set[str]:
    modules = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return {".".join(path.parent.relative_to(ROOT).parts) for path in modules}


def test_every_folder_with_code_is_in_packages() -> None:
    listed = {name.removeprefix("questgraph.") for name in SETUPTOOLS["packages"]}

    assert folders_with_code() | {"questgraph"} == listed


def test_every_package_has_an_init_file_that_says_what_is_in_it() -> None:
    for name in folders_with_code():
        text = (ROOT / name.replace(".", "/") / "__init__.py").read_text()
        assert text.startswith('"""'), name


@pytest.mark.parametrize("name", FOLDERS)
def test_each_link_points_at_the_mapped_folder(name: str) -> None:
    link = ROOT / "questgraph" / name

    assert link.is_symlink()
    assert link.readlink() == Path("..") / name
    assert SETUPTOOLS["package-dir"][f"questgraph.{name}"] == name


def test_every_data_file_is_package_data() -> None:
    patterns = {
        ROOT / package.removeprefix("questgraph.").replace(".", "/") / pattern
        for package, patterns in SETUPTOOLS["package-data"].items()
        for pattern in patterns
    }
    data = {
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }

    matched = {path for pattern in patterns for path in pattern.parent.glob(pattern.name)}

    assert data <= matched
