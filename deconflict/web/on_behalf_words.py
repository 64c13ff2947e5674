"""What was entered for an organisation, in words: of whom and how it was heard; and what is read back to whoever called, in the language
that he speaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.disclosure import ItemView
from deconflict.domain.on_behalf import Act, Back, Entry, Way, entries_for
from deconflict.schemas.on_behalf import BACKS, WAYS
from deconflict.store.base import db
from deconflict.store.on_behalf import entries_of
from deconflict.web.audience import current_audience
from deconflict.web.filing_pages import mission
from deconflict.web.filing_words import in_words, moment_words
from deconflict.web.language import LOCALES, named

ACTS = {
    Act.FILE: _l("Entered by OCHA for you on %(time)s"),
    Act.AMEND: _l("Changed by OCHA for you on %(time)s"),
    Act.CANCEL: _l("Cancelled by OCHA for you on %(time)s"),
}
FOR_OCHA = {
    Act.FILE: _l("Entered for its owner on %(time)s by %(name)s"),
    Act.AMEND: _l("Changed for its owner on %(time)s by %(name)s"),
    Act.CANCEL: _l("Cancelled for its owner on %(time)s by %(name)s"),
}


@dataclass(frozen=True, slots=True)
class EntryWords:
    """One act: what and when, then how it was heard."""

    version: int
    what: str
    how: str


def entered(reference: str, *, own: bool, sensitive: bool = False, old: bool = False) -> list[EntryWords]:
    """Everything that was entered for the owner of this item, as whoever looks may read it. `old`: its exact form is kept no longer by
    the clock, and whether the row still holds the number would tell its owner of a case or a hold (RUL-6)."""
    found = entries_for(entries_of(db.session(), reference), current_audience(), own=own, sensitive=sensitive)
    found = [replace(one, number="") for one in found] if old else found
    return [EntryWords(one.version, _what(one), _how(one)) for one in found]


def _what(entry: Entry) -> str:
    said = {"time": moment_words(entry.at), "name": entry.by}
    return str((FOR_OCHA if entry.by else ACTS)[Act(entry.act)]) % said


def _how(entry: Entry) -> str:
    caller = _("Caller: %(name)s", name=entry.caller) if entry.caller else _("Caller: a voice that is known")
    back = str(BACKS[Back(entry.back)])
    parts = [
        f"{caller}, {moment_words(entry.called_at)}",
        str(WAYS[Way(entry.way)]),
        named(back, entry.number) if entry.number else back,
        _("Read back at %(time)s", time=moment_words(entry.read_back_at)),
    ]
    return ". ".join(parts) + "."


def script(view: ItemView, language: str, unread: dict[str, str], *, in_clear: bool) -> list[str]:
    """Short sentences to read out, one after another, in the caller's `language`. `unread`: what the page does not show to whoever
    writes, by label, as typed. `in_clear`: anybody may listen, so that they stay out, and so does the team's number."""
    with force_locale(LOCALES.get(language, LOCALES["fr"])):
        return list(_sentences(view, {} if in_clear else unread, in_clear=in_clear))


def _sentences(view: ItemView, unread: dict[str, str], *, in_clear: bool) -> Iterator[str]:
    words = in_words(view, mission())
    yield _("I read back what I wrote. Say stop when something is wrong.")
    for stop in words.stops:
        yield _("Stop %(number)s: %(place)s.", number=stop.number, place=stop.title)
        # The figures of a site's position are what it is about.
        yield from (f"{named(fact.label, fact.text)}." for fact in stop.facts if fact.key != "place" or view.site)
    yield from (
        f"{named(fact.label, fact.text)}."
        for fact in words.facts
        if not (in_clear and fact.key in ("communications", "second_phone", "escort_by"))
    )
    yield from (f"{named(label, text)}." for label, text in unread.items() if text)
    yield _("Is all of this right?")
