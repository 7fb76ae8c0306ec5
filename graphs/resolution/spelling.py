"""Forms of a name in which spellings that differ without meaning are equal."""

import re
import unicodedata
from functools import lru_cache

_OUTER = "\"'‘“”„«»()[] "
_DASHES = re.compile("[‐-―−]")
ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S)", re.IGNORECASE)
_POSSESSIVE = re.compile(r"(?<=\w)(\.?)['’]s?$")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}")
# Only before a full name: "Mr Lee" and "Mrs Lee" are two people.
_TITLE = re.compile(r"^(?:(?:dr|prof|professor|mr|mrs|ms|sir|dame)\.?\s+)+(?=\S+\s+\S)")
_LEGAL_FORM = re.compile(r"(?<=\w),?\s+(?:inc|ltd|llc|plc|gmbh)\.?$")
# Not where they belong to a number: 3.5 is not 3-5, and -5 is not 5.
_SEPARATORS = re.compile(r"(?:(?!(?<![^\W\d_])[.,:-]\d)[\s.,:;!?\"'‘’“”„«»()\[\]-])+")
_PLURAL = re.compile(r"(?<=[^\W\d_]{3})(?<![suix])s$")
_ACRONYMS = re.compile(r"(?<=[A-Z]{2})s$")
_JOINTS = re.compile(r"(?<=[^\W\d_])[ -](?=\d)|(?<=\d)[ -](?=[^\W\d_])")


@lru_cache(maxsize=65536)
def normalize(name: str) -> str:
    """Return the form in which two spellings of one name are equal.

    Folds case, width, white space, punctuation, a leading article, a possessive, dots between
    initials, titles before a full name, and legal forms. Accents stay: they tell names apart.

    >>> normalize("The  Acme, Inc.'s"), normalize("Dr. J. R. Lee"), normalize("Dr. Lee")
    ('acme', 'jr lee', 'dr lee')
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    bare = _DASHES.sub("-", " ".join(seen.split())).strip(_OUTER)
    bare = _POSSESSIVE.sub(r"\1", ARTICLE.sub("", bare))
    bare = _LEGAL_FORM.sub("", _TITLE.sub("", bare))
    joined = _INITIALS.sub(lambda found: re.sub(r"\W", "", found[0]) + " ", bare)
    return _SEPARATORS.sub(" ", joined).strip() or seen.strip()


def squeezed(name: str) -> str:
    """Return a coarser form: hyphens, plurals of common nouns, spaces beside digits do not count.

    >>> squeezed("ADAM-17") == squeezed("ADAM 17") == squeezed("ADAM17")
    True
    >>> squeezed("patients") == squeezed("patient"), squeezed("Rolling Stones")
    (True, 'rolling stones')
    """
    words = _ACRONYMS.sub("", name.strip()).split()
    common = words[-1:] != [] and words[-1].islower()
    form = normalize(" ".join(words))
    form = _PLURAL.sub("", form) if common else form
    return _JOINTS.sub("", form)
