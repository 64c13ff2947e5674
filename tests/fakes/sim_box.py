"""The other side of gammu-smsd's SQL service, without a modem: the tables and states that its manual documents ("SMSD Database
Structure"), in an SQLite file. test_sim_daemon.py holds it against the daemon itself."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from fakes.phones import Phone, Phonebook

TABLES = """
CREATE TABLE outbox (
    ID INTEGER PRIMARY KEY AUTOINCREMENT, InsertIntoDB TEXT NOT NULL DEFAULT (datetime('now')),
    SendingDateTime TEXT NOT NULL DEFAULT (datetime('now')), SendingTimeOut TEXT NOT NULL DEFAULT (datetime('now')),
    DestinationNumber TEXT NOT NULL DEFAULT '', TextDecoded TEXT NOT NULL DEFAULT '', UDH TEXT, Text TEXT,
    Coding TEXT NOT NULL DEFAULT 'Default_No_Compression', MultiPart TEXT NOT NULL DEFAULT 'false',
    RelativeValidity INTEGER DEFAULT '-1', SenderID TEXT, DeliveryReport TEXT DEFAULT 'default', CreatorID TEXT NOT NULL,
    CHECK (Coding IN ('Default_No_Compression', 'Unicode_No_Compression')),
    CHECK (DeliveryReport IN ('default', 'yes', 'no'))
);
CREATE TABLE outbox_multipart (
    ID INTEGER, SequencePosition INTEGER NOT NULL DEFAULT '1', TextDecoded TEXT, UDH TEXT, Text TEXT,
    Coding TEXT NOT NULL DEFAULT 'Default_No_Compression', PRIMARY KEY (ID, SequencePosition)
);
CREATE TABLE sentitems (
    ID INTEGER NOT NULL, SequencePosition INTEGER NOT NULL DEFAULT '1', Text TEXT NOT NULL, TextDecoded TEXT NOT NULL DEFAULT '',
    UDH TEXT NOT NULL, DestinationNumber TEXT NOT NULL DEFAULT '', CreatorID TEXT NOT NULL,
    Status TEXT NOT NULL DEFAULT 'SendingOK', RelativeValidity INTEGER NOT NULL DEFAULT '-1',
    CHECK (Status IN ('SendingOK', 'SendingOKNoReport', 'SendingError', 'DeliveryOK', 'DeliveryFailed', 'DeliveryPending',
                      'DeliveryUnknown', 'Error')),
    PRIMARY KEY (ID, SequencePosition)
);
CREATE TABLE inbox (
    ID INTEGER PRIMARY KEY AUTOINCREMENT, SenderNumber TEXT NOT NULL DEFAULT '', TextDecoded TEXT NOT NULL DEFAULT '',
    Text TEXT NOT NULL, UDH TEXT NOT NULL, RecipientID TEXT NOT NULL, Processed TEXT NOT NULL DEFAULT 'false'
);
CREATE TABLE phones (
    IMEI TEXT PRIMARY KEY NOT NULL, Client TEXT NOT NULL, Send TEXT NOT NULL DEFAULT 'no',
    UpdatedInDB TEXT NOT NULL DEFAULT (datetime('now'))
);
"""


class SimBox:
    """A daemon that works when somebody looks at a phone."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "smsd.db"
        self.phones = Phonebook()
        with self.box() as box:
            box.executescript(TABLES)
        self.lives()

    @contextlib.contextmanager
    def box(self) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(sqlite3.connect(self.path)) as box:
            box.row_factory = sqlite3.Row
            with box:
                yield box

    def lives(self, minutes_ago: int = 0) -> None:
        """The daemon wrote its own row then."""
        with self.box() as box:
            written = (
                "REPLACE INTO phones (IMEI, Client, Send, UpdatedInDB) VALUES ('1', 'x', 'yes', datetime('now', ?))"
            )
            box.execute(written, (f"-{minutes_ago} minutes",))

    def works(self) -> None:
        """Sends what is due."""
        if not self.path.exists():
            return
        with self.box() as box:
            due = "SELECT * FROM outbox WHERE SendingDateTime < datetime('now') AND SendingTimeOut < datetime('now')"
            for row in box.execute(due).fetchall():
                more = "SELECT * FROM outbox_multipart WHERE ID = ? ORDER BY SequencePosition"
                pieces = [(1, row), *((one["SequencePosition"], one) for one in box.execute(more, (row["ID"],)))]
                for position, piece in pieces:
                    sent = (row["ID"], position, "00", piece["TextDecoded"], piece["UDH"], row["DestinationNumber"])
                    box.execute(
                        "INSERT INTO sentitems (ID, SequencePosition, Text, TextDecoded, UDH, DestinationNumber, CreatorID,"
                        " RelativeValidity) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        (*sent, row["CreatorID"], row["RelativeValidity"]),
                    )
                box.execute("DELETE FROM outbox WHERE ID = ?", (row["ID"],))
                box.execute("DELETE FROM outbox_multipart WHERE ID = ?", (row["ID"],))
                self.phones[row["DestinationNumber"]].receives("".join(piece["TextDecoded"] for _, piece in pieces))

    def becomes(self, state: str) -> None:
        """What the network says of the newest text, in every piece."""
        self.works()
        with self.box() as box:
            box.execute("UPDATE sentitems SET Status = ? WHERE ID = (SELECT max(ID) FROM sentitems)", (state,))

    def answers(self, number: str, text: str) -> None:
        with self.box() as box:
            box.execute(
                "INSERT INTO inbox (SenderNumber, TextDecoded, Text, UDH, RecipientID) VALUES (?, ?, '00', '', 'x')",
                (number, text),
            )

    def rows(self, table: str) -> list[dict[str, object]]:
        with self.box() as box:
            return [dict(row) for row in box.execute(f"SELECT * FROM {table} ORDER BY ID")]

    def phone(self, number: str) -> SimPhone:
        return SimPhone(self, self.phones[number])


class SimPhone(Phone):
    """A phone: the daemon works before anybody looks at it."""

    def __init__(self, sim: SimBox, phone: Phone) -> None:
        super().__init__(phone.address)
        self._sim, self.texts = sim, phone.texts

    @property
    def unread(self) -> list[str]:
        self._sim.works()
        return super().unread

    def expects(self, substring: str, within_s: float = 0.0) -> str:
        self._sim.works()
        return super().expects(substring, within_s)
