"""What would be said to a side before anything is: its draft, and the messages that a request would make, to the letter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.disclosure import ReleasedWords
from deconflict.domain.errors import Refused
from deconflict.domain.escalation import REQUEST
from deconflict.domain.msgid import N_
from deconflict.domain.states import STANDING_REQUESTS
from deconflict.matching.climb import Climb
from deconflict.services.cases import SIDES, desk_case
from deconflict.services.requests import ASKS, draft, frozen, leaves
from deconflict.services.wording import said_by
from deconflict.store.alerts import Alert
from deconflict.store.base import transaction
from deconflict.store.cases import Case

MOST_TOLD = 12  # alerts whose texts are shown: the others are on the log
UNKNOWN_CODE, UNKNOWN_LINK = "####", "(...)"  # drawn when it leaves


@dataclass(frozen=True, slots=True)
class Leaving:
    """One message as it would leave at once or at `leaves_at`. `side` ocha: nobody of the party stands there. `subject` is
    for e-mail; `channel` empty: the person has no address for any."""

    person: str
    side: str
    level: str
    channel: str
    language: str
    subject: str
    text: str
    leaves_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """A request as it would go: the words the side reads when it signs in, and every first message. `leaves_at`: when its side
    may know of it; `now` whether that is at once; `replaces`: a request to the same side stands, and gives place to it.
    `by_phone`: the start is so near that the officer calls first. `reference` and `own`: the file and the item, as this side knows
    them."""

    side: str
    ask: str
    round: int
    words: ReleasedWords
    messages: tuple[Leaving, ...]
    leaves_at: datetime
    now: bool
    replaces: bool = False
    by_phone: bool = False
    reference: str = ""
    own: str = ""


class _Undo(Exception):
    """Ends a rehearsal: nothing of it is kept."""


def drafts(session: Session, reference: str, mission: Mission) -> dict[str, ReleasedWords | None]:
    """For each side what it would read; None where it may not be asked, or where an item cannot be read."""
    case = session.scalars(select(Case).where(Case.reference == reference)).one()
    return {side: _words(session, case, side, mission) for side in SIDES}


def preview(
    reference: str, round_: int, side: str, ask_code: str, by: Audience, mission: Mission, now: datetime
) -> Preview:
    """The very messages that `requests.ask` would write, made by the same code in a transaction that is rolled back. Raises
    what `ask` raises."""
    if side not in SIDES or ask_code not in ASKS:
        raise Refused(N_("Choose what to ask."), field="ask")
    found: list[Leaving] = []
    words: ReleasedWords | None = None
    leaves_at, replaces, phone, known_as, own = now, False, False, "", ""
    try:
        with transaction() as session:
            case = desk_case(session, reference, by, mission.catalogue, round_)
            words = _words(session, case, side, mission)
            if words is not None:
                name, leaves_at = f"{REQUEST}:preview", leaves(case, mission, now)
                replaces = any(r.side == side and r.state in STANDING_REQUESTS for r in case.requests)
                phone, known_as = frozen(case, mission, now), case.reference_for(side)
                item = case.item_of(side)
                own = item.reference if item is not None else ""
                climb = Climb(session, mission, case, side, REQUEST, name, alerted_at=leaves_at, now=leaves_at)
                climb.take_due_steps()
                found = list(_written(session, case, name))
            raise _Undo
    except _Undo:
        pass
    if words is None:
        raise Refused(
            N_("This side may not be asked: the other side has released nothing. Ask the other side first."),
            field="side",
        )
    return Preview(
        side, ask_code, round_, words, tuple(found), leaves_at, leaves_at <= now, replaces, phone, known_as, own
    )


def told_so_far(session: Session, reference: str, side: str) -> list[tuple[Leaving, str]]:
    """Every message to the people of one side about a case, newest first, in the words and the language in which it went and with
    its state; the code and the link that only its reader has are blank."""
    query = select(Alert).join(Case, Case.id == Alert.case_id).where(Case.reference == reference, Alert.side == side)
    alerts = session.scalars(query.order_by(Alert.id.desc()).limit(MOST_TOLD)).all()
    return [
        (_leaving(alert, message.channel, message.sent_at or message.send_after), message.state)
        for alert in alerts
        for message in alert.messages
    ]


def _words(session: Session, case: Case, side: str, mission: Mission) -> ReleasedWords | None:
    try:
        return draft(session, case, side, mission).words
    except (ValueError, KeyError, TypeError):
        return None


def _written(session: Session, case: Case, purpose: str) -> Iterator[Leaving]:
    for alert in session.scalars(
        select(Alert).where(Alert.case_id == case.id, Alert.purpose == purpose).order_by(Alert.id)
    ):
        for message in alert.messages:
            yield _leaving(alert, message.channel, message.send_after)
        if not alert.messages:
            yield _leaving(alert, "", alert.owed_at)


def _leaving(alert: Alert, channel: str, leaves_at: datetime) -> Leaving:
    language, subject, text = alert.person.language, "", ""
    if channel:
        item = alert.case.item_of(alert.side)
        said = said_by(
            channel,
            alert.text,
            language,
            reference=alert.reference,
            counter=alert.counter,
            code=UNKNOWN_CODE,
            link=UNKNOWN_LINK,
            own=item.reference if item is not None and alert.person.organisation.mail_names_own else "",
            spoken=alert.person.spoken,
        )
        subject, text = said.subject, said.text
    return Leaving(alert.person.name, alert.side, alert.level, channel, language, subject, text, leaves_at)
