"""What is written down of a request for an escort or another military asset, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for. `notice`: the reference of the movement, empty without one; `organisation_id`: for whom an officer asks;
    `area`: of the desk, where no movement says it; `criteria`: by code, the answer and why."""

    asset: str
    provider: str
    first: date
    last: date
    why: str
    criteria: Mapping[str, tuple[str, str]]
    notice: str = ""
    organisation_id: int | None = None
    area: str = ""

    def facts(self) -> dict[str, Any]:
        return {
            "asset": self.asset,
            "provider": self.provider,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "criteria": {code: answer for code, (answer, _why) in self.criteria.items()},
        }

    def words(self) -> dict[str, str]:
        whys = {f"{code}_why": why for code, (_answer, why) in self.criteria.items() if why}
        return {"why": self.why} | whys


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of looking at each alternative, by code; `words`: why."""

    found: Mapping[str, str]
    words: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided outside of this system. `review_on` None where it is declined."""

    use: bool
    by: str
    on: date
    words: str
    review_on: date | None = None
