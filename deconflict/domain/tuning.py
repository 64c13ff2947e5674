"""Which rule cries wolf: for each, how many cases it opened and how they ended. A rule that people dismiss again and again is too wide;
one whose cases lapse is too late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from deconflict.domain.states import OPEN_CASES, CaseState

FEW = 5  # ended cases, below which a share says nothing


@dataclass(frozen=True, slots=True)
class Ended:
    """One case as far as it is counted: the rules that fired in it, its state, and the code that it was dismissed with."""

    rule_ids: tuple[str, ...]
    state: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class RuleTally:
    """Cases in which one rule fired. `carried_out`: a plan moved, or one was cancelled."""

    rule_id: str
    cases: int = 0
    open: int = 0
    carried_out: int = 0
    lapsed: int = 0
    dismissed: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def ended(self) -> int:
        return self.cases - self.open

    @property
    def share(self) -> float | None:
        """Of the ended cases those that were dismissed, 0 to 1; None where there are too few to say."""
        return self.dismissed / self.ended if self.ended >= FEW else None


def tally(cases: Iterable[Ended]) -> list[RuleTally]:
    """Most dismissed first, then the most cases. A case in which several rules fired counts for each of them."""
    found: dict[str, list[Ended]] = {}
    for case in cases:
        for rule_id in dict.fromkeys(case.rule_ids):
            found.setdefault(rule_id, []).append(case)
    rows = [_row(rule_id, mine) for rule_id, mine in found.items()]
    return sorted(rows, key=lambda row: (-(row.share or 0.0), -row.cases, row.rule_id))


def _row(rule_id: str, cases: list[Ended]) -> RuleTally:
    states = Counter(case.state for case in cases)
    return RuleTally(
        rule_id,
        cases=len(cases),
        open=sum(states[state] for state in OPEN_CASES),
        carried_out=states[CaseState.CLOSED] + states[CaseState.OVERTAKEN],
        lapsed=states[CaseState.LAPSED],
        dismissed=states[CaseState.DISMISSED],
        codes=Counter(case.code for case in cases if case.state == CaseState.DISMISSED and case.code),
    )
