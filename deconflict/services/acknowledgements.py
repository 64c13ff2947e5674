"""Somebody has it: by code page, link in an e-mail, in the app, by a relay an officer writes down, by a key during a call, or
by an SMS with the code. All write the same record; delivered is never acknowledged, and a ladder stops only for the round it
was about."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.kinds import Catalogue
from deconflict.domain.states import AlertState
from deconflict.services.cases import desk_case
from deconflict.store.alerts import Acknowledgement, Alert, CodeLock, Message
from deconflict.store.audit import record
from deconflict.store.base import lookup_hash, transaction
from deconflict.store.work import insert_once

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
ANSWERS = ("received", "cannot_comply", "wrong_person")
KEYS = {"1": "received", "2": "cannot_comply", "9": "wrong_person"}  # pressed during a call
LEVELS = ("desk", "unit", "team")
HOW = ("phone", "radio", "in_person")
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})  # what Crockford's alphabet leaves out, read back over a radio
CODE_LINE = re.compile(r"\b([0-9A-Z]{5})(?:-\d+)?\D*?(\d{4})\b", re.ASCII)
CODE = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
INVENTED = (
    ""  # one count for every reference that no alert has: strangers fill no table, and waiting tells them nothing
)
MOST_COUNTED = 10**6
MOST_CODES = 3  # in one reply: whoever writes more is trying them out


def acknowledge_by_code(typed: str, now: datetime) -> None:
    """Reference and code together (`4F7K2 4821`). Says nothing back, whatever happened: the page answers the same (RUL-18).
    Five wrong codes lock the reference; a right one in between forgives none, since it may be somebody else's."""
    found = CODE_LINE.search(typed.upper())
    if found is None:
        return
    reference, code = found[1].translate(READ_AS), found[2]
    with transaction() as session:
        lock = _lock(session, reference, now)
        alert = _alert_with_code(session, reference, code)
        if alert is None or lock.locked_until is not None:
            _missed(session, lock, now)
            return
        _acknowledge(session, alert, "code_page", now)


def acknowledge_by_link(link: str, now: datetime) -> None:
    """The button behind an e-mail's link. A link nobody was sent is NotFound."""
    with transaction() as session:
        alert = session.scalars(select(Alert).where(Alert.link == link).with_for_update(of=Alert)).first()
        if alert is None:
            raise NotFound
        _acknowledge(session, alert, "email_link", now)


def acknowledge_in_app(alert_id: int, by: Audience, now: datetime, answer: str = "received") -> None:
    """By the very person it was for, signed in."""
    _known(answer, ANSWERS)
    with transaction() as session:
        alert = session.get(Alert, alert_id, with_for_update={"of": Alert})
        if alert is None or alert.person_id != by.person_id or alert.level == "team":
            raise NotFound
        _acknowledge(session, alert, "in_app", now, answer=answer)


def acknowledge_by_key(token: str, key: str, now: datetime) -> bool:
    """A key pressed during the call of the message with this token; a key without a meaning says nothing. Whether it was an
    answer."""
    answer = KEYS.get(key)
    if answer is None:
        return False
    with transaction() as session:
        rung = select(Message.alert_id).where(Message.token == token, Message.channel == "voice").scalar_subquery()
        alert = session.scalars(select(Alert).where(Alert.id == rung).with_for_update(of=Alert)).first()
        if alert is None:
            return False
        _acknowledge(session, alert, "voice_key", now, answer=answer)
        return True


def acknowledge_by_relay(
    case_reference: str,
    alert_id: int,
    level: str,
    answer: str,
    how: str,
    words: str,
    by: Audience,
    catalogue: Catalogue,
    now: datetime,
) -> None:
    """An officer heard it by phone or radio and writes down how. A unit or a team is acknowledged in its own right: a desk
    that knows is not a team that knows (D0.10)."""
    _known(answer, ANSWERS)
    _known(level, LEVELS)
    _known(how, HOW)
    if not words.strip():
        raise Refused("Write who said so and when.", field="words")
    with transaction() as session:
        case = desk_case(session, case_reference, by, catalogue)
        alert = session.get(Alert, alert_id, with_for_update={"of": Alert})
        if alert is None or alert.case_id != case.id:
            raise NotFound
        _acknowledge(
            session, alert, "relay", now, level=level, answer=answer, by=by, how=f"{how}: {words.strip()[:180]}"
        )


def acknowledge_by_reply(from_number: str, text: str, now: datetime) -> bool:
    """An SMS with the code from a number the alert was sent to; a forged sender without the code moves nothing, and wrong
    codes count towards the lock of the code page. Returns whether it acknowledged."""
    codes = set(CODE.findall(text))
    if not 0 < len(codes) <= MOST_CODES:
        return False
    with transaction() as session:
        sent = select(Message.alert_id).where(
            Message.address_hash == lookup_hash(from_number), Message.channel == "sms"
        )
        owed = (Alert.id.in_(sent), Alert.state == AlertState.OWED)
        references = sorted(set(session.scalars(select(Alert.reference).where(*owed))))
        locks = [_lock(session, reference, now) for reference in references]
        unlocked = [lock.reference for lock in locks if lock.locked_until is None]
        query = select(Alert).where(*owed, Alert.reference.in_(unlocked)).with_for_update(of=Alert)
        for alert in session.scalars(query.order_by(Alert.id.desc())):
            if any(alert.answers_to(code) for code in codes):
                _acknowledge(session, alert, "sms", now)
                return True
        for lock in locks:
            _missed(session, lock, now)
        return False


def _lock(session: Session, reference: str, now: datetime) -> CodeLock:
    """The count of wrong codes under a reference, held for the rest of the transaction. It is locked when `locked_until` is
    set: a time that has passed is taken away here, with the failures that led to it."""
    known = session.scalar(select(Alert.id).where(Alert.reference == reference).limit(1)) is not None
    key = reference if known else INVENTED
    insert_once(session, CodeLock, reference=key, failures=0)
    query = select(CodeLock).where(CodeLock.reference == key).with_for_update()
    lock = session.scalars(query.execution_options(populate_existing=True)).one()
    if lock.locked_until is not None and lock.locked_until <= now:
        lock.failures, lock.locked_until = 0, None
    return lock


def _missed(session: Session, lock: CodeLock, now: datetime) -> None:
    """Counts on while locked, so that a lock takes as long to answer as none."""
    lock.failures = lock.failures % MOST_COUNTED + 1
    if lock.failures >= FAILURES and lock.locked_until is None and lock.reference != INVENTED:
        lock.locked_until = now + LOCKED_FOR
        record(session, None, "lock_code", "reference", None, {"reference": lock.reference}, at=now)


def _alert_with_code(session: Session, reference: str, code: str) -> Alert | None:
    """Every candidate is compared, so that the answer takes as long for a right code as for a wrong one."""
    rows = session.scalars(select(Alert).where(Alert.reference == reference).with_for_update(of=Alert)).all()
    match = [alert for alert in rows if alert.answers_to(code)]
    return match[0] if match else None


def _acknowledge(
    session: Session,
    alert: Alert,
    method: str,
    now: datetime,
    *,
    level: str | None = None,
    answer: str = "received",
    by: Audience | None = None,
    how: str = "",
) -> None:
    """One record per thing said. The same person pressing twice says one thing."""
    level = level or alert.level
    said = [a for a in alert.acknowledgements if (a.level, a.method, a.answer) == (level, method, answer)]
    if said and method != "relay":
        return
    session.add(
        Acknowledgement(
            alert_id=alert.id,
            at=now,
            level=level,
            method=method,
            answer=answer,
            recorded_by_id=by.person_id if by else None,
            how=how,
        )
    )
    # "Wrong person" tells us that nobody there has it: the ladder goes on.
    if alert.state == AlertState.OWED and answer != "wrong_person":
        alert.state = AlertState.ACKNOWLEDGED
    detail = {"alert": alert.id, "round": alert.round, "level": level, "method": method, "answer": answer}
    actor = by.person_id if by else (alert.person_id if method == "in_app" else None)
    record(session, actor, "acknowledge", "case", alert.case_id, detail, at=now)


def _known(value: str, values: tuple[str, ...]) -> None:
    if value not in values:
        raise Refused("Choose one of the answers offered.")
