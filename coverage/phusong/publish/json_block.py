"""JSON block: values for the script of a page, inside a script element of it."""

from __future__ import annotations

import json
from typing import Any


def json_block(value: Any) -> str:
    r"""
    JSON that is safe inside a script element of an HTML page.

    Examples
    --------
    >>> json_block({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # None of these stands outside the strings of a JSON text, so they can be replaced everywhere.
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
