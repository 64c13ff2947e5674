"""An officer or a radio operator enters for an organisation what it called in: the same filing, the same checks, and beside it of whom and
how it was heard. Whoever answers for the organisation gets a letter with the reference alone, so that a false caller is found."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.desk import view_of_desk_item
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.filing import Filing, Level, MovementNotice
from deconflict.domain.kinds import Catalogue
from deconflict.domain.msgid import N_
from deconflict.domain.on_behalf import CALLED_WITHIN, Act, Back, Call, Way, ceiling, may_enter, scribe, within
from deconflict.domain.states import SITE_STATES
from deconflict.services import filing as service
from deconflict.services.acknowledgements import reference_and_code
from deconflict.services.code_locks import lock_of, missed
from deconflict.services.filing import Filed
from deconflict.services.letters import tell_of_entry
from deconflict.store.audit import record
from deconflict.store.base import db, transaction
from deconflict.store.check_ins import code_of
from deconflict.store.desk import item_versions
from deconflict.store.items import Item
from deconflict.store.on_behalf import OnBehalf
from deconflict.store.people import Organisation, Person
from deconflict.store.queries import employed, filing_of, version_of

AHEAD = timedelta(minutes=5)  # clocks differ
NOBODY = N_("No notice has this reference and this code. Have both read out again.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A notice whose owner called about it."""

    reference: str
    organisation_id: int
    version: int


def acting(by: Audience, organisation_id: int) -> Audience:
    """Whoever writes, as he writes for this organisation. Raises NotFound for any other person, and for no humanitarian organisation."""
    organisation = db.session.get(Organisation, organisation_id)
    if not may_enter(by) or organisation is None or organisation.side != Side.HUMANITARIAN:
        raise NotFound
    return scribe(by, organisation_id)


def enter(filing: Filing, call: Call, key: str, by: Audience, owner_id: int, mission: Mission, now: datetime) -> Filed:
    """A notice for its owner; the same `key` again answers with the first. Raises Refused, NotFound."""
    who = acting(by, owner_id)
    check(call, owner_id, filing.level, None, now)
    return service.file_item(
        filing, who, key, mission, now, also=lambda session, item: _note(session, item, Act.FILE, call, by, now)
    )


def amend(
    reference: str,
    filing: Filing,
    base: int,
    reason: str,
    call: Call,
    by: Audience,
    owner_id: int,
    mission: Mission,
    now: datetime,
) -> Filed:
    """A new version for its owner. What whoever writes may not read stays as it was where he typed nothing. Raises Refused, NotFound,
    LostRace."""
    who = acting(by, owner_id)
    before = _stored(reference, owner_id)
    check(call, owner_id, filing.level, before.level, now)
    return service.amend_item(
        reference,
        _with_unread(filing, before),
        base,
        who,
        mission,
        now,
        reason,
        also=lambda session, item: _note(session, item, Act.AMEND, call, by, now),
    )


def cancel(reference: str, reason: str, call: Call, by: Audience, owner_id: int, now: datetime) -> None:
    """For its owner. Raises Refused, NotFound."""
    who = acting(by, owner_id)
    check(call, owner_id, None, None, now)
    service.cancel_item(
        reference, who, reason, now, also=lambda session, item: _note(session, item, Act.CANCEL, call, by, now)
    )


def opened(typed: str, by: Audience, catalogue: Catalogue, now: datetime) -> Opened:
    """The notice that this reference and code belong to; an officer who may read it needs no code. Wrong codes count as on the code page,
    and whoever types them is told. Raises Refused, NotFound."""
    if not may_enter(by):
        raise NotFound
    reference, code = reference_and_code(typed) or (typed.strip().upper(), "")
    with transaction() as session:
        mine = select(Item).where(Item.reference == reference[:8], Item.side == Side.HUMANITARIAN)
        mine = mine.where(Item.state.not_in(SITE_STATES))  # a site has no code, and its owner changes it
        item = session.scalars(mine).first()
        if item is not None and not code and by.is_officer:
            found = item_versions(session, item.reference, catalogue)
            if found is not None and view_of_desk_item(found[1][-1], by) is not None:
                return Opened(item.reference, item.owner_id, item.version)
        lock = lock_of(session, reference[:8], now, known=item is not None)
        right = item is not None and bool(code) and hmac.compare_digest(code_of(item), code)
        if item is not None and right and lock.locked_until is None:
            return Opened(item.reference, item.owner_id, item.version)
        missed(session, lock, now)
        record(session, by.person_id, "missed_code", "reference", None, at=now)
    raise Refused(NOBODY, field="code")


def check(call: Call, owner_id: int, level: Level | None, before: Level | None, now: datetime) -> None:
    """Raises Refused where it is not known enough who called, or where he may not say so much. `level` None: nothing is told; `before` what
    might be told until now."""
    if not now - CALLED_WITHIN <= call.called_at <= now + AHEAD:
        raise Refused(N_("Give the day and the hour of the call: it was within two days."), field="_call_date")
    caller = _caller(db.session(), call, owner_id, now)
    if call.back is Back.HEARD and (caller is None or call.way is Way.PHONE):
        raise Refused(
            N_("Call back first. Only a person of the list who speaks by radio or satellite is believed without."),
            field="_back",
        )
    if call.back is Back.OTHER and not call.number:
        raise Refused(N_("Write down the number that you called back."), field="_number")
    if level is not None:
        default = db.session.get_one(Organisation, owner_id).default_level
        answers = caller is not None and roles.FOCAL_POINT in caller.role_names
        if not within(
            level, max((ceiling(default, call.back, answers=answers), before or Level.MATCH_ONLY), key=_rank)
        ):
            raise Refused(
                N_(
                    "So much may be told only when a focal point of the organisation says so, called back on a number of the directory. "
                    "Choose less; the organisation raises it itself."
                ),
                field="level",
            )


def _rank(level: Level) -> int:
    return list(Level).index(level)


def _caller(session: Session, call: Call, owner_id: int, now: datetime) -> Person | None:
    """None for a known voice. Raises Refused for anybody of elsewhere."""
    if call.caller_id is None:
        return None
    person = session.scalars(select(Person).where(Person.id == call.caller_id, employed(now))).first()
    if person is None or person.organisation_id != owner_id:
        raise Refused(N_("Choose one of the list."), field="_caller")
    return person


def _stored(reference: str, owner_id: int) -> Filing:
    item = db.session.scalars(select(Item).where(Item.reference == reference)).first()
    if item is None or item.owner_id != owner_id:
        raise NotFound
    return filing_of(version_of(db.session(), item))


def _with_unread(filing: Filing, before: Filing) -> Filing:
    """Plates serve the full level alone, as at the door."""
    if not isinstance(filing, MovementNotice) or not isinstance(before, MovementNotice):
        return filing
    plates = filing.plates or (before.plates if filing.level is Level.FULL else "")
    return replace(filing, overnight=filing.overnight or before.overnight, plates=plates)


def _note(session: Session, item: Item, act: Act, call: Call, by: Audience, now: datetime) -> None:
    """In the transaction of the act itself: of whom it was heard, its trace, and the letters."""
    _caller(session, call, item.owner_id, now)
    session.add(
        OnBehalf(
            item_id=item.id,
            version=item.version,
            act=act,
            at=now,
            entered_by_id=by.person_id,
            caller_id=call.caller_id,
            way=call.way,
            called_at=call.called_at,
            back=call.back,
            number=call.number if call.back is Back.OTHER else None,
            read_back_at=now,
        )
    )
    told = tell_of_entry(session, item.owner, item.reference, by, now)
    detail = {"act": act, "version": item.version, "way": call.way, "back": call.back, "told": told}
    record(session, by.person_id, "on_behalf", item.side, item.id, detail, at=now, organisation_id=item.owner_id)
