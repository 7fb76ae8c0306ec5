"""An evaluation as plain data: the file that other tools read, and that the page shows."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from questgraph.agents.evaluation.calibrate import Calibration
from questgraph.agents.evaluation.evaluate import Evaluation
from questgraph.agents.evaluation.scores import Scored
from questgraph.tools.decoding import storable
from questgraph.tools.records import Claim
from questgraph.tools.scoring.counts import Counts
from questgraph.tools.scoring.intervals import Interval


def to_json(
    evaluation: Evaluation, calibrations: Sequence[Calibration | None] = ()
) -> dict[str, Any]:
    """Return everything that was measured, with every mistake in its text.

    U+FFFD stands for half a character, which models write and no file holds.

    Args:
        evaluation: What was found.
        calibrations: How well the scores of claims tell what is right, for each result; none where
            nobody asked.
    """
    results = zip_longest(evaluation.scored, calibrations)
    told = {
        "results": [
            {**_result(scored), "calibration": _calibration(found)} for scored, found in results
        ],
        "comparisons": [
            {
                "dataset": ours.dataset.name,
                "metric": metric,
                "recipes": [ours.recipe, theirs.recipe],
                "difference": _interval(compared.difference),
                "p_value": compared.p_value,
            }
            for ours, theirs, metric, compared in evaluation.comparisons()
        ],
    }
    return {name: _storable(part) for name, part in told.items()}


def _storable(data: Any) -> Any:
    match data:
        case str():
            return storable(data)
        case dict():
            return {storable(key): _storable(value) for key, value in data.items()}
        case list():
            return list(map(_storable, data))
        case _:
            return data


def _result(scored: Scored) -> dict[str, object]:
    usage, per_fact = scored.usage, scored.tokens_per_fact
    right = float(scored.right.sum())
    return {
        "dataset": scored.dataset.name,
        "recipe": scored.recipe,
        "model": scored.model,
        "bank": scored.bank,
        "passages": len(scored.predictions),
        "leaked": scored.leaked,
        "metrics": {name: _metric(scored, name) for name in scored.tallies},
        "main": list(scored.main),
        "grounding_precision": scored.groundedness.precision,
        "hallucination_rate": scored.groundedness.hallucination_rate,
        "ungrounded_output": scored.ungrounded_output,
        "parse_failure_rate": scored.unreadable,
        "incomplete": scored.incomplete,
        "cost": {
            "calls": usage.calls,
            "prompt_tokens": usage.prompt_tokens,
            "cached_tokens": usage.cached_tokens,
            "completion_tokens": usage.completion_tokens,
            "seconds": usage.seconds,
            "usd": scored.usd,
        },
        "per_right_fact": {
            "facts": right,
            "calls": usage.calls / right if right else None,
            "tokens": _interval(per_fact) if right else None,
            "seconds": usage.seconds / right if right else None,
            "usd": scored.usd / right if right and scored.usd is not None else None,
        },
        "mistakes": [
            {
                "id": prediction.gold.id,
                "text": prediction.gold.text,
                "mistakes": [
                    {
                        "flaw": mistake.flaw,
                        "gold": mistake.gold and _claim(mistake.gold),
                        "said": mistake.said and _claim(mistake.said),
                    }
                    for mistake in found
                ],
            }
            for prediction, found in scored.mistakes
            if found
        ],
    }


def _calibration(found: Calibration | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "claims": len(found.scores),
        "precision": found.precision,
        "ece": found.error,
        "brier": found.brier,
        "aurc": found.risks.area,
        "bins": [each._asdict() for each in found.bins],
        "risk_coverage": {
            "coverage": found.risks.coverage.round(4).tolist(),
            "risk": found.risks.risk.round(4).tolist(),
        },
        "thresholds": [promise._asdict() for promise in found.promises],
    }


def _metric(scored: Scored, name: str) -> dict[str, object]:
    counts, macro = scored.micro(name), scored.macro(name)
    return {
        **_counts(counts),
        "interval": _interval(scored.interval(name)),
        "macro_f1": macro.f1,
        "types": {type_: _counts(of) for type_, of in scored.by_type(name).items()},
    }


def _counts(counts: Counts) -> dict[str, float]:
    return {
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "hits": counts.hits,
        "said": counts.said,
        "meant": counts.meant,
    }


def _interval(interval: Interval) -> Mapping[str, float]:
    return {"value": interval.value, "low": interval.low, "high": interval.high}


def _claim(claim: Claim) -> dict[str, object]:
    return {
        "kind": claim.kind,
        "type": claim.type,
        "reason": claim.reason,
        "arguments": [
            {
                "role": role,
                "text": mention.text,
                "type": mention.type,
                "start": mention.span and mention.span.start,
                "end": mention.span and mention.span.end,
            }
            for role, mention in claim.arguments
        ],
    }
