"""Every life cycle, as tables: state x event -> state. What is not written here is refused.

Who may cause an event is said beside it, so that the service asks one question and the page offers only what works.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from deconflict.domain.errors import WrongState


class ItemState(StrEnum):
    """A notice or a plan. There is no state that means permission."""

    SUBMITTED = "submitted"
    READ = "read"  # an officer has looked at it: "Lue", never "checked and fine" (RUL-11)
    RETURNED = "returned"  # to be mended by its owner; it stays matched meanwhile (RUL-22)
    UNDER_WAY = "under_way"  # it was read, and the team said that it left (D7.1)
    CANCELLED = "cancelled"
    ENDED = "ended"


class SiteState(StrEnum):
    """A static site; `Item.state` holds it. No code of an item's is one of these, so that whatever asks for an item's states never
    means a site by mistake. That two sites may be one is no state: its owner would see it move (RUL-6)."""

    SUBMITTED = "site_submitted"
    IN_VERIFICATION = "in_verification"
    VERIFIED = "verified"
    VERIFY_DUE = "verify_due"  # it still counts as verified, for a few days
    STALE = "stale"  # nothing of it is told to the other side any more; it stays matched
    RETURNED = "site_returned"
    SUSPENDED = "suspended"  # its work has stopped or moved, or others are in it; people may still be there, so it stays matched
    CLOSED = "closed"  # its owner uses it no longer
    ARCHIVED = "archived"  # nobody has said for long that it is there


class CaseState(StrEnum):
    """One pair of items, for ever."""

    DETECTED = "detected"
    TAKEN = "taken"  # an officer owns it
    ASKED = "asked"  # a request to one side is open
    AGREED = "agreed"  # what was agreed is recorded, the item has not moved yet
    RISK_ACCEPTED = (
        "risk_accepted"  # by OCHA and the mission, until an hour; it rests, and to a party nothing has happened
    )
    UNCHECKED = "unchecked"  # an item could not be read: a person must look
    OVERDUE = "overdue"  # a team has not said that it arrived: of its notice alone
    CLOSED = "closed"  # the overlap is gone, or was carried out as agreed
    DISMISSED = "dismissed"
    OVERTAKEN = "overtaken"  # one item was cancelled or is over
    LAPSED = "lapsed"  # the window passed undecided; counted apart from resolved


class AlertState(StrEnum):
    """Owed until somebody says he has it, or until it no longer matters."""

    OWED = "owed"
    ACKNOWLEDGED = "acknowledged"
    SUPERSEDED = "superseded"  # a newer round or a closing text took its place
    EXPIRED = "expired"  # useless since the overlap ended


class MessageState(StrEnum):
    """One channel, one address. `undelivered` of the provider is FAILED."""

    QUEUED = "queued"
    SENDING = "sending"
    UNSURE = "unsure"  # it left, and nobody said what became of it
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    HELD = "held"  # stopped before it left: an officer releases or discards it


class RequestState(StrEnum):
    """What OCHA asks one side to change."""

    OPEN = "open"
    SILENT = "silent"  # its clock ran out: silence is no answer, and the desk is told; an answer still may come
    ACCEPTED = "accepted"
    COUNTERED = "countered"  # something else was proposed, in the side's own words: only an officer reads it (RUL-9)
    DECLINED = "declined"
    AMENDED = "amended"  # its owner filed what it had accepted; whether that is enough the matcher says to the desk
    WITHDRAWN = "withdrawn"
    DONE = "done"  # the owner's amendment or cancellation removed the overlap


class ReleaseState(StrEnum):
    """What became of a call to an owner for a one-off release (RUL-8)."""

    ASKED = "asked"
    RELEASED = "released"
    REFUSED = "refused"  # "no release" is an answer like another
    SILENT = "silent"  # the clock ran out: silence is never consent, and two people are told


class HoldState(StrEnum):
    """Evidence kept past its clocks. Two people set it and two lift it."""

    ASKED = "asked"
    HELD = "held"
    LIFTING = "lifting"  # one person wants it lifted; until a second agrees it holds
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Move:
    """From these states, by this event, to that state; `who` is `system`, `officer`, `owner` or several; for a hold `head`
    and `second`, for a risk `head`."""

    sources: frozenset[str]
    target: str
    who: frozenset[str]


def _move(sources: str, target: str, who: str) -> Move:
    return Move(frozenset(sources.split()), target, frozenset(who.split()))


ITEM: dict[str, Move] = {
    "read": _move("submitted", "read", "officer"),
    "return": _move("submitted read", "returned", "officer"),
    # What nobody has read yet stays on the desk's list when its team leaves; once it is read it is under way.
    "set_out": _move("read", "under_way", "owner officer"),
    # An amendment is a new version and is read again, whatever the officer had said of the old one.
    "amend": _move("submitted read returned under_way", "submitted", "owner"),
    # All its hours at once. Of a team on its way some are past: they are amended one by one.
    "postpone": _move("submitted read returned", "submitted", "owner"),
    "lower": _move("submitted read returned under_way", "submitted", "owner"),
    # The lead of its joint convoy changed the way: read again, like an amendment.
    "follow": _move("submitted read returned under_way", "submitted", "system"),
    "cancel": _move("submitted read returned under_way", "cancelled", "owner officer"),
    "end": _move("submitted read returned under_way", "ended", "system"),
}

SAME = "same"  # of a move that leaves the state as it is
LIVE_SITE = "site_submitted in_verification verified verify_due stale site_returned suspended"
SITE: dict[str, Move] = {
    "take": _move("site_submitted in_verification", "in_verification", "officer"),
    # What is verified counts as such while it is verified again.
    "take_again": _move("verified verify_due stale", SAME, "officer"),
    "verify": _move("in_verification verified verify_due stale", "verified", "officer"),
    "return": _move("site_submitted in_verification verified verify_due stale", "site_returned", "officer"),
    "suspend": _move(
        "site_submitted in_verification verified verify_due stale site_returned", "suspended", "owner officer"
    ),
    # Armed people are in it, whether it works or not.
    "occupy": _move(LIVE_SITE, "suspended", "owner officer"),
    # They have left. Whether it works again is another question.
    "leave": _move(LIVE_SITE, SAME, "owner officer"),
    "resume": _move("suspended", "site_submitted", "owner officer"),
    # A new version of where or what it is was never verified.
    "amend": _move(LIVE_SITE, "site_submitted", "owner"),
    # A number, a contact, hours: what was verified still stands.
    "correct": _move(LIVE_SITE, SAME, "owner"),
    "lower": _move(LIVE_SITE, SAME, "owner"),
    # "Nothing has changed": word that it is there, and no verification.
    "confirm": _move("site_submitted in_verification verified verify_due stale", SAME, "owner"),
    "reopen": _move("archived", "site_submitted", "owner"),
    "close": _move(LIVE_SITE + " archived", "closed", "owner"),
    "due": _move("verified", "verify_due", "system"),
    "expire": _move("verified verify_due", "stale", "system"),
    "archive": _move(LIVE_SITE, "archived", "system"),
}

OPEN_CASE = "detected taken asked agreed risk_accepted unchecked overdue"
CASE: dict[str, Move] = {
    "take": _move("detected unchecked overdue taken asked agreed", "taken", "officer"),
    # Given back, it is as if nobody had seen it: the desk is rung anew.
    "hand_back": _move("taken", "detected", "officer"),
    "ask": _move("detected taken asked agreed", "asked", "officer"),
    "agree": _move("detected taken asked", "agreed", "officer"),
    "dismiss": _move("detected taken asked unchecked overdue", "dismissed", "officer"),
    # The only way in which people settle a case whose plans stay as they are. It stays open: its requests stand, nothing is said to
    # anybody, and when its window has passed it lapses like any other.
    "accept_risk": _move("detected taken asked agreed", "risk_accepted", "head"),
    # Its hour has come, and it rings as if nobody had seen it.
    "expire_risk": _move("risk_accepted", "detected", "system"),
    "vanish": _move(OPEN_CASE, "closed", "system"),
    "overtake": _move(OPEN_CASE, "overtaken", "system"),
    "lapse": _move(OPEN_CASE, "lapsed", "system"),
    "fail": _move(
        "detected taken asked agreed risk_accepted unchecked closed dismissed overtaken lapsed", "unchecked", "system"
    ),
    # A material change under an officer's hands: what was asked, agreed or accepted was about something else; he keeps the case.
    "change": _move("taken asked agreed risk_accepted", "taken", "system"),
    # Said again of a site that armed people are in, after the last time was over. While it is open it is a line of its history.
    "occupy": _move("closed dismissed overtaken lapsed", "detected", "system"),
    # The next stop too passes without a word, under an officer's hands or after the last was over.
    "miss": _move("overdue detected taken closed dismissed overtaken lapsed", "overdue", "system"),
    "recover": _move("unchecked", "detected", "system"),
    # A material change opens it again, dismissed or not, for the same reason.
    "reopen": _move("closed dismissed overtaken lapsed", "detected", "system"),
}

REQUEST: dict[str, Move] = {
    # An answer that comes after the clock still is one.
    "accept": _move("open silent", "accepted", "owner"),
    "counter": _move("open silent", "countered", "owner"),
    "decline": _move("open silent", "declined", "owner"),
    "silence": _move("open", "silent", "system"),
    # Filed through the form that its acceptance opens. An amendment made otherwise changes no request: whether it was meant as
    # the answer nobody can know.
    "amend": _move("accepted", "amended", "owner"),
    # A newer request takes the place of what still stands. A no stays a no, and stands in the log.
    "withdraw": _move("open silent accepted countered amended", "withdrawn", "officer system"),
    "finish": _move("open silent accepted countered declined amended", "done", "system"),
}

RELEASE: dict[str, Move] = {
    # An answer that comes after the clock still is one, and a yes may be taken back.
    "grant": _move("asked silent", "released", "officer"),
    "refuse": _move("asked silent", "refused", "officer"),
    "silence": _move("asked", "silent", "system"),
}

HOLD: dict[str, Move] = {
    "confirm": _move("asked", "held", "second"),
    "ask_lift": _move("held", "lifting", "head"),
    "keep": _move("lifting", "held", "second"),
    "lift": _move("lifting", "lifted", "second"),
}

MESSAGE: dict[str, Move] = {
    "claim": _move("queued", "sending", "system"),
    # The request left and no answer came, or who made it is gone: never straight back to the queue.
    "lose": _move("sending", "unsure", "system"),
    "requeue": _move("sending unsure", "queued", "system"),
    # A receipt may come before the send was written down, and for what was given up or taken back after it had left.
    "accept": _move("queued sending unsure withdrawn", "sent", "system"),
    "deliver": _move("queued sending unsure sent withdrawn", "delivered", "system"),
    # Whoever says both is believed when he says the louder: a second call is cheaper than a silence.
    "fail": _move("queued sending unsure sent delivered", "failed", "system"),
    "withdraw": _move("queued held", "withdrawn", "system officer"),
    "hold": _move("queued", "held", "system"),
    "let_go": _move("held", "queued", "officer"),
}

TABLES = {
    "item": ITEM,
    "site": SITE,
    "case": CASE,
    "request": REQUEST,
    "release": RELEASE,
    "hold": HOLD,
    "message": MESSAGE,
}


def target(table: str, state: str, event: str, who: str) -> str:
    """The state after `event` by `who`. Raises WrongState where the table has no such row."""
    move = TABLES[table].get(event)
    if move is None or state not in move.sources or who not in move.who:
        raise WrongState(
            "This step is not possible from here any more: somebody may have moved it. Nothing was changed."
        )
    return state if move.target == SAME else move.target


def table_of(state: str) -> str:
    """The life cycle that an item in this state goes by."""
    return "site" if state in SITE_STATES else "item"


def possible(table: str, state: str, who: str) -> list[str]:
    """The events that `who` may cause now, in table order."""
    return [event for event, move in TABLES[table].items() if state in move.sources and who in move.who]


OPEN_CASES = frozenset(OPEN_CASE.split())
SITE_STATES = frozenset(map(str, SiteState))
LIVE_SITES = frozenset(LIVE_SITE.split())
# So far what an officer has seen to counts, and the owner may let it be told.
VERIFIED_SITES = frozenset({"verified", "verify_due"})
LIVE_MOVES = frozenset({"submitted", "read", "returned", "under_way"})  # everything live but sites
LIVE_ITEMS = LIVE_MOVES | LIVE_SITES
OFF_ITEMS = frozenset({"cancelled", "closed", "archived"})  # taken out of matching by an act, not by the hour
# What is over is still where and when it was: some rules look days back, until retention makes it coarse.
MATCHED_ITEMS = LIVE_ITEMS | {"ended"}
UNANSWERED = frozenset({RequestState.OPEN, RequestState.SILENT})
# What a newer request to the same side takes the place of.
STANDING_REQUESTS = frozenset(REQUEST["withdraw"].sources)
WAITING = frozenset({MessageState.QUEUED, MessageState.SENDING, MessageState.UNSURE})  # nobody can say that it has left
MAY_HAVE_LEFT = frozenset({MessageState.SENDING, MessageState.UNSURE, MessageState.SENT, MessageState.DELIVERED})
