"""What leaves: a message's words in its recipient's language, never the session's, and which of one person's texts leave as one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from deconflict.channels.port import Outgoing, Script
from deconflict.channels.texts import render, render_mail, render_several, render_voice, several_of
from deconflict.domain.sms import segments
from deconflict.store.alerts import Alert, Message
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.people import Organisation, Person

log = structlog.get_logger()
UNFIT = (ValueError, KeyError, OSError)  # a file of words that has gone, or that asks for what nobody knows
KEPT = timedelta(hours=10)  # no provider keeps a text for longer until a phone is found
PLAN = aliased(Item)
# What one message needs to leave. Rows of columns and not of objects: ten thousand may be due at once.
Facts = Any
NEEDED = (
    Message.id,
    Message.channel,
    Message.address,
    Message.address_hash,
    Message.token,
    Message.tries,
    Message.attempt,
    Message.urgency,
    Alert.state.label("alert_state"),
    Alert.useful_until,
    Alert.level,
    Alert.side,
    Alert.person_id,
    Alert.team_contact_hash,
    Alert.text,
    Alert.reference,
    Alert.counter,
    Alert.code,
    Alert.link,
    Person.language,
    Person.spoken,
    Person.active,
    Case.harm,
    Case.severity,
    Case.starts_at,
    Item.departs_at,
    Item.reference.label("notice"),
    PLAN.reference.label("plan"),
    Organisation.mail_names_own,
)


@dataclass(frozen=True, slots=True)
class Said:
    """`subject` is for e-mail, `script` for a call."""

    text: str
    subject: str = ""
    script: Script | None = None


def facts(session: Session, ids: Sequence[int]) -> list[Facts]:
    """In the order of `ids`. Raises Unreadable."""
    query = (
        select(*NEEDED)
        .join(Alert, Alert.id == Message.alert_id)
        .join(Person, Person.id == Alert.person_id)
        .join(Case, Case.id == Alert.case_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Item, Item.id == Case.humanitarian_id)
        .outerjoin(PLAN, PLAN.id == Case.mission_id)
        .where(Message.id.in_(ids))
    )
    known = {row.id: row for row in session.execute(query)} if ids else {}
    return [known[id] for id in ids]


def together(rows: Iterable[Facts], refused: Mapping[int, frozenset[str]], now: datetime) -> list[list[Facts]]:
    """What leaves as one text, each in the order of its message ids: one person's texts to one number that say the same of
    several cases, as many as one segment lists, all of use for so long that none shortens the life of another. The most urgent
    first, as they came. `refused`: by message, the providers that did not take it."""
    found: list[list[Facts]] = []
    open_for: dict[Hashable, list[Facts]] = {}
    for row in rows:
        key = _sameness(row, refused) if row.useful_until - now >= KEPT else None
        group = open_for.get(key) if key else None
        if group is not None and _fit([*group, row]):
            group.append(row)
            continue
        found.append([row])
        open_for[key] = found[-1]
    return [sorted(group, key=lambda row: int(row.id)) for group in found]


def outgoing_of(
    rows: Sequence[Facts], base_url: str, shared_code: str | None = None, others: Iterable[str] = ()
) -> Outgoing:
    """One text of one message, or of several with the code they share. A link only ever stands in an e-mail. Raises ValueError for
    a text that this channel does not have."""
    first = rows[0]
    alone = _alone(first, base_url, frozenset(others))
    if shared_code is None:
        return alone
    # Nothing past the event of any of them may arrive as if it were fresh; the others are tried again.
    useful_until, along = min(row.useful_until for row in rows), tuple(row.id for row in rows[1:])
    return replace(alone, text=_several(rows, shared_code), useful_until=useful_until, along=along)


def _sameness(row: Facts, refused: Mapping[int, frozenset[str]]) -> Hashable:
    """None for what always leaves alone."""
    several = several_of(row.text) if row.channel == "sms" else None
    whom = row.person_id, row.team_contact_hash, row.address_hash
    return several and (*whom, several, refused.get(row.id, frozenset()))


def _fit(rows: Sequence[Facts]) -> bool:
    try:
        return segments(_several(rows, "0000")) == 1
    except UNFIT:
        log.exception("a text about several cases cannot be filled", text=rows[0].text)
        return False


def _several(rows: Sequence[Facts], code: str) -> str:
    labels = [f"{row.reference}-{row.counter}" for row in rows]
    return render_several(rows[0].text, rows[0].language, labels=labels, code=code)


def _own(row: Facts) -> str:
    """The reader's own item, where his organisation lets its mail name it; never that of the other side."""
    own = {"humanitarian": row.notice, "mission": row.plan}.get(row.side) if row.mail_names_own else None
    return own or ""


def _alone(row: Facts, base_url: str, others: frozenset[str]) -> Outgoing:
    words = {"reference": row.reference, "counter": row.counter, "code": row.code}
    link = f"{base_url}/a/{row.link}"
    said = said_by(row.channel, row.text, row.language, **words, link=link, own=_own(row), spoken=row.spoken)
    return Outgoing(
        message_id=row.id,
        to=row.address,
        text=said.text,
        subject=said.subject,
        script=said.script,
        useful_until=row.useful_until,
        callback_token=row.token,
        attempt=row.tries + 1,
        others=others,
    )


def said_by(
    channel: str,
    event: str,
    language: str,
    *,
    reference: str,
    counter: int,
    code: str,
    link: str,
    own: str = "",
    spoken: str = "",
) -> Said:
    """The words of one message by this channel. Raises ValueError for an event that it does not have."""
    if channel == "sms":
        return Said(render(event, language, reference=reference, counter=counter, code=code))
    if channel == "voice":
        text, script = render_voice(event, language, reference=reference, spoken=spoken)
        return Said(text, script=script)
    mail = render_mail(event, language, reference=reference, counter=counter, code=code, link=link, own=own)
    return Said(mail.body, mail.subject)
