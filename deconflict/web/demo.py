"""The fake phones and mailboxes of a demo: what arrived, and acting as whoever received it. Outside a demo these pages do not
exist: their routes are never registered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask.sansio.app import App
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from deconflict.channels.demo import DemoChannel
from deconflict.domain import people
from deconflict.domain.audience import Audience
from deconflict.domain.errors import NotFound, Refused
from deconflict.services.acknowledgements import acknowledge_by_relay
from deconflict.services.demo_inbox import is_demo_database, sink_of
from deconflict.store import demo as store
from deconflict.store.base import db
from deconflict.store.queries import on_duty
from deconflict.web import Banner
from deconflict.web.audience import PUBLIC, audience
from deconflict.web.clock import now

ANSWERS = {
    "received": _l("I have it."),
    "cannot_comply": _l("I have it, and cannot do it."),
    "wrong_person": _l("I am not the one you want."),
}
PRESSED = {"1": ANSWERS["received"], "2": ANSWERS["cannot_comply"], "9": ANSWERS["wrong_person"]}
REPLY_LONGEST = 160
LINK = re.compile(r"https?://\S+?(/a/[\w-]+)")


class DemoOnly(Blueprint):
    """Registers nothing outside a demo."""

    def register(self, app: App, options: dict[str, Any]) -> None:
        if app.extensions["settings"].demo:
            super().register(app, options)


bp = DemoOnly("demo", __name__, url_prefix="/demo")


def banners(_who: Audience | None) -> Iterator[Banner]:
    """On every page, so that nobody takes it for a real desk."""
    if current_app.config["DEMO"]:
        yield Banner(
            "notice", _("This is a demo. People, organisations and plans are invented; no text leaves this machine.")
        )


@bp.before_request
def _only_in_a_demo_s_database() -> None:
    if not is_demo_database():
        raise NotFound


@bp.get("/phones")
@audience(PUBLIC)
def phones() -> str:
    """All phones and mailboxes, the last that rang first."""
    return render_template("demo/phones.html", inboxes=store.inboxes(), functions=_functions())


@bp.get("/phones/<key>")
@audience(PUBLIC)
def phone(key: str) -> str:
    inbox, delivered = store.inbox(key)
    return render_template(
        "demo/phone.html",
        inbox=inbox,
        delivered=delivered,
        functions=_functions(),
        answers=ANSWERS,
        pressed=PRESSED,
        may_reply=inbox.carries == "sms" and current_app.extensions["mission"].two_way_sms,
        pieces=_pieces,
    )


@bp.post("/phones/<key>/call")
@audience(PUBLIC)
def call(key: str) -> Response:
    """The recipient calls the base, the base calls the desk, and the officer on duty writes it down."""
    inbox, delivered = store.inbox(key)
    about = next((one for one in delivered if str(one.id) == request.form.get("message")), None)
    if about is None or about.side == "ocha":
        raise NotFound
    acknowledge_by_relay(
        about.case_reference,
        about.alert_id,
        about.level,
        request.form.get("answer", ""),
        "phone",
        _("%(who)s called the base.", who=inbox.person or _("The team")),
        _duty_officer(about.area),
        current_app.extensions["mission"].catalogue,
        now(),
    )
    flash(_("The base has passed it on; the officer on duty has written it down."))
    return redirect(url_for("demo.phone", key=key), 303)


@bp.post("/phones/<key>/press")
@audience(PUBLIC)
def press(key: str) -> Response:
    """A key during a call, over the same signed hook as a real provider's."""
    _inbox, delivered = store.inbox(key)
    about = next((one for one in delivered if str(one.id) == request.form.get("message")), None)
    pressed = request.form.get("key", "")
    if about is None or about.carries != "voice" or pressed not in PRESSED:
        raise NotFound
    path = url_for("hooks.key", provider="demo_voice", token=about.token)
    _call_hook("voice", path, {"reference": about.provider_ref, "key": pressed})
    flash(_("Your key was heard. What became of it shows on the desk only."))
    return redirect(url_for("demo.phone", key=key), 303)


@bp.post("/phones/<key>/reply")
@audience(PUBLIC)
def reply(key: str) -> Response:
    """A text back, over the same signed hook as a real provider's. Only where the country's networks carry replies."""
    inbox, delivered = store.inbox(key)
    if inbox.carries != "sms" or not current_app.extensions["mission"].two_way_sms or not delivered:
        raise NotFound
    form = {
        "reference": f"reply-{delivered[0].id}",
        "from": inbox.address,
        "text": request.form.get("text", "")[:REPLY_LONGEST],
    }
    _call_hook("sms", url_for("hooks.reply", provider="demo_sms"), form)
    flash(_("Your text has left. What became of it shows on the desk only."))
    return redirect(url_for("demo.phone", key=key), 303)


def _call_hook(carries: str, path: str, form: dict[str, str]) -> None:
    """What a provider does: a signed call from outside this request, with no session and no open transaction of ours."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings = app.extensions["settings"]
    headers = DemoChannel(carries, sink_of(app), settings.secret_key).sign(settings.public_base_url + path, form)
    db.session.rollback()
    with ThreadPoolExecutor(1) as outside:
        status = outside.submit(lambda: app.test_client().post(path, data=form, headers=headers).status_code).result()
    if status != 200:
        raise Refused(_("The provider's hook did not take it."))


def _duty_officer(area: str) -> Audience:
    duty = on_duty(db.session, area, "duty", now())  # type: ignore[arg-type]
    if not duty:
        raise Refused(_("Nobody is on duty there, so nobody picks up."))
    person = duty[0]
    codes = frozenset(role.name for role in person.account.roles) if person.account else frozenset()
    return Audience(person.id, person.organisation_id, person.organisation.side, codes, person.scope, person.language)


def _functions() -> dict[str, dict[str, str]]:
    return {code: words for side in people.FUNCTIONS.values() for code, words in side.items()}


def _pieces(body: str) -> list[tuple[str, str]]:
    """A mail's text cut at its links: (text, path), the path empty for plain text. The host of an older start may have had
    another port, so only the path counts."""
    found, at = [], 0
    for link in LINK.finditer(body):
        found += [(body[at : link.start()], ""), (link[0], link[1])]
        at = link.end()
    return [*found, (body[at:], "")]
