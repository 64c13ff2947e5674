"""What the pages of a list show: which column is what, how far it is, and each line in words with what is to be mended in which cell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain import uploads as where
from deconflict.domain.places import fold
from deconflict.domain.uploads import UploadFacts, is_open_to
from deconflict.services.uploads import REFUSED
from deconflict.store import uploads as store
from deconflict.store.base import db
from deconflict.store.uploads import EntryRow
from deconflict.web import filing_form
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.filing_notes import notes
from deconflict.web.filing_pages import Pages, mission, own_versions
from deconflict.web.filing_words import Change, Words, changes, in_words, moment_words
from deconflict.web.forms_ui import Form
from deconflict.web.upload_forms import FORMS
from deconflict.web.upload_in import lacking, table_of, targets
from deconflict.web.upload_look import Looked, draft_view
from deconflict.web.upload_send import before_of, looked_at, waits_for_second

PER_PAGE = 20
# In the order in which they are told of.
STATES = {
    where.WRONG: _l("to mend"),
    where.DOUBT: _l("to be looked at once more"),
    where.NEW: _l("new"),
    where.AMENDS: _l("changed"),
    where.SAME: _l("as it was sent before"),
    where.LEFT: _l("left out"),
    where.FILED: _l("sent"),
    where.WAITS: _l("not looked at yet"),
}
TICK_OF = re.compile(r"(stops-\d+)-sure_\w+")


@dataclass(frozen=True, slots=True)
class Fault:
    """`cell` as a spreadsheet calls it, empty where it is of none; `label` the field; `text` how to mend it."""

    cell: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class LineView:
    """One item of the list. `number` its owner's, `lines` of the file; `faults` to mend or, in doubt, to be looked at;
    `again`: left out, or refused when it was sent, and may be taken up."""

    n: int
    number: str
    lines: str
    state: str
    reference: str
    words: Words | None
    typed: str
    faults: list[Fault]
    changed: list[Change]
    notes: list[str]
    again: bool


@dataclass(frozen=True, slots=True)
class ListView:
    """A list among one's own."""

    key: str
    title: Any
    sent: str
    counts: list[tuple[Any, int]]
    own: bool


def rows() -> list[ListView]:
    who = current_audience()
    found = [
        upload for upload in store.uploads_of(db.session(), who) if upload.sheet in FORMS and is_open_to(upload, who)
    ]
    return [
        ListView(
            upload.key,
            FORMS[upload.sheet].sheets[upload.sheet].paper,
            moment_words(upload.kept_at),
            _counted(store.counts_of(db.session(), upload)),
            upload.person_id == who.person_id,
        )
        for upload in found
    ]


def columns(pages: Pages, upload: UploadFacts, form: Form) -> str:
    table, reading = table_of(upload)
    values = {f"col-{target}": table.header[n] for target, n in reading.columns.items() if n < len(table.header)}
    values |= {f"all-{name}": text for name, text in reading.same.items()}
    missing = [] if form.errors else [col.header for col in lacking(pages, upload.sheet, reading)]
    return render_template(
        "uploads/columns.html",
        pages=pages,
        upload=upload,
        form=Form(values | dict(form.values), form.errors),
        targets=targets(pages, upload.sheet),
        headers=[header for header in table.header if header],
        sample=[(header, _sample(table.lines, n)) for n, header in enumerate(table.header) if header],
        missing=missing,
        withheld=reading.withheld,
    )


def going(pages: Pages, upload: UploadFacts) -> str:
    counts = store.counts_of(db.session(), upload)
    left = counts.get(where.WAITS, 0) if upload.state == where.CHECKING else sum(counts.get(s, 0) for s in where.SENT)
    whole = sum(counts.values())
    return render_template("uploads/going.html", pages=pages, upload=upload, done=whole - left, whole=whole)


def lines(pages: Pages, upload: UploadFacts, form: Form, *, page: int, only: str) -> str:
    """`only`: lines that stand there."""
    session, who = db.session(), current_audience()
    counts, said, before = store.counts_of(session, upload), store.said_of(session, upload), before_of(upload)
    shown = [only] if only in STATES else list(STATES)
    to_mend = (where.WRONG, where.DOUBT)
    found = store.entries_of(session, upload, shown, skip=page * PER_PAGE, most=PER_PAGE + 1, first=to_mend)
    views = [_line(pages, upload, row, looked_at(pages, upload, row, before, {})) for row in found[:PER_PAGE]]
    gone = store.gone_from(session, upload.list_id, store.marks_of(session, upload), now()) if upload.list_id else []
    layout = pages.sheets[upload.sheet].layout
    return render_template(
        "uploads/show.html",
        pages=pages,
        sheet=pages.sheets[upload.sheet],
        upload=upload,
        form=form,
        states=STATES,
        counts=_counted(counts),
        by_state=counts,
        only=only if only in STATES else "",
        lines=views,
        page=page,
        more=len(found) > PER_PAGE,
        leaving=sum(counts.get(state, 0) for state in where.SENT),
        unread=said["unread"],
        withheld=said["withheld"],
        second=waits_for_second(pages, upload),
        asks={**layout.before, **layout.after}.keys() & {"confirmed_by", "disclaimer"},
        options={**pages.options, **pages.asked()},
        gone=[(item.reference, _said(pages, item.reference)) for item in gone[:PER_PAGE]],
        gone_more=max(len(gone) - PER_PAGE, 0),
        lists=_lists(pages, upload),
        own=upload.person_id == who.person_id,
    )


def faults_of(pages: Pages, what: str, said: Mapping[str, Any], looked: Looked) -> list[Fault]:
    """In the order of the form; of a field that no cell filled in, without one."""
    layout = pages.sheets[what].layout
    labels, cells = layout.labels(looked.typed.stops), said["cells"]
    found = [Fault(cell, "", _(text, **facts)) for cell, text, facts in said["wrong"]]
    if REFUSED in said:
        sentence, facts = said[REFUSED]
        found.append(Fault("", "", _(sentence, **facts)))
    plain = {name: texts for name, texts in looked.errors.items() if not (name == "" and said["wrong"])}
    for name, texts in filing_form.problems(looked.typed, plain, layout).items():
        at = TICK_OF.fullmatch(name)
        cell = cells.get(name) or (at and (cells.get(f"{at[1]}-position") or cells.get(f"{at[1]}-place"))) or ""
        found += [Fault(cell, labels.get(name, ""), str(text)) for text in texts]
    return found


def _line(pages: Pages, upload: UploadFacts, row: EntryRow, looked: Looked) -> LineView:
    said = row.said
    sent = row.state == where.FILED
    view = _filed(pages, row.reference) if sent else None
    shown = view if sent else (draft_view(looked.filing) if looked.filing is not None else None)
    words = in_words(shown, mission()) if shown else None
    changed = []
    if row.state == where.AMENDS and looked.view is not None and words is not None:
        changed = changes(in_words(looked.view, mission()), words)
    return LineView(
        n=row.n,
        number=said["key"],
        lines=", ".join(map(str, said["lines"][:6])),
        state=row.state,
        reference=row.reference,
        words=words,
        typed=_typed(said),
        faults=faults_of(pages, upload.sheet, said, looked) if row.state in (where.WRONG, where.DOUBT) else [],
        changed=changed,
        notes=notes(looked.filing, mission(), now()) if looked.filing is not None and row.state in where.SENT else [],
        again=row.state == where.LEFT or (row.state == where.WRONG and REFUSED in said),
    )


def _filed(pages: Pages, reference: str) -> Any:
    try:
        return own_versions(pages, reference)[-1]
    except Exception:
        return None


def _said(pages: Pages, reference: str) -> str:
    view = _filed(pages, reference)
    return in_words(view, mission()).summary if view is not None else ""


def _typed(said: Mapping[str, Any]) -> str:
    """The places as the file has them, for a line that cannot be read."""
    names = [
        said["values"].get(f"stops-{n}-place") or said["values"].get(f"stops-{n}-position", "")
        for n in range(said["stops"])
    ]
    return " - ".join(name[:40] for name in names if name)[:200]


def _counted(counts: Mapping[str, int]) -> list[tuple[Any, int]]:
    return [(words, counts[state]) for state, words in STATES.items() if counts.get(state)]


def _lists(pages: Pages, upload: UploadFacts) -> list[tuple[int, str, bool]]:
    """Lists that it may be another edition of: number, when it was last sent, and whether it is taken for that."""
    session = db.session()
    known = store.lists_with(session, current_audience(), pages.side, upload.sheet, store.marks_of(session, upload))
    ids = dict.fromkeys([*([upload.list_id] if upload.list_id else []), *known])
    found = store.lists_by_id(session, ids)
    return [(row.id, moment_words(row.sent_at), row.id == upload.list_id) for row in found]


def _sample(lines: Any, column: int) -> str:
    """What stands under a header, so that a person knows which it is."""
    texts = [line.cells[column] for line in lines[:50] if column < len(line.cells) and line.cells[column]]
    seen = list(dict.fromkeys(fold(text) and text[:30] for text in texts))
    return " / ".join(seen[:3])
