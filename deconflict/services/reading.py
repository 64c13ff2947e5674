"""That somebody opened a page with the other people's plans on it is written down, before the page is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from deconflict.domain.audience import Audience
from deconflict.store.audit import record
from deconflict.store.base import transaction


def note_list_read(by: Audience, noun: str, ids: list[int], now: datetime) -> None:
    """As `note_read`, for a page that shows several at once: one entry that names them all, none for an empty page."""
    if ids:
        with transaction() as session:
            record(session, by.person_id, "view", noun, None, {"ids": ids}, at=now)


def note_read(by: Audience, noun: str, noun_id: int, now: datetime) -> None:
    """One entry "view" in a short transaction of its own: a page that cannot be accounted for is not shown. `noun` is case,
    humanitarian or mission."""
    with transaction() as session:
        record(session, by.person_id, "view", noun, noun_id, at=now)


def note_found(by: Audience, of: str, cases: list[int], items: list[int], now: datetime) -> None:
    """As `note_read`, for an answer to somebody who looked for a place or an organisation: what was named to him, even nothing. What he
    typed is written nowhere."""
    with transaction() as session:
        record(session, by.person_id, "view", "found", None, {"of": of, "cases": cases, "items": items}, at=now)


def note_ahead_read(by: Audience, asked: Mapping[str, str], ids: list[int], now: datetime) -> None:
    """As `note_read`, for the pages of everything ahead: what was asked for, and the items that were named on it, even none. The
    numbers of a page tell of both sides too."""
    with transaction() as session:
        record(session, by.person_id, "view", "ahead", None, {**asked, "ids": ids}, at=now)
