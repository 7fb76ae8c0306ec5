"""The word that an English phrase is about, without a parser."""

import regex

from questgraph.tools.records import Span

_WORD = regex.compile(r"\w+(?:['’.\-]\w+)*|,")
_BREAK = regex.compile(
    "about|above|across|after|against|along|among|around|as|at|before|behind|below|beneath|beside"
    "|between|beyond|by|despite|during|except|for|from|in|inside|into|like|near|of|off|on|onto|over"
    "|per|since|through|throughout|till|to|toward|towards|under|until|upon|via|with|within|without"
    "|that|which|who|whom|whose|where|when|why|,"
)
"""Prepositions, relative words and the comma: what follows them only describes the head."""


def head_word(text: str, span: Span) -> Span:
    """Return where the head of a phrase is: its last word before what only describes it.

    That is the last word before the first preposition, relative word or comma that follows another
    word; a heuristic for English noun phrases, which come in most arguments. Phrases without words
    are their own head.

    >>> phrase = "the new president of the bank, who resigned"
    >>> phrase[slice(*head_word(phrase, Span(0, len(phrase))))]
    'president'
    >>> phrase = "as a nurse"
    >>> phrase[slice(*head_word(phrase, Span(0, len(phrase))))]
    'nurse'
    """
    head: Span | None = None
    words = [(m[0].casefold(), Span(*m.span())) for m in _WORD.finditer(text, *span)]
    for word, place in words:
        if not _BREAK.fullmatch(word):
            head = place
        elif head:
            break
    return head or (words[-1][1] if words else span)
