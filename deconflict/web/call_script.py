"""What an officer may say on the phone when there is no time for a page: the words that the side would read, in its own language, and
nothing else (RUL-8, RUL-9)."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request
from flask_babel import force_locale
from flask_babel import gettext as _

from deconflict.domain.contacted import Called
from deconflict.domain.desk import DeskItemView
from deconflict.services.preview import Preview
from deconflict.web.filing_words import half_days_words, vehicles_words
from deconflict.web.own_requests import ASKS

FIELDS = ("whom", "outcome", "how", "words")


def scripts(shown: Preview, asked: DeskItemView | None) -> list[tuple[str, list[str]]]:
    """One for each language that whoever is called reads, the first callee's first."""
    found = []
    for language in dict.fromkeys(one.language for one in (asked.callees if asked else ()) if one.language):
        with force_locale(language):
            found.append((language, list(_lines(shown))))
    return found


def _lines(shown: Preview) -> Iterator[str]:
    yield _(
        "This is the desk. I call about your file %(file)s and your own %(own)s.",
        file=_spelt(shown.reference),
        own=_spelt(shown.own),
    )
    yield str(ASKS[shown.ask])
    if shown.words.place:
        yield _("Place: %(place)s.", place=shown.words.place)
    if shown.words.half_days:
        yield _("Half-days: %(halves)s.", halves=half_days_words(shown.words.half_days))
    if shown.words.crowd is not None:
        yield _("People gather there.") if shown.words.crowd else _("No people gather there.")
    if shown.words.recognition:
        yield _("Vehicles: %(seen)s.", seen=vehicles_words(shown.words.recognition))
    yield _("Please read back to me the reference of the file, the place and the half-days.")
    yield _(
        "This is no order and gives no permission. What you decide is yours; sign in to answer and to amend your own."
    )


def _spelt(reference: str) -> str:
    """As it is read out: one by one."""
    return " ".join(reference)


def call_typed(form: str) -> tuple[str, Called]:
    """What was typed of a call, in fields of this form, and the side that was called."""
    whom, outcome, how, words = (request.form.get(f"{form}-{name}", "") for name in FIELDS)
    side, _sep, name = whom.partition(":")
    return side, Called(name, outcome, bool(request.form.get(f"{form}-read")), words, how or "phone")
