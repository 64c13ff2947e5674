"""Hours -> a calendar file. It lands in a telephone, in somebody's cloud and beside other people's appointments: so an entry has a code
and its hours, and neither a place nor a word of what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Event, vText


@dataclass(frozen=True, slots=True)
class Span:
    """`code` is the whole of what the entry says. `key` is the same for every version of what it is about, `version` rises: a calendar
    that is given a newer one moves its entry. `ends_at` None: nobody knows."""

    key: str
    version: int
    code: str
    begins_at: datetime
    ends_at: datetime | None


def calendar(spans: Iterable[Span], product: str, note: str, made_at: datetime) -> bytes:
    """`product` names what made it; `note` stands once in the file, in a field that no calendar shows beside an entry. Aware instants."""
    found = Calendar()
    found.add("prodid", f"-//{product}//{product}//FR")
    found.add("version", "2.0")
    found.add("x-note", vText(" ".join(note.split())))
    for span in spans:
        entry = Event()
        entry.add("uid", f"{span.key}.{product}".lower())
        entry.add("sequence", span.version)
        entry.add("dtstamp", made_at)
        entry.add("dtstart", span.begins_at)
        if span.ends_at is not None:
            entry.add("dtend", span.ends_at)
        entry.add("summary", f"{product} {span.code}")
        entry.add("class", "CONFIDENTIAL")
        found.add_component(entry)
    return bytes(found.to_ical())
