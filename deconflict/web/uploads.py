"""Lists that people keep in files: a template to fill in, the file back, each line looked at like a form, and what is right sent. One
flow for every form and both sides."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from deconflict.domain import roles
from deconflict.domain import uploads as where
from deconflict.domain.errors import LostRace, NotFound, Refused
from deconflict.domain.msgid import N_
from deconflict.domain.uploads import UploadFacts
from deconflict.files.formats import format_of
from deconflict.files.limits import MOST_BYTES
from deconflict.files.routes import read_routes
from deconflict.services import uploads as service
from deconflict.store import uploads as store
from deconflict.store.base import db
from deconflict.web import upload_in, upload_out, upload_pages, upload_routes, upload_send
from deconflict.web.acts import Page, press
from deconflict.web.audience import audience, current_audience
from deconflict.web.clock import now
from deconflict.web.filing_pages import mission
from deconflict.web.forms_ui import Form
from deconflict.web.intake import number, page_asked
from deconflict.web.upload_forms import form_of, forms_for

bp = Blueprint("uploads", __name__, url_prefix="/files")
FILERS = (*roles.FILERS_HUMANITARIAN, *roles.FILERS_MISSION)
KEY = "/<key>"
NOT_YET = N_("Choose the file first.")
ROUTES = ("kml", "kmz", "gpx")


@bp.get("")
@audience(*FILERS)
def mine() -> Page:
    return _mine(Form({"what": next(iter(forms_for(current_audience())))}))


@bp.post("")
@audience(*FILERS)
def take_in() -> Page:
    """A list becomes a page of its own; a route opens its form at once, and nothing of it is kept."""
    what = request.form.get("what", "")
    if what not in forms_for(current_audience()):
        return _mine(Form({"what": what}, {"what": [_("Choose one of the list.")]})), 422
    pages = form_of(what)
    sent = request.files.get("file")
    raw = sent.read(MOST_BYTES + 1) if sent is not None else b""
    try:
        if not raw:
            raise Refused(NOT_YET, field="file")
        if format_of(raw) in ROUTES:
            return upload_routes.page(pages, what, read_routes(raw))
        upload = upload_in.take(pages, what, raw)
        _first_look(upload)
    except NotFound:
        raise
    except Refused as error:
        return _mine(Form({"what": what}, {error.field or "file": [_(error.sentence, **error.facts)]})), 422
    return redirect(_address(upload), 303)


@bp.get("/template/<what>.xlsx")
@audience(*FILERS)
def template(what: str) -> Response:
    return upload_out.template(form_of(what), what)


@bp.get(KEY)
@audience(*FILERS)
def show(key: str) -> Page:
    upload = _found(key)
    pages = form_of(upload.sheet)
    if upload.state == where.COLUMNS:
        return upload_pages.columns(pages, upload, Form())
    if upload.state in (where.CHECKING, where.SENDING):
        return upload_pages.going(pages, upload)
    return upload_pages.lines(pages, upload, Form(), page=page_asked(), only=request.args.get("state", ""))


@bp.post(KEY + "/columns")
@audience(*FILERS)
def columns(key: str) -> Page:
    """Which column means what, said by a person; kept for the organisation's next file of this make."""
    upload = _found(key)
    pages = form_of(upload.sheet)
    if upload.state != where.COLUMNS:  # said twice: its lines are read already
        return redirect(_address(upload), 303)
    wrong = upload_in.understand(pages, upload)
    if wrong is not None:
        return upload_pages.columns(pages, upload, wrong), 422
    _first_look(_found(key))
    return redirect(_address(upload), 303)


@bp.post(KEY + "/go-on")
@audience(*FILERS)
def go_on(key: str) -> Page:
    """As much as can be done while somebody waits; the page asks again until all is done."""
    upload = _found(key)
    pages = form_of(upload.sheet)
    if upload.state == where.CHECKING:
        upload_send.check(pages, upload)
    elif upload.state == where.SENDING:
        upload_send.send(pages, upload)
    return redirect(_address(upload), 303)


@bp.post(KEY + "/send")
@audience(*FILERS)
def send(key: str) -> Page:
    """What is right leaves; what is to be mended or was left out stays."""
    upload = _found(key)
    pages = form_of(upload.sheet)
    try:
        wrong = upload_send.begin(pages, upload)
    except LostRace as error:
        flash(_(error.sentence), "error")
        return redirect(_address(upload), 303)
    if wrong is not None:
        return upload_pages.lines(pages, upload, wrong, page=0, only=""), 422
    upload_send.send(pages, _found(key))
    return redirect(_address(upload), 303)


@bp.post(KEY + "/leave")
@audience(*FILERS)
def leave(key: str) -> Page:
    return _line(key, where.LEFT)


@bp.post(KEY + "/take-up")
@audience(*FILERS)
def take_up(key: str) -> Page:
    return _line(key, where.WAITS)


@bp.post(KEY + "/right")
@audience(*FILERS)
def right(key: str) -> Page:
    """What was doubted is as it is meant."""
    upload = _found(key)

    def do() -> str:
        upload_send.say_right(form_of(upload.sheet), upload, _number())
        return _("Noted: it is right as it stands.")

    return press(_address(upload) + _page_back(), do)


@bp.post(KEY + "/mend")
@audience(*FILERS)
def mend(key: str) -> Page:
    """The line in the ordinary form, as a draft."""
    upload = _found(key)
    return upload_send.to_form(form_of(upload.sheet), upload, _number())


@bp.post(KEY + "/list")
@audience(*FILERS)
def which_list(key: str) -> Page:
    """Whether it is another edition of a list that was sent before."""
    upload = _found(key)

    def do() -> str:
        upload_send.follow(form_of(upload.sheet), upload, request.form.get("list", ""))
        return _("Noted. Every line was looked at again.")

    return press(_address(upload), do)


@bp.post(KEY + "/ask")
@audience(*FILERS)
def ask(key: str) -> Page:
    upload = _found(key)

    def do() -> str:
        service.ask(upload, current_audience(), now())
        return _("It waits for a focal point of your organisation, who gets an e-mail. OCHA knows nothing of it yet.")

    return press(_address(upload), do)


@bp.get(KEY + "/marked.xlsx")
@audience(*FILERS)
def marked(key: str) -> Response:
    """The list back, with what is to be mended in it."""
    upload = _found(key)
    if upload.state == where.COLUMNS:
        raise NotFound
    return upload_out.marked(form_of(upload.sheet), upload)


@bp.post(KEY + "/drop")
@audience(*FILERS)
def drop(key: str) -> Page:
    service.drop(_found(key), current_audience(), now())
    flash(_("The list is deleted here. What was sent stays sent."))
    return redirect(url_for("uploads.mine"), 303)


def _line(key: str, state: str) -> Page:
    upload = _found(key)

    def do() -> str:
        service.change(upload, _number(), state, current_audience(), now())
        if state == where.WAITS:
            upload_send.check(form_of(upload.sheet), _found(key))
            return _("It is taken up again.")
        return _("It is left out: nothing of this line is sent.")

    return press(_address(upload) + _page_back(), do)


def _first_look(upload: UploadFacts) -> None:
    """A short list is looked at before its page is asked for."""
    if upload.state == where.CHECKING:
        upload_send.check(form_of(upload.sheet), upload)


def _number() -> int:
    """Of which line. Raises NotFound for none."""
    n = number(request.form.get("n"))
    if n is None:
        raise NotFound
    return n


def _page_back() -> str:
    page = number(request.form.get("page"))
    return f"?page={page}" if page else ""


def _found(key: str) -> UploadFacts:
    """Raises NotFound, for another's as for none."""
    upload = store.upload_by_key(db.session(), key, current_audience())
    if upload is None:
        raise NotFound
    return upload


def _address(upload: UploadFacts) -> str:
    return url_for("uploads.show", key=upload.key)


def _mine(form: Form) -> str:
    sheets = forms_for(current_audience())
    return render_template(
        "uploads/mine.html",
        form=form,
        sheets=sheets,
        kinds={what: sheet.paper for what, sheet in sheets.items()},
        rows=upload_pages.rows(),
        days=mission().pack.retention["draft"].days,
        most_mb=MOST_BYTES // 1_000_000,
    )
