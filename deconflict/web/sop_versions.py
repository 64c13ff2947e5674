"""Versions of the SOP: what was published, what waits, a draft with what it changes and would do, and the acts of the two who sign."""

from __future__ import annotations

import re
from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from deconflict.domain import roles
from deconflict.domain.effect import Effect
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.sop_text import WrongSop, digest
from deconflict.schemas.sop_figures import differences, named
from deconflict.services import sop_endorsements, sop_versions
from deconflict.services.sop_versions import LONGEST, PROBLEMS, WRITERS, effect_key, effect_mark
from deconflict.store.base import db
from deconflict.store.sop import DRAFT, UNDECIDED, WAITING, SopVersion, endorsement_of, version_by_id, versions
from deconflict.web.acts import Page, press, submit
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.desk_case import mission, texts
from deconflict.web.effect_words import KINDS, severities
from deconflict.web.figure_words import shown, whole_label
from deconflict.web.forms_ui import Form
from deconflict.web.sop_words import STATES

bp = Blueprint("sop_versions", __name__, url_prefix="/sop/versions")
SHOWN = 50
NAME_MOST = 60
NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,59}")


@bp.get("")
@audience(*roles.OFFICERS)
def index() -> str:
    return _index(Form({"name": _free_name()}))


@bp.post("/begin")
@audience(*WRITERS)
def begin() -> Page:
    """A draft that is what is in force, under a name of its own."""
    name = request.form.get("name", "").strip()
    try:
        if not NAME.fullmatch(name):
            raise Refused(
                _("Give it a name of letters, figures, dots and hyphens, such as 2019-12-ML-2."), field="version"
            )
        begun = sop_versions.write(None, "", named(mission().sop_text, name), current_audience(), mission(), now())
    except NotFound:
        raise
    except Refused as error:
        return _index(Form({"name": name}, {"name": [_(error.sentence, **error.facts)]})), 422
    except WrongSop as error:  # the files of this process are not those of the version in force
        return _index(Form({"name": name}, {"": [_wrong_file(), *error.problems]})), 422
    return redirect(url_for("sop_versions.show", version_id=begun), 303)


@bp.post("/endorsement")
@audience(roles.OCHA_HEAD)
def endorse() -> Page:
    def do() -> str:
        typed = request.form
        day = _day(typed.get("day", ""))
        body, note = typed.get("body", ""), typed.get("note", "")
        sop_endorsements.endorse(_seen(), body, day, note, current_audience(), mission(), now())
        return _("Noted. The banner is gone.")

    return submit(url_for("sop_versions.index"), do, _index)


@bp.post("/endorsement/<int:endorsement_id>/back")
@audience(roles.OCHA_HEAD)
def take_back(endorsement_id: int) -> Page:
    def do() -> str:
        sop_endorsements.take_back_endorsement(endorsement_id, current_audience(), now())
        return _("Taken back. The banner is shown again.")

    return press(url_for("sop_versions.index"), do)


@bp.get("/<int:version_id>")
@audience(*roles.OFFICERS)
def show(version_id: int) -> str:
    return _page(found(version_id), Form())


@bp.get("/<int:version_id>/sop.toml")
@audience(*roles.OFFICERS)
def text(version_id: int) -> Response:
    return _file(found(version_id).text)


@bp.get("/in-force/sop.toml")
@audience(*roles.OFFICERS)
def text_in_force() -> Response:
    return _file(mission().sop_text)


@bp.post("/<int:version_id>/file")
@audience(*WRITERS)
def send_file(version_id: int) -> Page:
    """A whole file in place of the draft's text: whom a rule is about, rules more or fewer, the steps of ladders."""
    sent = request.files.get("file")
    raw = sent.read(LONGEST + 1) if sent is not None else b""

    def do() -> str:
        if not raw:
            raise Refused(_("Choose the file first."), field="file")
        try:
            words = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refused(_("This is no text in UTF-8. Save it as such, then send it again."), field="file") from None
        sop_versions.write(version_id, _seen(), words.replace("\r\n", "\n"), current_audience(), mission(), now())
        return _("Taken. Read below what it changes.")

    try:
        return submit(_here(version_id), do, lambda form: _page(found(version_id), form), fields={"version": "file"})
    except WrongSop as error:
        return _page(found(version_id), Form(errors={"file": [_wrong_file()]}), wrong=error.problems), 422


@bp.post("/<int:version_id>/propose")
@audience(roles.OCHA_HEAD)
def propose(version_id: int) -> Page:
    def do() -> str:
        reason = request.form.get("reason", "")
        sop_versions.propose(
            version_id, _seen(), request.form.get("effect", ""), reason, current_audience(), mission(), now()
        )
        return _("It waits for the signature of a second person.")

    return submit(_here(version_id), do, lambda form: _page(found(version_id), form))


@bp.post("/<int:version_id>/sign")
@audience(*WRITERS)
def sign(version_id: int) -> Page:
    def do() -> str:
        sop_versions.sign(version_id, _seen(), request.form.get("effect", ""), current_audience(), mission(), now())
        return _("It is in force. Everything that is filed is looked at by it from now on.")

    return press(_here(version_id), do)


@bp.post("/<int:version_id>/withdraw")
@audience(*WRITERS)
def withdraw(version_id: int) -> Page:
    def do() -> str:
        sop_versions.withdraw(version_id, _seen(), current_audience(), now())
        return _("Taken back. Nothing of it was in force.")

    return press(_here(version_id), do)


@bp.post("/<int:version_id>/mend")
@audience(*WRITERS)
def mend(version_id: int) -> Page:
    def do() -> str:
        sop_versions.back_to_draft(version_id, _seen(), current_audience(), now())
        return _("It is a draft again. A head of office proposes it anew once it is mended.")

    return press(_here(version_id), do)


@bp.post("/<int:version_id>/work-out")
@audience(*WRITERS)
def work_out(version_id: int) -> Page:
    def do() -> str:
        sop_versions.work_out_again(version_id, _seen(), current_audience(), now())
        return _("It is being worked out. Look at this page again in a minute.")

    return press(_here(version_id), do)


def found(version_id: int) -> SopVersion:
    version = version_by_id(db.session(), version_id)
    if version is None:
        raise NotFound
    return version


def is_open(version: SopVersion) -> bool:
    """A draft that this reader may write on."""
    return version.state == DRAFT and current_audience().may(*WRITERS)


def _index(form: Form) -> str:
    endorsement = endorsement_of(db.session(), digest(mission().sop_text))
    rows = versions(db.session(), SHOWN)
    return render_template(
        "sop/versions.html",
        rows=rows,
        states=STATES,
        profile=mission(),
        mark=digest(mission().sop_text),
        endorsement=endorsement,
        day=format_date(endorsement.day, "long") if endorsement is not None else "",
        form=form,
        may_write=current_audience().may(*WRITERS),
        heads=current_audience().may(roles.OCHA_HEAD),
        name_most=NAME_MOST,
        **texts(),
    )


def _page(version: SopVersion, form: Form, wrong: tuple[str, ...] = ()) -> str:
    who, profile = current_audience(), mission()
    undecided = version.state in UNDECIDED
    may_write = who.may(*WRITERS)
    known = (version.effect or {}) if undecided and may_write else {}
    effect = Effect.from_json(known) if known and PROBLEMS not in known else None
    changes = differences(profile.sop_text, version.text) if undecided else []
    return render_template(
        "sop/version.html",
        version=version,
        states=STATES,
        changes=[(whole_label(c.key), shown(c.key, c.before), shown(c.key, c.after)) for c in changes],
        undecided=undecided,
        rings_again=any(c.key[0] == "step" and c.before is None for c in changes),
        kept_shorter=any(c.key[0] == "retention_days" and _less(c.after, c.before) for c in changes),
        moved_on=undecided and version.based_on != digest(profile.sop_text),
        effect=effect,
        problems=known.get(PROBLEMS, []),
        mark=effect_mark(version),
        aged=effect is not None and version.effect_of != effect_key(version, profile),
        kinds=KINDS,
        severities=severities(),
        may_write=may_write,
        is_draft=version.state == DRAFT,
        waits=version.state == WAITING,
        proposes=who.may(roles.OCHA_HEAD),
        mine=version.proposed_by_id == who.person_id,
        form=form,
        wrong=wrong,
        **texts(),
    )


def _file(words: str) -> Response:
    answer = Response(words, mimetype="text/plain")
    answer.headers["Content-Disposition"] = 'attachment; filename="sop.toml"'
    return answer


def _less(after: str | None, before: str | None) -> bool:
    return after is not None and before is not None and float(after) < float(before)


def _seen() -> str:
    return request.form.get("seen", "")


def _here(version_id: int) -> str:
    return url_for("sop_versions.show", version_id=version_id)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _free_name() -> str:
    """A name that says when: `2019-12-07` and the code of the country."""
    return f"{now():%Y-%m-%d}-{mission().code}"[:NAME_MOST]


def _wrong_file() -> str:
    """Before what the check says, which is in English as whoever writes such files reads it."""
    return _(
        "No rules can be made of this file. Mend what the check says, in English, then send it again. Nothing was changed."
    )
