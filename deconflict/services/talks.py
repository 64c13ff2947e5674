"""One decision for the cases of one talk: a patrol through five villages meets five notices, and its colonel is called once. Each
member is acted on as by itself, all in one transaction; one of which it cannot be done is left as it was, and named with the reason.

What is asked of a side stays with each case: every request is a disclosure of its own, in words that are read before they leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import NotFound, Refused
from deconflict.services.cases import (
    DISMISSALS,
    desk_case,
    dismiss_it,
    hand_it_back,
    need_reason,
    not_alone,
    not_anothers,
    take_it,
)
from deconflict.store.base import transaction
from deconflict.store.cases import Case

Members = Mapping[str, int]  # the desk's reference of each case -> the round that the officer was looking at
Act = Callable[[Session, Case], None]


@dataclass(frozen=True, slots=True)
class Decided:
    """References of the cases that it was done to, and those that were left with why."""

    done: tuple[str, ...]
    left: tuple[tuple[str, Refused], ...]


def take_all(members: Members, by: Audience, mission: Mission, now: datetime) -> Decided:
    return _each(members, by, mission, lambda session, case: take_it(session, case, by, now))


def hand_back_all(members: Members, by: Audience, mission: Mission, now: datetime) -> Decided:
    """Those that are his; the desk is rung anew for each."""
    return _each(members, by, mission, lambda session, case: hand_it_back(session, case, by, mission, now))


def dismiss_all(members: Members, code: str, reason: str, by: Audience, mission: Mission, now: datetime) -> Decided:
    """With one code and one reason, and none of another officer's. Raises Refused for a code or a reason that is none."""
    if code not in DISMISSALS:
        raise Refused("Choose why this case is dismissed.", field="code")
    need_reason(reason, by)

    def dismiss(session: Session, case: Case) -> None:
        not_anothers(case, by)
        not_alone(case)
        dismiss_it(session, case, code, reason, by, mission, now)

    return _each(members, by, mission, dismiss)


def _each(members: Members, by: Audience, mission: Mission, act: Act) -> Decided:
    """Of one that does not exist for him nothing is said."""
    done: list[str] = []
    left: list[tuple[str, Refused]] = []
    with transaction() as session:
        for reference in _locked(session, members):
            try:
                with session.begin_nested():
                    act(session, desk_case(session, reference, by, mission.catalogue, members[reference]))
            except NotFound:
                continue
            except Refused as error:
                left.append((reference, error))
            else:
                done.append(reference)
    return Decided(tuple(done), tuple(left))


def _locked(session: Session, members: Members) -> list[str]:
    """All of them at once and in one order, so that two officers with the same talk wait for each other and do not lock up."""
    query = select(Case).where(Case.reference.in_(members)).order_by(Case.id).with_for_update(of=Case)
    return [case.reference for case in session.scalars(query)]
