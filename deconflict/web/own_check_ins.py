"""What a team said on its way, in words: on its owner's page, with the buttons to say more, and on the desk's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deconflict.domain.check_ins import CheckIn, Kind, Step, ahead, read_step, steps, view_of_check_ins
from deconflict.domain.disclosure import ItemView
from deconflict.services.check_ins import check_in
from deconflict.store.base import db
from deconflict.store.check_ins import noted_of
from deconflict.web.acts import press as pressed
from deconflict.web.audience import current_audience
from deconflict.web.clock import now
from deconflict.web.desk_words import HOW
from deconflict.web.filing_pages import Pages, mission, own_versions
from deconflict.web.filing_words import Words, in_words, moment_words
from deconflict.web.language import named

KINDS = {Kind.DEPARTED: _l("We have left"), Kind.ARRIVED: _l("We have arrived"), Kind.DELAYED: _l("We will be late")}
METHODS = {"web": _l("on this system"), "code_page": _l("with the code"), "relay": _l("heard and written down by OCHA")}


@dataclass(frozen=True, slots=True)
class Said:
    """One line. `way`: how it came; for the desk also how it was heard."""

    words: str
    at: str
    way: str


@dataclass(frozen=True, slots=True)
class Shown:
    """`coming` and `others`: steps by name and their words, to press or to choose. `code` for the owner alone."""

    said: list[Said]
    coming: dict[str, str]
    others: dict[str, str]
    is_open: bool
    code: str | None


def on_own_page(view: ItemView) -> Shown:
    """For its owner, who reads nothing of it any more once its hours are kept no longer, whatever the rows hold."""
    noted = noted_of(db.session(), view.reference, mission(), now())
    return _shown(view, () if noted.is_old else noted.said, is_open=noted.is_open, code=noted.code)


def on_desk(view: ItemView, *, sensitive: bool) -> Shown:
    """For an officer who may read this notice."""
    noted = noted_of(db.session(), view.reference, mission(), now())
    return _shown(view, noted.said, is_open=noted.is_open, sensitive=sensitive)


def press(pages: Pages, reference: str) -> Response:
    """One big button. Raises NotFound."""
    view = own_versions(pages, reference)[-1]
    step = read_step(request.form.get("step", ""))

    def do() -> str:
        check_in(reference, step, current_audience(), mission(), now())
        said = _step_words(step, in_words(view, mission())) if step else ""  # none is refused above
        noted = _("Noted.")
        return f"{noted} {said}."

    return pressed(url_for(f"{pages.name}.show", reference=reference), do)


def _shown(
    view: ItemView, rows: Iterable[CheckIn], *, is_open: bool, sensitive: bool = False, code: str | None = None
) -> Shown:
    said = view_of_check_ins(rows, current_audience(), own=view.own, sensitive=sensitive)
    words, stops = in_words(view, mission()), view.stops or ()
    coming, others = ahead(stops, {one.step for one in said if one.version == view.version})
    return Shown(
        [_said(one, words, view.version, steps(stops)) for one in said],
        {step.name: _step_words(step, words) for step in coming},
        {step.name: _step_words(step, words) for step in others},
        is_open=is_open,
        code=code,
    )


def _said(one: CheckIn, words: Words, version: int, known: Sequence[Step]) -> Said:
    """Of an earlier version without the place, which may be another by now."""
    if one.version == version and one.step in known:
        text = _step_words(one.step, words)
    else:
        text = _(
            "%(said)s: stop %(number)s of version %(version)s",
            said=KINDS[one.step.kind],
            number=one.step.stop,
            version=one.version,
        )
    way = [METHODS[one.method], _how(one.how), _("read back") if one.read_back else ""]
    return Said(text, moment_words(one.at), ", ".join(str(part) for part in way if part))


def _step_words(step: Step, words: Words) -> str:
    title = next((stop.title for stop in words.stops if stop.number == step.stop), "")
    return _("%(said)s: stop %(number)s, %(place)s", said=KINDS[step.kind], number=step.stop, place=title)


def _how(kept: str) -> str:
    """`radio: the driver, at noon` in the reader's words."""
    how, _colon, words = kept.partition(": ")
    said: Any = HOW.get(how, how)
    return named(said, words) if words else str(said)
