"""The few things that can be refused, one sentence each. web/ turns each into a page or a status in one place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """Somebody asked for something that is not done. `field` names the input to mend, when there is one; `facts` fill the places
    of a sentence that has some."""

    def __init__(self, sentence: str, *, field: str | None = None, facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
        self.facts = dict(facts or {})


class NotFound(Refused):
    """There is no such thing, or it is not yours: the answer is the same 404 for both."""

    def __init__(self) -> None:
        super().__init__("There is no such page.")


class LostRace(Refused):
    """Somebody else moved it first; nothing was changed."""


class WrongState(Refused):
    """The life cycle does not allow this step from here."""
