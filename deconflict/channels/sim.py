"""SMS through a SIM card on this machine: gammu-smsd keeps an SQLite file, its "SQL service", and we are the other side of it.

What we write into `outbox` the daemon sends and moves to `sentitems`; what phones send it puts into `inbox`. Handing over is
one transaction, so nothing is ever ambiguous, and the same message handed over again is found in the box and not written
twice. What has been told here is taken out of the box: numbers and texts lie in it in the clear.

Tables and states as in gammu 1.42. `CreatorID` of our rows is `<reference>:<useless from, unix seconds>`, and ends in `:told`
once it is known here that the network has it. Other programs' rows are left alone, except in `inbox`: the card is ours.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from deconflict.channels.port import BadSignature, Code, Heard, Hook, Outgoing, Receipt, Reply, SendFailed, Status
from deconflict.domain.sms import is_plain, opts_in, opts_out, parts

LOCKED_S = 5.0
REPLIES = 200  # read at a time
KEPT_S = timedelta(days=2).total_seconds()  # how long a network may still report a delivery
SENDING_S = 900  # the daemon's own retries of one text are over by then
AT_ONCE = "2000-01-01 00:00:00"  # the file's defaults are UTC, and the daemon compares them with local time
NEVER = "9999-01-01 00:00:00"
TOLD = ":told"

_STATUS = {
    "SendingOK": Status.SENT,
    "SendingOKNoReport": Status.SENT,
    "DeliveryPending": Status.SENT,  # the phone is off, and the network tries on
    "DeliveryUnknown": Status.SENT,
    "DeliveryOK": Status.DELIVERED,
}


class SimSettings(Protocol):
    """What this provider needs to know; `sim_database` is "" without one."""

    @property
    def sim_database(self) -> str: ...


class SimCard:
    """The `Channel` and `Collecting` of a modem driven by gammu-smsd."""

    name = "sim"
    carries = "sms"
    two_way = True

    def __init__(self, database: str, locked_s: float = LOCKED_S) -> None:
        """`locked_s`: how long to wait while the daemon has the file. Raises ValueError, naming the variable, for a file that
        is not gammu-smsd's."""
        self._path, self._locked_s = Path(database).absolute(), locked_s
        try:
            with self._box() as box:
                box.execute("SELECT CreatorID FROM outbox LIMIT 1")
        except SendFailed:
            raise ValueError(
                f"SIM_DATABASE: {database} is no database of gammu-smsd (made from its sqlite.sql)"
            ) from None

    def send(self, outgoing: Outgoing, now: datetime) -> str:
        life_s = outgoing.life_s(now)
        if not (outgoing.to.startswith("+") and outgoing.to[1:].isdecimal() and outgoing.to.isascii()):
            raise SendFailed.because(Code.BAD_ADDRESS)
        with self._box() as box:
            if (already := _in_the_box(box, outgoing)) is not None:
                return already
            if not _daemon_lives(box):  # in a box that nobody empties, a text would wait unseen
                raise SendFailed.because(Code.PROVIDER)
            reference = f"{_prefix(outgoing)}{secrets.token_hex(3)}"
            _write(box, outgoing, f"{reference}:{int(outgoing.useful_until.timestamp())}", _validity(life_s))
            return reference

    def trace(self, outgoing: Outgoing, tried_at: datetime, now: datetime) -> Receipt | None:
        with self._box() as box:
            reference = _in_the_box(box, outgoing)
            return _state(box, reference) if reference else None

    def status_of(self, provider_ref: str, now: datetime) -> Receipt | None:
        with self._box() as box:
            return _state(box, provider_ref)

    def read_hook(self, hook: Hook) -> Heard:
        raise BadSignature  # a modem calls nobody

    def collect(self, now: datetime) -> list[Heard]:
        """Receipts first: an answer is about something that was sent."""
        with self._box() as box:
            _purge(box, now)
            return [*_useless(box, now), *_receipts(box), *_replies(box)]

    def forget(self, heard: Sequence[Heard]) -> None:
        with self._box() as box:
            for one in heard:
                if isinstance(one, Reply):
                    box.execute("DELETE FROM inbox WHERE ID = ?", (one.provider_ref.removeprefix("in-"),))
                elif isinstance(one, Receipt) and one.status is Status.SENT:
                    box.execute(
                        "UPDATE sentitems SET CreatorID = CreatorID || ?, Text = '', TextDecoded = ''"
                        " WHERE CreatorID GLOB ? AND CreatorID NOT LIKE ?",
                        (TOLD, f"{one.provider_ref}:*", f"%{TOLD}"),
                    )
                elif isinstance(one, Receipt):
                    for table in ("outbox", "sentitems"):
                        box.execute(f"DELETE FROM {table} WHERE CreatorID GLOB ?", (f"{one.provider_ref}:*",))  # noqa: S608

    @contextlib.contextmanager
    def _box(self) -> Iterator[sqlite3.Connection]:
        """One transaction in the daemon's file. Raises SendFailed when the file cannot be opened, or is in use for long."""
        # mode=rw: a wrong path must not make an empty file that nobody ever sends from.
        address = f"{self._path.as_uri()}?mode=rw"
        try:
            with contextlib.closing(sqlite3.connect(address, self._locked_s, isolation_level=None, uri=True)) as box:
                box.execute("PRAGMA secure_delete = ON")
                box.execute("BEGIN IMMEDIATE")
                with box:
                    yield box
        except sqlite3.DatabaseError as error:
            raise SendFailed.because(Code.BUSY if "locked" in str(error) else Code.NETWORK) from None


def from_settings(settings: SimSettings) -> SimCard | None:
    """The channel, or None when there is no SIM card."""
    return SimCard(settings.sim_database) if settings.sim_database else None


def _prefix(outgoing: Outgoing) -> str:
    return f"sim-{outgoing.own_reference[:24]}-"


def _in_the_box(box: sqlite3.Connection, outgoing: Outgoing) -> str | None:
    """The reference under which this message was handed over before, unless that try failed or will never be made."""
    waiting_or_sent = (
        "SELECT CreatorID FROM outbox WHERE CreatorID GLOB :ours AND SendingDateTime != :never UNION SELECT CreatorID FROM sentitems"
        " WHERE CreatorID GLOB :ours GROUP BY CreatorID HAVING max(Status IN ('SendingError', 'DeliveryFailed', 'Error')) = 0"
    )
    found = box.execute(waiting_or_sent, {"ours": f"{_prefix(outgoing)}*", "never": NEVER}).fetchone()
    return str(found[0]).partition(":")[0] if found else None


def _daemon_lives(box: sqlite3.Connection) -> bool:
    """It writes its own row once a minute. Both hours are of this file's clock, so `now` has no part in it."""
    alive = "SELECT 1 FROM phones WHERE Send = 'yes' AND UpdatedInDB > datetime('now', '-5 minutes')"
    return box.execute(alive).fetchone() is not None


def _write(box: sqlite3.Connection, outgoing: Outgoing, creator: str, validity: int) -> None:
    pieces = parts(outgoing.text)
    coding = "Default_No_Compression" if is_plain(outgoing.text) else "Unicode_No_Compression"
    joined = f"050003{secrets.randbelow(256):02X}{len(pieces):02X}"  # tells the phone which pieces belong together
    headers = [f"{joined}{number:02X}" if len(pieces) > 1 else "" for number in range(1, len(pieces) + 1)]
    row = box.execute(
        "INSERT INTO outbox (DestinationNumber, TextDecoded, UDH, MultiPart, Coding, CreatorID, RelativeValidity,"
        " DeliveryReport, SendingDateTime, SendingTimeOut) VALUES (?, ?, ?, ?, ?, ?, ?, 'yes', ?, ?)",
        (
            outgoing.to,
            pieces[0],
            headers[0],
            "true" if len(pieces) > 1 else "false",
            coding,
            creator,
            validity,
            AT_ONCE,
            AT_ONCE,
        ),
    )
    box.executemany(
        "INSERT INTO outbox_multipart (ID, SequencePosition, TextDecoded, UDH, Coding) VALUES (?, ?, ?, ?, ?)",
        [(row.lastrowid, n, pieces[n - 1], headers[n - 1], coding) for n in range(2, len(pieces) + 1)],
    )


def _validity(life_s: float) -> int:
    """The network's own limit, as GSM 03.40 counts it (9.2.3.12.1), rounded down: old news must not arrive as fresh."""
    minutes = int(life_s // 60)
    if minutes <= 12 * 60:
        return max(0, minutes // 5 - 1)
    if minutes <= 24 * 60:
        return 143 + (minutes - 12 * 60) // 30
    return min(166 + minutes // (24 * 60), 196)


def _state(box: sqlite3.Connection, reference: str) -> Receipt | None:
    ours = (f"{reference}:*",)
    states = [state for (state,) in box.execute("SELECT Status FROM sentitems WHERE CreatorID GLOB ?", ours)]
    if states:
        return _receipt(reference, states)
    waiting = box.execute("SELECT 1 FROM outbox WHERE CreatorID GLOB ?", ours).fetchone()
    return Receipt(reference, Status.QUEUED) if waiting else None


def _receipt(reference: str, states: Sequence[str]) -> Receipt:
    """Of a text in several pieces: it arrived when all have, and failed when one has."""
    known = [_STATUS.get(state, Status.FAILED) for state in states]
    if Status.FAILED not in known:
        return Receipt(reference, min(known, key=lambda status: status.rank))
    # Otherwise the modem did not get it out: no credit, no network.
    return Receipt(reference, Status.FAILED, Code.UNREACHABLE if "DeliveryFailed" in states else Code.PROVIDER)


def _receipts(box: sqlite3.Connection) -> Iterator[Receipt]:
    """What is new of ours. A text in several pieces, some of which still wait, is none yet."""
    waiting = {creator for (creator,) in box.execute("SELECT CreatorID FROM outbox")}
    states: dict[str, list[str]] = defaultdict(list)
    told: set[str] = set()
    rows = box.execute("SELECT CreatorID, Status FROM sentitems WHERE CreatorID GLOB 'sim-*:*' ORDER BY ID")
    for creator, state in rows:
        whole = creator.removesuffix(TOLD)
        states[whole].append(state)
        if creator != whole:
            told.add(whole)
    for creator in [one for one in states if one not in waiting]:
        receipt = _receipt(creator.partition(":")[0], states[creator])
        if receipt.status is not Status.SENT or creator not in told:
            yield receipt


def _replies(box: sqlite3.Connection) -> Iterator[Reply]:
    rows = box.execute("SELECT ID, SenderNumber, TextDecoded FROM inbox ORDER BY ID LIMIT ?", (REPLIES,))
    for number, sender, text in rows:
        yield Reply(sender, text, f"in-{number}", opts_out(text), opts_in(text))


def _useless(box: sqlite3.Connection, now: datetime) -> Iterator[Receipt]:
    """What the daemon did not get out in time; from now on it does not even try."""
    rows = box.execute("SELECT ID, CreatorID, SendingTimeOut FROM outbox WHERE CreatorID GLOB 'sim-*:*'").fetchall()
    for row, creator, begun in rows:
        reference, _, until = creator.partition(":")
        over_s = now.timestamp() - float(until)
        if over_s >= 0 and (begun == AT_ONCE or over_s > SENDING_S):
            box.execute("UPDATE outbox SET SendingDateTime = ? WHERE ID = ?", (NEVER, row))
            yield Receipt(reference, Status.FAILED, Code.EXPIRED)


def _purge(box: sqlite3.Connection, now: datetime) -> None:
    """Reports of delivery that never came are not waited for: networks that send none would fill the box with numbers."""
    rows = box.execute("SELECT DISTINCT CreatorID FROM sentitems WHERE CreatorID GLOB 'sim-*:*:told'").fetchall()
    old = [(one,) for (one,) in rows if now.timestamp() - float(one.split(":")[1]) > KEPT_S]
    box.executemany("DELETE FROM sentitems WHERE CreatorID = ?", old)
