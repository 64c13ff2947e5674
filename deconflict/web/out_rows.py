"""Items as lines of a table: the columns that files come in with, one line for each stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flask_babel import gettext as _

from deconflict.domain.filing import SEALED
from deconflict.domain.taken_out import OutItem
from deconflict.files.sheets import Column
from deconflict.web.filing_form import amending
from deconflict.web.filing_pages import mission
from deconflict.web.upload_columns import KEY, Col

OWNER, NOTE = "_owner", "_note"
WIDTHS = {"date": 12, "time": 9, "number": 9}


def table_columns(cols: Sequence[Col], *, of_others: bool) -> tuple[Col, ...]:
    """With whose it is, in a file of others', and with the line that says what file it was taken from, on every line: lines are copied into
    other files."""
    owner = Col(OWNER, _("Organisation"), "#org", of_stop=False, choices={}, kind="text")
    note = Col(NOTE, _("Taken out"), "#meta+note", of_stop=False, choices={}, kind="text")
    return (*cols[:1], *((owner,) if of_others else ()), *cols[1:], note)


def sheet_columns(cols: Iterable[Col]) -> list[Column]:
    """The same as a workbook has them."""
    return [
        Column(col.header, col.tag, WIDTHS.get(col.kind, 18), tuple(col.choices.values()), kind=col.kind)
        for col in cols
    ]


def rows(cols: Sequence[Col], items: Iterable[OutItem], note: str) -> Iterator[list[str]]:
    for item in items:
        yield from _lines(cols, item, note)


def _lines(cols: Sequence[Col], item: OutItem, note: str) -> Iterator[list[str]]:
    ours = {KEY: item.reference, OWNER: item.organisation or "", NOTE: note}
    if item.filing is None:
        ours[NOTE] = _(
            "%(reference)s cannot be shown. Call the desk and give this reference.", reference=item.reference
        )
        yield [ours.get(col.field, "") for col in cols]
        return
    typed = amending(item.filing, item.version, mission())
    values = _as_chosen(typed.values, typed.stops) | ours
    values |= dict.fromkeys(SEALED, "")
    for n in range(typed.stops if any(col.of_stop for col in cols) else 1):
        named = ((col, f"stops-{n}-{col.field}" if col.of_stop else col.field) for col in cols)
        yield [col.choices.get(values.get(name, ""), values.get(name, "")) for col, name in named]


def _as_chosen(values: dict[str, str], stops: int) -> dict[str, str]:
    """Where somebody chose the likely correction of a position it stands instead of what he had typed: read again, that would be asked
    about again."""
    found = dict(values)
    for n in range(stops):
        chosen = found.pop(f"stops-{n}-correction", "")
        if chosen:
            where = "position" if f"stops-{n}-position" in found else "place"
            found[f"stops-{n}-{where}"] = chosen
    return found
