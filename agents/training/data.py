"""Training sets: the dialogues that a recipe holds about labelled passages, varied and balanced.

The same sources and options give the same bytes:

    train.jsonl    seen types, asked in varied ways
    dev.jsonl      seen types, texts held back, asked as a run asks
    unseen.jsonl   held-back types, asked about held-back texts, likewise
    data.json      what went in and what was left out; `card.md` says it in words
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from questgraph.agents.recipes import recipes
from questgraph.agents.runs.plan import Plan
from questgraph.agents.training.examples import Examples
from questgraph.agents.training.output import Summary, Told, write
from questgraph.agents.training.passages import Piece, pieces
from questgraph.agents.training.sources import Source, guard_texts, read_source, read_sources
from questgraph.agents.training.splits import (
    drawn_texts,
    named_types,
    seen_again,
    unseen_types,
    without_leaks,
)
from questgraph.agents.training.variation import VARIED, Variation
from questgraph.tools.codecs.parsing import fold
from questgraph.tools.errors import ConfigError
from questgraph.tools.labelled import Labelled
from questgraph.tools.schema_sources import general

GUARDED = "nearly the same as an evaluated passage"
TRAIN, DEV, UNSEEN = FILES = "train", "dev", "unseen"

TWIN = "nearly the same as a held-back passage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a training set is made."""

    seed: int = 0
    unseen: tuple[str, ...] = ()
    """Types to hold back, each as `set:type,type`."""

    unseen_share: float = 0.0
    """Share of the types of each set that are held back at least."""

    dev_share: float = 0.1
    """Share of the texts of each set that are held back."""

    longest: int = 1024
    """Tokens of a dialogue at most, estimated."""

    variants: int = 1
    """In how many ways each passage is asked about."""

    empty_share: float = 0.15
    """Share of dialogues with an empty answer at most."""

    type_share: float = 0.15
    """Share of dialogues that answer the same type at most."""

    variation: Variation = VARIED


@dataclass(frozen=True, slots=True)
class _Texts:
    """Passages of a source, and what they are for."""

    source: Source
    train: Sequence[Labelled]
    held: Sequence[Labelled]


def make(
    sources: Sequence[Path],
    out: Path,
    *,
    recipe: str = "staged",
    held_back: Sequence[Path] = (),
    guard: Sequence[Path] = (),
    without_licence: Sequence[str] = (),
    making: Making | None = None,
) -> Summary:
    """Write a training set of labelled `sources` into the folder `out`, and return what is in it.

    Args:
        sources: Labelled files and folders, run folders, and folders of `questgraph synth`.
        out: Gets the dialogues, `data.json` and `card.md`.
        recipe: Whose dialogues they are.
        held_back: Labelled sets that are only asked about in `unseen.jsonl`.
        guard: Labelled sets whose dev and test texts are not trained on; nor are those that stand
            beside a source.
        without_licence: Parts of names of licences that no source may have.
        making: How it is made.

    Raises:
        ConfigError: When a source may not be used, or nothing is left to train on.
        RunError: When a run folder cannot be read.
        StorageError: When the folder cannot be written.
    """
    making = making or Making()
    plan = Plan(schema=general(), recipe=recipes[recipe])
    trained = read_sources(sources, without=without_licence)
    others = [read_source(path, split=DEV) for path in held_back]
    unseen = _unseen(trained, making)
    left_out = {name: Counter[str]() for name in FILES}
    asked_only = [passage.text for source in others for passage in source.dataset.passages]
    texts = _texts(trained, guard_texts(guard, trained) + asked_only, making, left_out[TRAIN])
    examples = {name: _examples(plan, making, counts) for name, counts in left_out.items()}
    train = examples[TRAIN].varied(
        _pieces(plan, ((t.source, t.train) for t in texts)),
        lambda name: fold(name) not in unseen,
        variants=making.variants,
    )
    if not train:
        raise ConfigError(_nothing_left(recipe, left_out[TRAIN]))
    known = {fold(type_) for line in train for type_ in line.types}
    held = _pieces(plan, ((t.source, t.held) for t in texts))
    whole = _pieces(plan, ((source, source.dataset.passages) for source in others))
    lines = {
        TRAIN: train,
        DEV: examples[DEV].plain(held, lambda name: fold(name) not in unseen),
        UNSEEN: [
            *examples[UNSEEN].plain(held, lambda name: fold(name) in unseen),
            *examples[UNSEEN].plain(whole, lambda name: fold(name) not in known),
        ],
    }
    told = Told(
        recipe=recipe,
        seed=making.seed,
        options={key: value for key, value in asdict(making).items() if key != "seed"},
        sources={t.source.name: _described(t) for t in texts},
        held_back={source.name: _asked_only(source, known) for source in others},
        unseen={source.name: _held_types(source, unseen) for source in trained},
        left_out={name: dict(sorted(counts.items())) for name, counts in left_out.items()},
    )
    return write(out, lines, told)


def _unseen(sources: Sequence[Source], making: Making) -> frozenset[str]:
    sets = {source.name: source.dataset for source in sources}
    named = named_types(making.unseen, sets)
    return unseen_types(sets.values(), named, share=making.unseen_share, seed=making.seed)


def _examples(plan: Plan, making: Making, left_out: Counter[str]) -> Examples:
    return Examples(
        plan=plan,
        seed=making.seed,
        longest=making.longest,
        empty_share=making.empty_share,
        type_share=making.type_share,
        variation=making.variation,
        left_out=left_out,
    )


def _described(texts: _Texts) -> dict[str, object]:
    return {
        **texts.source.card(),
        "passages": len(texts.train),
        "passages_held_back": len(texts.held),
    }


def _asked_only(source: Source, known: Collection[str]) -> dict[str, object]:
    return {
        **source.card(),
        "passages": len(source.dataset.passages),
        "trained_elsewhere": seen_again(source.dataset, known),
    }


def _held_types(source: Source, unseen: Collection[str]) -> list[str]:
    names = (type_.name for type_ in source.dataset.schema.types())
    return [name for name in names if fold(name) in unseen]


def _texts(
    sources: Iterable[Source], evaluated: Sequence[str], making: Making, left_out: Counter[str]
) -> list[_Texts]:
    """Return which passages of each source are trained on and which are held back."""
    drawn: list[_Texts] = []
    for source in sources:
        kept, dropped = without_leaks(source.dataset.passages, evaluated)
        left_out[GUARDED] += dropped
        seed = f"{making.seed}:{source.name}"
        drawn.append(_Texts(source, *drawn_texts(kept, share=making.dev_share, seed=seed)))
    held = [passage.text for texts in drawn for passage in texts.held]
    apart = []
    for texts in drawn:
        kept, dropped = without_leaks(texts.train, held)
        left_out[TWIN] += dropped
        apart.append(_Texts(texts.source, kept, texts.held))
    return apart


def _pieces(plan: Plan, passages: Iterable[tuple[Source, Sequence[Labelled]]]) -> list[Piece]:
    return [piece for source, some in passages for piece in pieces(plan, source.dataset, some)]


def _nothing_left(recipe: str, left_out: Counter[str]) -> str:
    reasons = "; ".join(f"{count}: {reason}" for reason, count in left_out.most_common() if count)
    return (
        f"nothing is left to train on ({reasons or f'{recipe} shows no answers'}): give more"
        " sources, a higher --longest, or another recipe"
    )
