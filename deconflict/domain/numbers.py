"""Whose numbers are not to be used, and who reads so. A part of the gate that disclosure.py is: numbers are for officers, and
for whoever answers for an organisation those of its own people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from deconflict.domain.audience import Audience
from deconflict.domain.matrix import opens


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtFacts:
    """Somebody else answers at this number or mailbox. `team`: of a field team, given in a notice; `person` answers for it.
    `address` is empty for a mailbox, and for what stands in no directory. Never leaves services and disclosure."""

    id: int
    person: str
    organisation_id: int
    organisation: str
    side: str
    function: str
    team: bool
    mailbox: bool
    address: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFacts:
    """A number that is not verified. `tried_at` is when the last test text was written down, `tried` what became of it. Never
    leaves services and disclosure."""

    id: int
    person: str
    organisation_id: int
    organisation: str
    side: str
    function: str
    address: str
    tried_at: datetime | None
    tried: str | None


def reads_numbers_of(organisation_id: int, audience: Audience) -> bool:
    """Whether the numbers of this organisation's people are open to this audience."""
    return opens("contact.phone", audience, own=organisation_id == audience.organisation_id)


def numbers_for(facts: Iterable[NumberFacts], audience: Audience) -> list[NumberFacts]:
    """Those this audience may read."""
    return [one for one in facts if reads_numbers_of(one.organisation_id, audience)]


def doubts_for(facts: Iterable[DoubtFacts], audience: Audience) -> list[DoubtFacts]:
    """Those this audience may read."""
    return [one for one in facts if reads_numbers_of(one.organisation_id, audience)]
