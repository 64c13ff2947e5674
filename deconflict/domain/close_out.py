"""Was aid given? What the owner of a plan answers once it is over (D3.4, D7.3), and who is reminded when he does not.

An answer accuses nobody: that aid was given which no plan spoke of is "self-declared, not verified" until people have looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from deconflict.domain.filing import Filing, MissionPlan
from deconflict.domain.kinds import Catalogue, Kind

OWNER, HEAD = "owner", "head"  # stages of reminding: whoever filed it, then whoever answers for the desk
PLANNED = ("planned_qip", "planned_cimic")


@dataclass(frozen=True, slots=True)
class Terms:
    """How long after its end a plan may wait for the answer: before its filer is reminded, before his desk's head is told."""

    owner: timedelta
    head: timedelta


TERMS = Terms(timedelta(hours=24), timedelta(hours=72))


@dataclass(frozen=True, slots=True)
class Answer:
    """`category` of aid, `stop` (counted from 0) and `planned`, which the owner says, are of aid that was given."""

    aid_given: bool
    category: str | None = None
    stop: int | None = None
    planned: bool = False


def asked_of(kind: Kind) -> bool:
    """Whether plans of this kind are asked: all but areas, where nobody goes, and what stands on paper."""
    return kind.patrol or kind.event or kind.stay or kind.aid


def foreseen(filing: Filing, catalogue: Catalogue) -> bool:
    """Whether the plan as it was filed spoke of aid."""
    if not isinstance(filing, MissionPlan):
        return False
    kinds = [catalogue[code] for code in (filing.kind, *(stop.activity for stop in filing.stops)) if code]
    return filing.aid_component in PLANNED or any(kind.aid or kind.event for kind in kinds)


def is_unforeseen(answer: Answer, foreseen: bool) -> bool:
    """Aid that the owner calls unplanned, or that no plan spoke of whatever he calls it."""
    return answer.aid_given and not (answer.planned and foreseen)


def stages_due(since: datetime, now: datetime, terms: Terms) -> tuple[str, ...]:
    """Who should have been reminded by now of a plan that waits since then."""
    waits = now - since
    return tuple(stage for stage, after in ((OWNER, terms.owner), (HEAD, terms.head)) if waits >= after)
