"""How committees keep to the consultation, for the monthly report of the Humanitarian Coordinator: working days given, who never replied,
overrides. Each with its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Compliance:
    """Of one committee in one period. `decided`: projects decided after a consultation; `full`: of these, with all their working days;
    `asked` and `no_reply` over all of them; `shortest` and `middle` None where none was decided."""

    committee: str
    decided: int
    full: int
    shortest: int | None
    middle: float | None
    asked: int
    no_reply: int
    overrides: int


def compliance(
    committee: str, decisions: Iterable[Mapping[str, Any]], overrides: Iterable[Mapping[str, Any]]
) -> Compliance:
    """`decisions` and `overrides` as the history keeps them (given_wd, of_wd, asked, no_reply, committee), of any committee. A decision
    of the national committee on what a local one has recommended counts once, for the local one."""
    mine = [one for one in decisions if one.get("committee") == committee and one.get("given_wd") is not None]
    given = [int(one["given_wd"]) for one in mine]
    return Compliance(
        committee=committee,
        decided=len(mine),
        full=sum(int(one["given_wd"]) >= int(one["of_wd"]) for one in mine),
        shortest=min(given, default=None),
        middle=float(median(given)) if given else None,
        asked=sum(int(one["asked"]) for one in mine),
        no_reply=sum(int(one["no_reply"]) for one in mine),
        overrides=sum(one.get("committee") == committee for one in overrides),
    )
