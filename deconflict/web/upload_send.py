"""What is done with the lines of a list: looked at, sent, mended; as many at once as somebody waits for, the rest at the next press."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain import uploads as where
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.uploads import UploadFacts
from deconflict.schemas.notices import DISCLAIMER_VERSION
from deconflict.services import drafts
from deconflict.services import filing as filings
from deconflict.services import uploads as service
from deconflict.store import uploads as store
from deconflict.store.base import db
from deconflict.store.items import Item
from deconflict.store.moves import LOST
from deconflict.store.uploads import EntryRow
from deconflict.web import filing_drafts
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import Pages, mission
from deconflict.web.forms_ui import Form
from deconflict.web.intake import number
from deconflict.web.upload_look import Looked, key_of, look, sure

PATIENCE_S = 2.0  # of one answer on a slow line
BATCH = 200
SECOND = N_("In your organisation a focal point sends what others write. Ask one to read it and send it.")
MEANWHILE = N_(
    "A colleague has sent lines with the same numbers since you looked at yours. Say below whether this list continues that one, "
    "or send it again as a list of its own."
)


def before_of(upload: UploadFacts) -> dict[str, Item]:
    """What its lines became in earlier editions, by mark."""
    return {} if upload.list_id is None else store.items_of_list(db.session(), upload.list_id)


def looked_at(
    pages: Pages, upload: UploadFacts, row: EntryRow, before: Mapping[str, Item], answers: Mapping[str, str]
) -> Looked:
    return look(pages, upload.sheet, row.said, _known(upload, row, before), answers)


def _known(upload: UploadFacts, row: EntryRow, before: Mapping[str, Item]) -> Item | None:
    """What the line became in an earlier edition; what bears the reference that it has for a number, as lists do that were taken out here;
    what somebody made of this very line in the ordinary form."""
    if (item := before.get(row.mark)) is not None:
        return item
    session, by, said = db.session(), current_audience(), row.said
    return store.item_by_reference(session, said["key"], by) or store.item_by_key(
        session, key_of(upload.sheet, row.mark, said, None), by
    )


def check(pages: Pages, upload: UploadFacts) -> None:
    """Lines that were not looked at yet, for as long as somebody waits."""
    until, before = time.monotonic() + PATIENCE_S, before_of(upload)
    found: dict[int, tuple[str, str]] = {}
    for row in store.entries_of(db.session(), upload, [where.WAITS], skip=0, most=BATCH):
        looked = looked_at(pages, upload, row, before, {})
        found[row.n] = (looked.state, looked.view.reference if looked.view else "")
        if time.monotonic() > until:
            break
    service.looked_at(upload, found, current_audience(), now())


def begin(pages: Pages, upload: UploadFacts) -> Form | None:
    """The list is to be sent, with what is asked once for all of it. The form with what is to be mended; None once it is on its way."""
    if waits_for_second(pages, upload):
        return Form({}, {"": [_(SECOND)]})
    layout = pages.sheets[upload.sheet].layout
    asked = [name for name in ("confirmed_by", "disclaimer") if name in {**layout.before, **layout.after}]
    typed: dict[str, str] = {name: request.form.get(name, "")[:40] for name in asked}
    wrong = {}
    if "disclaimer" in asked and typed["disclaimer"] != DISCLAIMER_VERSION:
        wrong["disclaimer"] = [_("Read the clause and tick it.")]
    if "confirmed_by" in asked and typed["confirmed_by"] not in pages.asked().get("colleagues", {}):
        wrong["confirmed_by"] = [_("Say which colleague checked the positions, or that nobody could.")]
    if wrong:
        return Form(typed, wrong)
    said = store.said_of(db.session(), upload)
    if not service.begin_sending(upload, typed, said, current_audience(), now()):
        return Form(typed, {"": [_(MEANWHILE)]})
    return None


def waits_for_second(pages: Pages, upload: UploadFacts) -> bool:
    """Whether a focal point has to send it, as the first of its lines tells."""
    ready = store.entries_of(db.session(), upload, where.SENT, skip=0, most=1)
    first = looked_at(pages, upload, ready[0], before_of(upload), {}).filing if ready else None
    return first is not None and drafts.needs_second(first, current_audience())


def send(pages: Pages, upload: UploadFacts) -> None:
    """Lines that are right, for as long as somebody waits; what cannot leave is told at its line."""
    until, by, before = time.monotonic() + PATIENCE_S, current_audience(), before_of(upload)
    answers = store.said_of(db.session(), upload)["answers"]
    rows = store.entries_of(db.session(), upload, where.SENT, skip=0, most=BATCH)
    failed: dict[int, str] = {}
    refused: dict[int, Refused] = {}
    done = 0
    for row in rows:
        try:
            state = _sent(pages, upload, row, _known(upload, row, before), answers)
        except Refused as error:
            state, refused[row.n] = where.WRONG, error
        if state != where.FILED:
            failed[row.n] = state
        done += 1
        if time.monotonic() > until:
            break
    over = done == len(rows) and len(rows) < BATCH
    service.stopped(upload, failed, by, now(), over=over, refused=refused)


def _sent(pages: Pages, upload: UploadFacts, row: EntryRow, item: Item | None, answers: Mapping[str, str]) -> str:
    """Where the line stands then. Raises Refused for what is right in itself and may not leave."""
    by, n, said = current_audience(), row.n, row.said
    also = service.settle(upload, n)
    looked = look(pages, upload.sheet, said, item, answers)
    if looked.filing is None or looked.state not in where.SENT:
        return looked.state
    try:
        if drafts.needs_second(looked.filing, by):
            raise Refused(SECOND)  # it was asked for since the others left
        if looked.state == where.AMENDS and looked.view is not None:
            filings.amend_item(
                looked.view.reference, looked.filing, looked.view.version, by, mission(), now(), also=also
            )
            return where.FILED
        key = key_of(upload.sheet, row.mark, said, item)
        twin = filings.filed_before(key, by)
        done = twin or filings.file_item(looked.filing, by, key, mission(), now(), also=also)
        if twin is not None or store.state_of(db.session(), upload, n) != where.FILED:
            service.filed(upload, n, done.reference, by, now())
        return where.FILED
    except (LostRace, NotFound):
        return where.WAITS  # somebody changed it in between: it is looked at again


def say_right(pages: Pages, upload: UploadFacts, n: int) -> None:
    """What was doubted of a line is as it is meant."""
    row = store.entry_of(db.session(), upload, n)
    if row is None:
        raise NotFound
    looked = looked_at(pages, upload, row, before_of(upload), {})
    if looked.state != where.DOUBT:
        raise LostRace(LOST)
    said = sure(row.said, looked)
    again = look(pages, upload.sheet, said, _known(upload, row, before_of(upload)), {})
    service.change(upload, n, again.state, current_audience(), now(), said)


def follow(pages: Pages, upload: UploadFacts, wanted: str) -> None:
    """`wanted`: a list's number, or nothing for a list of its own. Raises NotFound."""
    by = current_audience()
    known = store.lists_with(db.session(), by, pages.side, upload.sheet, store.marks_of(db.session(), upload))
    list_id = number(wanted)
    if wanted and list_id not in known:
        raise NotFound
    service.follow(upload, list_id, by, now())
    check(pages, replace(upload, list_id=list_id))


def to_form(pages: Pages, upload: UploadFacts, n: int) -> Response:
    """The line as a draft in the ordinary form, with its place under the draft's key; here it is left out from then on."""
    row = store.entry_of(db.session(), upload, n)
    if row is None or row.state == where.FILED:
        raise NotFound
    before = _known(upload, row, before_of(upload))
    looked = look(pages, upload.sheet, row.said, before, {})
    view = looked.view
    values = {name: text for name, text in looked.typed.values.items() if name not in ("disclaimer", "confirmed_by")}
    typed = replace(
        looked.typed,
        values=values,
        key=key_of(upload.sheet, row.mark, row.said, before),
        base=view.version if view else 0,
    )
    try:
        kept = drafts.keep(
            filing_drafts.as_draft(pages, upload.sheet, typed, view.reference if view else ""),
            current_audience(),
            now(),
        )
        if not kept:
            raise LostRace(LOST)
        service.change(upload, n, where.LEFT, current_audience(), now())
    except NotFound:
        raise
    except Refused as error:
        flash(_(error.sentence, **error.facts), "error")
        return redirect(url_for("uploads.show", key=upload.key), 303)
    return redirect(url_for(f"{pages.name}.draft", key=typed.key), 303)
