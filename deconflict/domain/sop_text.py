"""An SOP as a text: what it is known by, and what is wrong with one that no rules can be made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


class WrongSop(Exception):
    """No rules can be made of it, beside the other files of the profile; `problems` in the order of its lines, as whoever wrote the
    file reads them."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def digest(text: str) -> str:
    """What two people compare before they sign: sixteen hexadecimal digits. Line ends are the editor's, not the SOP's."""
    return hashlib.sha256(text.replace("\r\n", "\n").strip().encode()).hexdigest()[:16]
