"""Whose numbers are not to be used, and who reads so. A part of the gate that disclosure.py is: numbers are for officers, and
for whoever answers for an organisation those of its own people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from deconflict.domain.audience import Audience
from deconflict.domain.matrix import opens
from deconflict.domain.own_people import is_near


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
    """A number that is not verified, or `silent`: it did not answer two drills in a row. `tried_at` is when the last test text was
    written down, `tried` what became of it. Never leaves services and disclosure."""

    id: int
    person: str
    organisation_id: int
    organisation: str
    side: str
    function: str
    address: str
    tried_at: datetime | None
    tried: str | None
    verified: bool = False
    silent: bool = False


ENDS_SOON = timedelta(days=14)


class Mark(StrEnum):
    """What the directory says of somebody at a glance, the gravest first; no number is in it."""

    CONTRACT_OVER = "contract_over"
    NO_NUMBER = "no_number"
    DOUBTED = "doubted"
    STOPPED = "stopped"
    SILENT = "silent"
    UNVERIFIED = "unverified"
    CONTRACT_ENDS = "contract_ends"


def marks_of(contacts: Iterable[ContactFacts], until_at: datetime | None, now: datetime) -> tuple[Mark, ...]:
    """`until_at`: when the contract ends. Of whoever has left, that alone."""
    if until_at is not None and until_at <= now:
        return (Mark.CONTRACT_OVER,)
    known = list(contacts)
    numbers = [one for one in known if one.carries == "sms"]
    found = {
        Mark.NO_NUMBER: not numbers,
        Mark.DOUBTED: any(one.doubted for one in known),
        Mark.STOPPED: any(one.stopped for one in known),
        Mark.SILENT: any(one.silent for one in numbers),
        Mark.UNVERIFIED: any(not one.verified for one in numbers),
        Mark.CONTRACT_ENDS: until_at is not None and until_at <= now + ENDS_SOON,
    }
    return tuple(mark for mark, there in found.items() if there)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFacts:
    """One number or mailbox of somebody, in the order to try. `carries` sms or email; `address` empty: no key opens it. `stopped`:
    it takes no messages; `doubted`: somebody else answers there; `silent`: how many drills in a row it did not answer. Never leaves
    services and disclosure."""

    id: int
    carries: str
    address: str
    verified: bool
    stopped: bool
    doubted: bool
    silent: int
    given_at: datetime | None


def keeps_numbers_of(person_id: int, organisation_id: int, audience: Audience, scope: str | None = None) -> bool:
    """Whether this audience may change where messages for this person go: his own; as focal point those of his organisation; as CIMIC
    officer those of his sector, which `scope` is (None: of the whole force); as administrator everybody's."""
    own = organisation_id == audience.organisation_id and is_near(audience, scope)
    return person_id == audience.person_id or opens("contact.keep", audience, own=own)


def contacts_for(
    facts: Iterable[ContactFacts], person_id: int, organisation_id: int, audience: Audience
) -> list[ContactFacts]:
    """As this audience may read them, for whom they belong to or who keeps them: a mailbox is read by its owner alone, a number by
    whoever reads numbers; to others it is shown so that it is told from the others."""
    own, reads = person_id == audience.person_id, reads_numbers_of(organisation_id, audience)
    return [
        one if own or (reads and one.carries == "sms") else replace(one, address=masked(one.address)) for one in facts
    ]


def masked(address: str) -> str:
    """`+223 … 01`, `a … @example.org`."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]} … @{host}" if at else f"{address[:4]} … {address[-2:]}" if address else ""


def reads_numbers_of(organisation_id: int, audience: Audience) -> bool:
    """Whether the numbers of this organisation's people are open to this audience."""
    return opens("contact.phone", audience, own=organisation_id == audience.organisation_id)


def numbers_for(facts: Iterable[NumberFacts], audience: Audience) -> list[NumberFacts]:
    """Those this audience may read."""
    return [one for one in facts if reads_numbers_of(one.organisation_id, audience)]


def doubts_for(facts: Iterable[DoubtFacts], audience: Audience) -> list[DoubtFacts]:
    """Those this audience may read."""
    return [one for one in facts if reads_numbers_of(one.organisation_id, audience)]
