"""The columns that a form has as a file: the same fields in the same order under the same labels, one line for each stop. Templates are
written with them, files that come in are read by them, and what is taken out has them again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.activity import Side
from deconflict.domain.places import fold
from deconflict.schemas.fields import Count
from deconflict.web.clock import now
from deconflict.web.filing_pages import Pages, mission
from deconflict.web.language import LOCALES, named
from deconflict.web.sheet_answers import Answers, answers_of

KEY = "_key"  # the number by which whoever keeps the list knows a line of it
# Asked once for a whole file, or of a single position when it is looked at.
ASKED_ONCE = ("disclaimer", "confirmed_by")
PARTS = {"date": _l("date"), "from": _l("earliest"), "to": _l("latest"), "time": _l("time")}
TO_MEND = _l("What is to be done")  # the header of what is added to a list that is given back
TAGS = {
    KEY: "#meta+id",
    "kind": "#activity+type",
    "activity": "#activity+stop",
    "place": "#loc+name",
    "position": "#geo+coord",
    "vehicles": "#capacity+vehicles+num",
    "persons": "#capacity+persons+num",
    "level": "#access+level",
    "name": "#loc+site+name",
    "operator": "#org+name",
    "co_operators": "#org+partner",
    "title": "#activity+name",
    "category": "#sector",
}


@dataclass(frozen=True, slots=True)
class Col:
    """`field` of the page, of a stop without its number (`place`); `header` and the words of `choices` (by code) in the language that was
    current; `tag` of HXL; `kind` as files.sheets.Column."""

    field: str
    header: str
    tag: str
    of_stop: bool
    choices: Mapping[str, str]
    kind: str

    @property
    def target(self) -> str:
        """What it fills in for the first stop of a line."""
        return f"stops-0-{self.field}" if self.of_stop else self.field


def columns_of(pages: Pages, what: str) -> tuple[Col, ...]:
    """In the language that is current. The mission writes date-time groups where others write times."""
    sheet = pages.sheets[what]
    answers = answers_of(sheet, (sheet.schema or pages.schema)(mission(), now()), mission())
    parts = (sheet.layout.before, sheet.layout.stop, sheet.layout.after)
    found = [Col(KEY, _("Your number"), TAGS[KEY], of_stop=False, choices={}, kind="text")]
    for part in parts:
        of_stop, of_groups = part is sheet.layout.stop, pages.side is Side.MISSION
        found += _columns(part, answers, pages.options.get("days", {}), of_stop=of_stop, of_groups=of_groups)
    return tuple(found)


def headers_of(pages: Pages, what: str) -> dict[str, str]:
    """The field that a header means, by the header folded: in any language of ours, by its tag, or by its own name."""
    found: dict[str, str] = {}
    for locale in LOCALES.values():
        with force_locale(locale):
            for col in columns_of(pages, what):
                for said in (col.header, col.field):
                    found.setdefault(fold(said), col.target)
                found.setdefault(col.tag, col.target)
                if col.of_stop:
                    found |= {
                        fold(f"{col.header} {n}"): f"stops-{n - 1}-{col.field}" for n in range(2, MOST_PLACES + 1)
                    }
    return found


def codes_of(pages: Pages, what: str) -> dict[str, dict[str, str]]:
    """By field the code that an answer means, by its words folded, in any language of ours."""
    found: dict[str, dict[str, str]] = {}
    for locale in LOCALES.values():
        with force_locale(locale):
            for col in columns_of(pages, what):
                if col.choices:
                    said = found.setdefault(col.field, {})
                    said |= {fold(words): code for code, words in col.choices.items()}
                    said |= {fold(code): code for code in col.choices}
    return found


MOST_PLACES = 4  # that one line may have in columns of their own


def _columns(
    part: Mapping[str, Any], answers: Answers, days: Mapping[str, Any], *, of_stop: bool, of_groups: bool
) -> Iterator[Col]:
    fields = [(name, said) for name, said in part.items() if name not in ASKED_ONCE and not name.startswith("sure_")]
    for said, group in groupby(fields, key=lambda one: str(one[1])):
        names = [name for name, _said in group]
        for name in names:
            header = said if len(names) == 1 else named(said, days.get(name) or PARTS.get(name.rpartition("_")[2], ""))
            tag = TAGS.get(name, f"#meta+{name}")
            if name.endswith(("_date", "_from", "_to", "_time")):
                tag = "#date+" + name.replace("_", "+")
            choices = answers.of(name, at_stop=of_stop)
            known = (answers.of_stop if of_stop else answers.fields).get(name)
            kind = "text" if choices or of_groups else _kind(name, known)
            yield Col(name, header, tag, of_stop, choices, kind)


def _kind(name: str, field: Any) -> str:
    if isinstance(field, Count):
        return "number"
    if name.endswith(("_date", "_on")) or name == "valid_from":
        return "date"
    return "time" if name.endswith(("_from", "_to", "_time")) or name in ("opens", "closes") else "text"


def lines_of(cols: tuple[Col, ...], key: str, values: Mapping[str, str], stops: int) -> list[list[str]]:
    """The lines of one item, a stop on each; what is of the whole stands on the first. Answers in the words of the columns."""
    found = []
    for n in range(max(stops, 1)):
        line = []
        for col in cols:
            name = f"stops-{n}-{col.field}" if col.of_stop else col.field
            text = values.get(name, "") if col.of_stop or not n else ""
            line.append(key if col.field == KEY else col.choices.get(text, text))
        found.append(line)
    return found
