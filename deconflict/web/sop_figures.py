"""The figures of a draft of the SOP as a form: each beside what it is called, in three pages of one kind each."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.rule_table import rows
from deconflict.domain.sop_text import WrongSop
from deconflict.schemas.sop_figures import Figure, figures, part_of, with_figures
from deconflict.services import sop_versions
from deconflict.services.sop_versions import WRITERS
from deconflict.store.sop import SopVersion
from deconflict.web.acts import Page
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission
from deconflict.web.effect_words import severities
from deconflict.web.figure_words import TABLES, in_words, label, wrong_words
from deconflict.web.forms_ui import Form, said, typed
from deconflict.web.language import current_language
from deconflict.web.sop_versions import found, is_open

bp = Blueprint("sop_figures", __name__, url_prefix="/sop/versions/<int:version_id>/figures")
NAMES = {"rules": _l("Rules"), "clocks": _l("Clocks"), "engine": _l("Everything else")}


@bp.get("/<part>")
@audience(*WRITERS)
def page(version_id: int, part: str) -> str:
    version = _draft(version_id, part)
    return _page(version, part, Form({"seen": version.digest}))


@bp.post("/<part>")
@audience(*WRITERS)
def change(version_id: int, part: str) -> Page:
    version = _draft(version_id, part)
    values = typed(request.form)
    text, wrong = with_figures(version.text, {name: str(value) for name, value in values.items()})
    errors = {name: [wrong_words(what)] for name, what in wrong.items()}
    if not errors:
        try:
            seen = str(values.get("seen", ""))
            sop_versions.write(version.id, seen, text, current_audience(), mission(), now())
        except NotFound:
            raise
        except WrongSop as error:
            first = _("These figures do not go together. The check of the file says, in English:")
            errors = {"": [first, *error.problems]}
        except LostRace as error:
            flash(said(error), "error")
            return redirect(url_for("sop_versions.show", version_id=version.id), 303)
        except Refused as error:
            errors = {"": [said(error)]}
    if errors:
        return _page(version, part, Form(values, errors)), 422
    flash(_("Written. Read below what it changes."))
    return redirect(url_for("sop_versions.show", version_id=version.id), 303)


def _draft(version_id: int, part: str) -> SopVersion:
    version = found(version_id)
    if part not in NAMES or not is_open(version):
        raise NotFound
    return version


def _page(version: SopVersion, part: str, form: Form) -> str:
    mine = [figure for figure in figures(version.text) if part_of(figure.key) == part]
    values = {figure.name: in_words(figure.kind, figure.shown) for figure in mine} | dict(form.values)
    groups = _of_rules(version, mine) if part == "rules" else list(_of_tables(mine))
    return render_template(
        "sop/figures.html",
        version=version,
        part=part,
        parts=NAMES,
        groups=groups,
        labels={figure.name: label(figure.key) for figure in mine},
        severities=severities(),
        form=Form(values, form.errors),
    )


Group = tuple[str, str, list[Figure]]  # its heading, a sentence about it, its figures


def _of_rules(version: SopVersion, mine: list[Figure]) -> list[Group]:
    why = _reasons(version)
    ids = list(dict.fromkeys(figure.key[1] for figure in mine if figure.key[0] == "rule"))
    of_rules = [(id, why.get(id, ""), [f for f in mine if f.key[:2] == ("rule", id)]) for id in ids]
    return of_rules + list(_of_tables([figure for figure in mine if figure.key[0] != "rule"]))


def _reasons(version: SopVersion) -> dict[str, str]:
    """By the id of a rule whom it is about and why; nothing where the other files of the profile have changed under it."""
    try:
        pack = mission().with_sop(version.text).pack
    except WrongSop:
        return {}
    return {row.id: f"{row.humanitarian} / {row.mission}. {row.why}" for row in rows(pack, current_language())}


def _of_tables(mine: list[Figure]) -> Iterator[Group]:
    for name, heading in TABLES.items():
        if some := [figure for figure in mine if figure.key[0] == name]:
            yield str(heading), "", some
    others = [figure for figure in mine if figure.key[0] not in TABLES]
    if others:
        yield _("Everything else"), "", others
