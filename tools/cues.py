"""Words around a claim that take it back, hedge it, or say whose word it is.

A short list of cues, each with a scope: how far to its right, or around it, it is felt. A claim is
qualified where a part of it stands in the scope, in a sentence that holds two of its parts. After
NegEx and ConText (Chapman et al. 2001, Harkema et al. 2009), which do the same for findings in
clinical notes; `docs/conflicts.md` says what such lists do not see.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from questgraph.tools.chunking import sentences
from questgraph.tools.records import Span

CueKind = Literal["negation", "modality", "attribution"]

Scope = Literal["phrase", "clause", "around", "sentence", "speech"]
"""Where a cue is felt: up to the next comma or conjunction; up to the next clause that stands by
itself; from comma to comma, as in German, whose verbs come last; in the whole sentence; in what
follows a verb of saying, or stands before it and a comma."""

REACH = 500
"""Characters before and behind a claim's mentions that are looked at."""

MOST = 6000
"""Characters that are looked at in all: what spreads further is no sentence."""


class Cue(NamedTuple):
    """Words that qualify a claim."""

    kind: CueKind
    words: str
    span: Span
    """Characters of the text."""

    def to_json(self) -> dict[str, object]:
        """Return the cue as plain data."""
        return {"kind": self.kind, "words": self.words, "start": self.span[0], "end": self.span[1]}


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: CueKind
    scope: Scope
    pattern: re.Pattern[str]


def _rule(kind: CueKind, scope: Scope, cues: str, idle: str = r"\b\B") -> _Rule:
    """Make a rule; words that match `idle` are read first, and are no cue."""
    return _Rule(kind, scope, re.compile(rf"(?P<idle>{idle})|(?P<cue>{cues})", re.IGNORECASE))


_NOT = r"(?:\bnot|\bnever|n['’]t)\b"
_AUXILIARY = r"(?:did|does|do|has|have|had|was|were|is|are|will|would|can|could)"
_RULES: tuple[_Rule, ...] = (
    _rule(
        "negation",
        "phrase",
        rf"{_NOT}|\bcannot\b|\b(?-i:[Nn]o)(?= \w)|\bnone of\b|\bnobody\b|\bwithout\b|\binstead of\b"
        rf"|\brather than\b|(?<=, )nor(?= {_AUXILIARY}\b)|^nor(?= {_AUXILIARY}\b)",
        rf"{_NOT} (?:\w+ ){{0,2}}(?:den(?:y|ied)|fail(?:ed)?|refuse[d]?|rule[d]? out|without)\b"
        rf"|{_NOT} (?:only|just|merely|simply|solely|least|surprisingly|necessarily|to mention)\b"
        rf"|{_NOT} (?:to )?be confused\b"
        r"|\b(?:or|if|why|whether) not\b"
        r"|\bno (?:longer|doubt|sooner|matter|less|fewer|more|later|evidence|indication)\b",
    ),
    _rule(
        "negation",
        "clause",
        r"\bneither\b|\bdeni(?:ed|es)\b|\bdeny(?:ing)?\b|\bruled out\b"
        r"|\b(?:refus|declin|fail)(?:ed|es|e|s)? to\b"
        r"|\bno (?:evidence|indication|proof|sign)\b|\b(?:not true|untrue|false) that\b"
        r"|\brejected (?:\w+ ){0,2}(?:claims?|reports?|allegations?|suggestions?|rumou?rs?)\b"
        r"|\bbestr(?:itt|eitet|itten)\b|\bdementier(?:te?|ten)\b",
        rf"{_NOT} (?:\w+ ){{0,2}}(?:den(?:y|ied)|fail(?:ed)?|refuse[d]?|rule[d]? out)\b",
    ),
    _rule(
        "negation",
        "around",
        r"\bnicht\b|\b(?-i:nie|[Nn]iemals)\b|\bkeine?[rnms]?\b",
        r"\bnicht (?:nur|zuletzt)\b",
    ),
    _rule("negation", "clause", r"\bweder\b"),
    _rule(
        "modality",
        "phrase",
        # As a month or a name, these begin with a capital.
        r"\b(?-i:may|might|will|could)\b|\bif\b|\bwhether\b|\bunless\b"
        r"|\bin talks (?:to|with|over)\b|\bconsidering\b|\bplans? (?:for|of)\b"
        r"|\b(?:plan|hope|intend|aim|expect|want|threaten)(?:n?ed|s|n?ing)? to\b"
        r"|\bhop(?:ed|es|ing) to\b|\b(?:seek|seeks|sought|offered|proposed) to\b"
        r"|\b(?:believed|thought|said|claimed|alleged|rumou?red|expected|supposed) to\b"
        r"|\b(?:un)?likely to\b|\bset to\b|\bsuspected\b|\balleged\b|\bproposed\b|\bwould-be\b",
        r"\bas if\b|\b(?:free|at) will\b",
    ),
    _rule(
        "modality",
        "clause",
        r"\b(?:alleged|reported|supposed|possib|probab|presumab|potential|apparent)ly\b|\bperhaps\b|\bmaybe\b"
        r"|\b(?:un)?likely that\b|\brumou?rs? (?:that|of)\b|\bspeculat(?:ed|ion) (?:that|about)\b",
        r"\bperhaps (?:most|more|best)\b",
    ),
    _rule(
        "modality",
        "around",
        r"\bkönnten?\b|\bdürften?\b|\bmöglicherweise\b|\bvielleicht\b|\bwahrscheinlich\b|\bvermutlich\b"
        r"|\bangeblich\b|\bmutmaßlich\w*|\b(?-i:soll(?:en)?)\b|\bplanten?\b|\berwägt\b",
    ),
    _rule(
        "attribution",
        "sentence",
        r"\baccording to [^,.;:]{1,80}|\blaut [^,.;:]{1,40}|\b[\w ]{1,40} zufolge\b",
    ),
    _rule(
        "attribution",
        "speech",
        r"\bsaid\b|\bsays\b|\bclaimed\b|\binsisted\b|\bargue[sd]\b"
        r"|\b(?:claims|states|stated|reports|reported|announced|announces|wrote|writes|believes?|believed"
        r"|suggests?|suggested|added|confirmed|testified) that\b|\btold (?:\w+ ){0,4}that\b"
        r"|\bsagte\b|\berklärte\b|\bberichtete\b|\bbehauptete\b",
        r"\bsaid to\b|\b(?:is|are|was|were|been) (?:said|claimed)\b",
    ),
)

_CLAUSE_ENDS = re.compile(
    r"[;:]|,\s+(?:and|but|while|whereas|although|though|because|so|yet|aber|doch)\b"
    r"|\b(?:but|although|though|because|whereas|aber|sondern)\b",
    re.IGNORECASE,
)
_PHRASE_ENDS = re.compile(
    r"[;:,()\[\]–—\"“”]"
    r"|\b(?:but|although|though|because|since|whereas|while|who|whom|whose|which|that|why|how|when"
    r"|where|after|before|if|unless|until|despite|and)\b",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(
    r"\w\W+(?:who|whom|whose|which|that|when|where|while|if|because|since|although|whereas|after"
    r"|before|until)\b",
    re.IGNORECASE,
)
"""A subordinate clause that does not begin right behind a mention."""

_CONTRAST = re.compile(r"(?:,|\b(?:but|and|or)) $", re.IGNORECASE)
"""What stands before "not" in "A, but not B, joined"."""

_FEW_WORDS = re.compile(r"(?: [^\s,;:.]+){0,2}")
_CLAUSE_BORDER = re.compile(r"[;:,()–—]|\b(?:und|aber|sondern|doch|oder)\b", re.IGNORECASE)
_BARE = ("according to", "laut")
_SPEAKER = re.compile(r"[^,.;:\"“”()]{1,60}$")
_SPOKEN_BY = re.compile(r"[^,.;:\"“”()]{0,60}(?=[.!?\"“”]*\s*$)")


def cues(text: str, evidence: Span, mentions: Collection[Span]) -> tuple[Cue, ...]:
    """Return the cues that qualify what is said by `mentions`, in the order of the text.

    >>> text = "Reuters said that Ann Lee did not join Acme."
    >>> [(c.kind, c.words) for c in cues(text, Span(0, 44), [Span(18, 25), Span(39, 43)])]
    [('attribution', 'Reuters said that'), ('negation', 'not')]

    Args:
        text: The document.
        evidence: The sentences that hold the claim.
        mentions: Where its parts are, in any order.
    """
    if not mentions:
        return ()
    start = max(evidence.start, min(each.start for each in mentions) - REACH)
    end = min(evidence.end, max(each.end for each in mentions) + REACH, start + MOST)
    found: set[Cue] = set()
    for sentence in _sentences(text[start:end]):
        place = sentence.shift(start)
        parts = sorted(each for each in mentions if place.holds(each))
        if len(parts) >= min(2, len(mentions)):
            inside = [each.shift(-place.start) for each in parts]
            found.update(_shifted(cue, place.start) for cue in _cues(text[slice(*place)], inside))
    return tuple(sorted(found, key=lambda cue: (cue.span, cue.kind)))


@lru_cache(maxsize=1024)
def _sentences(text: str) -> tuple[Span, ...]:
    return tuple(sentences(text))


def _shifted(cue: Cue, by: int) -> Cue:
    return cue._replace(span=cue.span.shift(by))


def _cues(sentence: str, mentions: list[Span]) -> Iterator[Cue]:
    """Yield the cues of one sentence in whose scope a mention stands."""
    for rule, cue in _spotted(sentence):
        if rule.scope != "sentence" and any(cue.overlaps(each) for each in mentions):
            continue
        if span := _qualifying(rule.scope, sentence, cue, mentions):
            yield Cue(rule.kind, sentence[slice(*span)], span)


@lru_cache(maxsize=4096)
def _spotted(sentence: str) -> tuple[tuple[_Rule, Span], ...]:
    """Return the cues of a sentence, whatever they are about: many claims share a sentence."""
    return tuple(
        (rule, Span(*match.span()))
        for rule in _RULES
        for match in rule.pattern.finditer(sentence)
        if not match["idle"]
    )


def _qualifying(scope: Scope, sentence: str, cue: Span, mentions: list[Span]) -> Span | None:
    """Return the words of a cue that is felt by a mention, or `None`."""
    match scope:
        case "sentence":
            return _source(sentence, cue, mentions)
        case "speech":
            return _speech(sentence, cue, mentions)
        case "around":
            first, last = _around(sentence, cue)
            return cue if first <= mentions[-1].start < last else None
        case _:
            if _elsewhere(sentence, cue, mentions):
                return None
            end = _end(scope, sentence, cue)
            return cue if any(cue.end <= each.start < end for each in mentions) else None


def _elsewhere(sentence: str, cue: Span, mentions: list[Span]) -> bool:
    """Say whether a cue belongs to a clause that says something of what is not in the claim.

    As in "Ann praised children who do not eat Acme's cake", where `who` is not Ann.
    """
    before = [each.end for each in mentions if each.end <= cue.start]
    return bool(before) and _SUBORDINATE.search(sentence[before[-1] : cue.start]) is not None


def _end(scope: Scope, sentence: str, cue: Span) -> int:
    """Return where the scope of a cue ends that is felt to its right."""
    ends = _CLAUSE_ENDS if scope == "clause" else _PHRASE_ENDS
    if _CONTRAST.search(sentence, 0, cue.start):
        near = _FEW_WORDS.match(sentence, cue.end)
        return near.end() if near else cue.end
    for border in ends.finditer(sentence, cue.end):
        within = sentence[cue.end : border.start()]
        # "between A and B" is one phrase; "did not join until 2003" says that it happened.
        if border[0].lower() == "and" and re.search(r"\bbetween\b", within):
            continue
        return cue.end if border[0].lower() == "until" else border.start()
    return len(sentence)


def _around(sentence: str, cue: Span) -> Span:
    """Return the part between commas and conjunctions that a cue stands in."""
    borders = [border.span() for border in _CLAUSE_BORDER.finditer(sentence)]
    before = max((end for _, end in borders if end <= cue.start), default=0)
    return Span(
        before, min((start for start, _ in borders if start >= cue.end), default=len(sentence))
    )


def _source(sentence: str, cue: Span, mentions: list[Span]) -> Span | None:
    """Return the words that name a source, up to the claim; `None` where the claim names it."""
    inside = [each for each in mentions if cue.overlaps(each)]
    end = min([each.start for each in inside], default=cue.end)
    words = sentence[cue.start : end].rstrip()
    if not words or (len(inside) == len(mentions) and words.casefold() in _BARE):
        return None
    return Span(cue.start, cue.start + len(words))


def _speech(sentence: str, cue: Span, mentions: list[Span]) -> Span | None:
    """Return a verb of saying with who says it, where a claim is what is said."""
    if any(cue.end <= each.start for each in mentions):
        speaker = _SPEAKER.search(sentence, 0, cue.start)
        begin = speaker.start() if speaker else cue.start
        end = cue.end + len(" that") * sentence.startswith(" that ", cue.end)
        words = sentence[begin:end]
        return Span(begin + len(words) - len(words.lstrip()), end)
    behind = sentence[mentions[-1].end : cue.start]
    spoken = _SPOKEN_BY.match(sentence, cue.end)
    if "," not in behind or not spoken:
        return None
    begin = mentions[-1].end + behind.rindex(",") + 1
    words = sentence[begin : spoken.end()]
    return Span(begin + len(words) - len(words.lstrip(" \"“”'’")), spoken.end())
