"""Who keeps whose people: whoever answers for an organisation invites its own, says until when they work there, retires them and takes
that back. A part of the gate that disclosure.py is."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.matrix import opens


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReach:
    """What is known of one telephone number, in the order to try; the number itself is not here. `how`: code_page or read_back."""

    verified_at: datetime | None
    how: str | None
    usable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whether somebody can be counted on to hear: when a text, a call and a mail are last known to have reached him, as far as that is
    kept. `signs_in`: has an account that was joined. Never leaves store and the gate."""

    numbers: tuple[NumberReach, ...] = ()
    text_at: datetime | None = None
    call_at: datetime | None = None
    mail_at: datetime | None = None
    until_at: datetime | None = None
    signs_in: bool = False
    signed_in_at: datetime | None = None
    second_step: bool = False

    @property
    def verified(self) -> bool:
        """Some number of his is his own for all that is known, and works."""
        return any(number.verified_at is not None and number.usable for number in self.numbers)


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a list of people, how many: all, not known to be reached by a text or by a mail, without a verified number, without an end of
    contract, and who sign in without a second step."""

    people: int
    no_text: int
    no_mail: int
    unverified: int
    no_end: int
    one_step: int


def counted(reaches: Iterable[Reach]) -> Counts:
    known = list(reaches)
    return Counts(
        people=len(known),
        no_text=sum(one.text_at is None for one in known),
        no_mail=sum(one.mail_at is None for one in known),
        unverified=sum(not one.verified for one in known),
        no_end=sum(one.until_at is None for one in known),
        one_step=sum(one.signs_in and not one.second_step for one in known),
    )


def is_near(audience: Audience, scope: str | None) -> bool:
    """Whether somebody with this scope is of the audience's part of its side: in the mission a sector keeps its own people, and whoever
    is of the whole force keeps all."""
    return audience.side != Side.MISSION or audience.scope in (None, scope)


def keeps(audience: Audience, *, organisation_id: int, scope: str | None) -> bool:
    """Whether the audience invites and retires whoever is of this organisation and scope."""
    return opens("people.keep", audience, own=_own(audience, organisation_id, scope))


def restores(audience: Audience, *, organisation_id: int, scope: str | None) -> bool:
    """Whether the audience takes back that somebody was retired."""
    return opens("people.restore", audience, own=_own(audience, organisation_id, scope))


def reads_reach(audience: Audience, *, organisation_id: int, scope: str | None) -> bool:
    """Whoever keeps somebody must know whether he can be reached; officers depend on it."""
    return audience.is_officer or keeps(audience, organisation_id=organisation_id, scope=scope)


def may_give(audience: Audience) -> frozenset[str]:
    """The roles this audience may give its own people."""
    return frozenset().union(*(roles.GIVEN_BY.get(role, frozenset()) for role in audience.roles))


def months_after(at: datetime, months: int) -> datetime:
    """The same day and hour so many months later, or the last day of that month."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, monthrange(year, month + 1)[1]))


def _own(audience: Audience, organisation_id: int, scope: str | None) -> bool:
    return organisation_id == audience.organisation_id and is_near(audience, scope)
