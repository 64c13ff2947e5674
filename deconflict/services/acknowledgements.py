"""Somebody has it: by code page, link in an e-mail, in the app, by a relay an officer writes down, by a key during a call, or
by an SMS with the code. All write the same record; delivered is never acknowledged, and a ladder stops only for the round it
was about."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.free_text import check_words
from deconflict.domain.kinds import Catalogue
from deconflict.domain.msgid import N_
from deconflict.domain.states import AlertState
from deconflict.services import new_numbers, wrong_person
from deconflict.services.cases import desk_case
from deconflict.services.code_locks import lock_of, missed
from deconflict.services.giving_up import lock_messages
from deconflict.store.alerts import Acknowledgement, Alert, CodeLock, Message
from deconflict.store.audit import record
from deconflict.store.base import lookup_hash, transaction
from deconflict.store.codes import codes_under

RECEIVED, CANNOT, WRONG = ANSWERS = ("received", "cannot_comply", "wrong_person")
KEYS = {"1": RECEIVED, "2": CANNOT, "9": WRONG}  # pressed during a call, or beside the code in a reply
RELAY = "relay"
RELAYS = roles.OFFICERS | {roles.RADIO_OPERATOR}
LEVELS = ("desk", "unit", "team")
HOW = ("phone", "radio", "in_person")
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})  # what Crockford's alphabet leaves out, read back over a radio
CODE_LINE = re.compile(
    r"\b([0-9A-Z]{5})(?:-\d+)?\D*?(\d{4})\b(?!-\d)", re.ASCII
)  # 4821-1 is no code: K4821-1 is a label
CODE = re.compile(r"(?<!\d)\d{4}(?!\d)", re.ASCII)
REFERENCE = re.compile(r"\b(?=[0-9A-Z]*[A-Z])[0-9A-Z]{5}(?:-\d+)?", re.ASCII)
KEY = re.compile(r"(?<![\w.,:/-])[0-9](?![\w:/-])", re.ASCII)  # alone: neither an hour nor part of a number
MOST_CODES = 3  # in one reply: whoever writes more is trying them out


def acknowledge_by_code(typed: str, now: datetime, answer: str = RECEIVED) -> None:
    """Reference and code together (`4F7K2 4821`). Says nothing back, whatever happened: the page answers the same (RUL-18).
    Five wrong codes lock the reference; a right one in between forgives none, since it may be somebody else's."""
    if answer not in ANSWERS:
        return
    with transaction() as session:
        for alert in _named_by(session, typed, answer, now):
            write_down(session, alert, "code_page", now, answer=answer)


def acknowledge_by_operator(
    typed: str, level: str, answer: str, how: str, words: str, read_back: bool, by: Audience, now: datetime
) -> None:
    """Somebody at a radio or a telephone heard it, with reference and code, and writes down how. He opens no case: the code is the
    proof that it was for whoever spoke. Wrong codes count as on the code page, and he is told, since a slip of the pen would
    leave a team unheard. Raises Refused, NotFound."""
    if not by.roles & RELAYS:
        raise NotFound
    _check_relay(level, answer, how, words, by)
    with transaction() as session:
        named = _named_by(session, typed, answer, now)
        for alert in named:
            said = heard(how, words)
            write_down(session, alert, RELAY, now, level=level, answer=answer, by=by, how=said, read_back=read_back)
    if not named:
        raise Refused(N_("No message has this reference and this code. Have both read out again."), field="code")


def reference_and_code(typed: str) -> tuple[str, str] | None:
    """What somebody typed, or read out over a radio."""
    found = CODE_LINE.search(typed.upper())
    return None if found is None else (found[1].translate(READ_AS), found[2])


def _named_by(session: Session, typed: str, answer: str, now: datetime) -> list[Alert]:
    """The alerts that this reference and code answer for, locked: one, or all that one text listed; what is wrong is counted."""
    found = reference_and_code(typed)
    if found is None:
        return []
    reference, code = found
    lock = _lock(session, reference, now)
    alerts = _opened_by({code}, codes_under(session, reference))
    if not alerts or lock.locked_until is not None:
        missed(session, lock, now)
        return []
    return _meant(_locked(session, alerts), answer, {reference})


def acknowledge_by_link(link: str, now: datetime, answer: str = RECEIVED) -> None:
    """The buttons behind an e-mail's link. A link nobody was sent is NotFound."""
    _known(answer, ANSWERS)
    with transaction() as session:
        alert = session.scalars(select(Alert).where(Alert.link == link).with_for_update(of=Alert)).first()
        if alert is None:
            raise NotFound
        write_down(session, alert, "email_link", now, answer=answer)


def acknowledge_in_app(alert_id: int, by: Audience, now: datetime, answer: str = RECEIVED) -> None:
    """By the very person it was for, signed in."""
    _known(answer, ANSWERS)
    with transaction() as session:
        alert = session.get(Alert, alert_id, with_for_update={"of": Alert})
        if alert is None or alert.person_id != by.person_id or alert.level == "team":
            raise NotFound
        write_down(session, alert, "in_app", now, answer=answer)


def acknowledge_by_key(token: str, key: str, now: datetime) -> bool:
    """A key pressed during the call of the message with this token; a key without a meaning says nothing. Whether it was an
    answer."""
    answer = KEYS.get(key)
    if answer is None:
        return False
    with transaction() as session:
        rung = select(Message.alert_id, Message.address_hash).where(Message.token == token, Message.channel == "voice")
        call = session.execute(rung).first()
        if call is None:
            return False
        alert = session.get_one(Alert, call.alert_id, with_for_update={"of": Alert})
        write_down(session, alert, "voice_key", now, answer=answer, heard_at=call.address_hash)
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
    read_back: bool = False,
) -> None:
    """An officer heard it by phone or radio and writes down how. A unit or a team is acknowledged in its own right: a desk
    that knows is not a team that knows (D0.10)."""
    _check_relay(level, answer, how, words, by)
    with transaction() as session:
        case = desk_case(session, case_reference, by, catalogue)
        alert = session.get(Alert, alert_id, with_for_update={"of": Alert})
        if alert is None or alert.case_id != case.id:
            raise NotFound
        said = heard(how, words)
        write_down(session, alert, RELAY, now, level=level, answer=answer, by=by, how=said, read_back=read_back)


def acknowledge_by_reply(from_number: str, text: str, now: datetime) -> bool:
    """An SMS with the code from a number the alert was sent to; a forged sender without the code moves nothing, and wrong
    codes count towards the lock of the code page. A 2 beside the code says "cannot comply", a 9 "wrong person", as the keys of a
    call do. Returns whether it acknowledged."""
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
        newest = select(Alert.id, Alert.reference).where(*owed, Alert.reference.in_(unlocked)).order_by(Alert.id.desc())
        rows = session.execute(newest).all()
        opened = {reference: _opened_by(codes, codes_under(session, reference)) for reference in unlocked}
        right = next((opened[row.reference] for row in rows if row.id in opened[row.reference]), frozenset())
        answer = _answer_in(text)
        given = {found[:5] for found in REFERENCE.findall(text.upper())}
        for alert in _meant(_locked(session, right & {row.id for row in rows}), answer, given):
            write_down(session, alert, "sms", now, answer=answer, heard_at=lookup_hash(from_number))
        if not right:
            for lock in locks:
                missed(session, lock, now)
        return bool(right)


def _lock(session: Session, reference: str, now: datetime) -> CodeLock:
    known = session.scalar(select(Alert.id).where(Alert.reference == reference).limit(1)) is not None
    return lock_of(session, reference, now, known=known)


def _opened_by(codes: Iterable[str], known: Mapping[str, frozenset[int]]) -> frozenset[int]:
    """What these codes answer for. Every one is compared, so that it takes as long for a right code as for a wrong one."""
    right = [alerts for each, alerts in known.items() if sum(hmac.compare_digest(each, code) for code in codes)]
    return frozenset().union(*right)


def _locked(session: Session, ids: Iterable[int]) -> list[Alert]:
    """In one order, whoever locks several."""
    query = select(Alert).where(Alert.id.in_(list(ids))).order_by(Alert.id).with_for_update(of=Alert)
    alerts = list(session.scalars(query.execution_options(populate_existing=True)))
    if len(alerts) > 1:
        lock_messages(session, alerts)
    return alerts


def _meant(alerts: list[Alert], answer: str, references: Collection[str]) -> list[Alert]:
    """That one cannot comply is said of the cases whose references were given; of all, where none was."""
    given = {alert.reference for alert in alerts} & set(references)
    return [alert for alert in alerts if answer != CANNOT or not given or alert.reference in given]


def write_down(
    session: Session,
    alert: Alert,
    method: str,
    now: datetime,
    *,
    level: str | None = None,
    answer: str = RECEIVED,
    by: Audience | None = None,
    how: str = "",
    read_back: bool = False,
    heard_at: str = "",
) -> None:
    """One record per thing said; whether it may be said was looked at before. The same
    person pressing twice says one thing. `heard_at`: the hash of the number it came from, where
    that is known."""
    level = level or alert.level
    said = [a for a in alert.acknowledgements if (a.level, a.method, a.answer) == (level, method, answer)]
    if said and method != RELAY:
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
            read_back=read_back,
            new_number=new_numbers.spoke(session, alert, method, heard_at, now),
        )
    )
    # "Wrong person" tells us that nobody there has it, and a desk that cannot act is not one that acts: the ladder goes on.
    if alert.state == AlertState.OWED and (answer == RECEIVED or (answer == CANNOT and alert.side != "ocha")):
        alert.state = AlertState.ACKNOWLEDGED
    if answer == WRONG:
        wrong_person.report(session, alert, now)
    detail = {"alert": alert.id, "round": alert.round, "level": level, "method": method, "answer": answer}
    actor = by.person_id if by else (alert.person_id if method == "in_app" else None)
    record(session, actor, "acknowledge", "case", alert.case_id, detail, at=now)


def heard(how: str, words: str) -> str:
    """As it is kept beside what was relayed."""
    return f"{how}: {words.strip()[:180]}"


def _answer_in(text: str) -> str:
    """What a reply says beside reference and code."""
    rest = CODE.sub(" ", REFERENCE.sub(" ", text.upper()))
    return next((KEYS[key] for key in KEY.findall(rest) if key in KEYS), RECEIVED)


def _check_relay(level: str, answer: str, how: str, words: str, by: Audience) -> None:
    _known(answer, ANSWERS)
    _known(level, LEVELS)
    check_heard(how, words, by)


def check_heard(how: str, words: str, by: Audience) -> None:
    """Raises Refused for a relay of which nobody could say later how it was heard, and from whom, or that says what is never stored."""
    _known(how, HOW)
    if not words.strip():
        raise Refused("Write who said so and when.", field="words")
    check_words(words, by, "words")


def _known(value: str, values: tuple[str, ...]) -> None:
    if value not in values:
        raise Refused("Choose one of the answers offered.")
