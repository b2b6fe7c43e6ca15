"""States of a period in words."""

from __future__ import annotations

from collections.abc import Mapping

STATES: Mapping[str, str] = {
    "closed": "đã đóng / closed",
    "open": "đang mở / open",
    "opened for correction": "mở để sửa / opened for correction",
}
