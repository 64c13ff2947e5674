"""What something weighs on the line."""

from __future__ import annotations

import gzip


def sent(body: bytes) -> int:
    """Bytes, by the poorer of the two ways in which everything leaves."""
    return len(gzip.compress(body, 6))
