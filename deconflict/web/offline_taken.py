"""What was written without a network, when it arrives. Nobody looks at it once more in words, so it is filed only where nothing about it
is in doubt; else it waits as a draft in the usual form, and OCHA knows nothing of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from deconflict.domain.errors import NotFound, Refused
from deconflict.services import drafts
from deconflict.services import filing as service
from deconflict.services.filing import Filed
from deconflict.store.base import db
from deconflict.store.drafts import draft_by_key
from deconflict.web import filing_form
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_drafts import as_draft
from deconflict.web.filing_form import Errors, Typed
from deconflict.web.filing_notes import in_the_past, of_places
from deconflict.web.filing_pages import Pages, filings_of, mission, own_versions
from deconflict.web.filing_words import StopWords, in_words
from deconflict.web.filing_write import ask_second, read_filing
from deconflict.web.language import named

Answer = dict[str, Any]


def taken(pages: Pages, what: str, typed: Typed) -> Answer:
    """`state`: filed; asked (a focal point is to send it); draft (something is to be mended); held (it could not be taken and stays
    where it is). `said` in the reader's language, `stops` as they were understood, `url` where it goes on."""
    by = current_audience()
    if (before := service.filed_before(typed.key, by)) is not None:
        return _filed_before(pages, what, typed, before)
    if (kept := draft_by_key(db.session(), typed.key, by)) is not None:  # what was mended since is not written over
        return _asked(pages) if kept.asked_at else _draft(pages, typed)
    filing, errors = read_filing(pages, what, typed, None)
    if filing is None or errors:
        return _to_mend(pages, what, typed, errors)
    if (
        min(window.earliest for stop in filing.stops for window in stop.windows) < now()
    ):  # it lay on the telephone for too long
        return _to_mend(pages, what, typed, {"": [in_the_past()]})
    try:
        if drafts.needs_second(filing, by):
            ask_second(pages, what, typed, filing)
            return _asked(pages)
        return _filed(pages, service.file_item(filing, by, typed.key, mission(), now()), of_places(filing))
    except NotFound:
        raise
    except Refused as error:
        return _to_mend(pages, what, typed, {error.field or "": [_(error.sentence, **error.facts)]})


def _filed_before(pages: Pages, what: str, typed: Typed, done: Filed) -> Answer:
    """What comes again as it was filed is answered as then; of anything else nobody is to think that it was sent."""
    filing, _errors = read_filing(pages, what, typed, None)
    if filing is None or filing in filings_of(pages, done.reference):
        return _filed(pages, done)
    said = _(
        "This page was sent already, as %(reference)s, and what you changed since was not. Amend that one.",
        reference=done.reference,
    )
    return {"state": "held", "said": said, "stops": [], "url": ""}


def _filed(pages: Pages, done: Filed, doubts: Iterable[str] = ()) -> Answer:
    """The same words whatever the other side has filed (RUL-11). `doubts`: what its owner should look at all the same."""
    words = in_words(own_versions(pages, done.reference)[-1], mission())
    said = [_("Sent to OCHA. Your reference: %(reference)s.", reference=done.reference)]
    if done.late:
        said += [
            _(
                "It was filed late. It is accepted all the same, and marked as late. If departure is near, call the desk as well."
            )
        ]
    said += [*doubts, _("This system does not know of every armed presence. Without a message, conclude nothing.")]
    url = url_for(f"{pages.name}.show", reference=done.reference)
    return {"state": "filed", "said": " ".join(said), "stops": [_stop(stop) for stop in words.stops], "url": url}


def _stop(stop: StopWords) -> str:
    return "; ".join([stop.title, *(named(fact.label, fact.text) for fact in stop.facts)])


def _asked(pages: Pages) -> Answer:
    said = _("It waits for a focal point of your organisation, who gets an e-mail. OCHA knows nothing of it yet.")
    return {"state": "asked", "said": said, "stops": [], "url": url_for(f"{pages.name}.mine")}


def _draft(pages: Pages, typed: Typed, lacking: str = "") -> Answer:
    said = _("It is NOT sent: it waits among your drafts, with what is to be mended. OCHA knows nothing of it yet.")
    url = url_for(f"{pages.name}.draft", key=typed.key)
    return {"state": "draft", "said": f"{said} {lacking}".strip(), "stops": [], "url": url}


def _to_mend(pages: Pages, what: str, typed: Typed, errors: Errors) -> Answer:
    layout = pages.sheets[what].layout
    labels = layout.labels(typed.stops)
    found = filing_form.problems(typed, errors, layout)
    lacking = [
        named(labels[name], " ".join(texts)) if name in labels else " ".join(texts) for name, texts in found.items()
    ]
    try:
        kept = drafts.keep(as_draft(pages, what, typed), current_audience(), now())
    except Refused as error:
        return {"state": "held", "said": _(error.sentence, **error.facts), "stops": [], "url": ""}
    if not kept:
        said = _("This form was used already. Open a new one and start again.")
        return {"state": "held", "said": said, "stops": [], "url": ""}
    return _draft(pages, typed, " ".join(lacking[:3]))
