"""Strings as Python writes them."""

import json
import re

_HALF = re.compile("[\ud800-\udfff]")


def literal(text: str) -> str:
    r"""Return `text` as a Python string literal on one line, which nothing in it can close.

    >>> print(literal('She said "no"\nand left.'))
    "She said \"no\"\nand left."
    """
    quoted = json.dumps(text, ensure_ascii=False)
    # Source code cannot be encoded with halves of characters in it.
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", quoted)
