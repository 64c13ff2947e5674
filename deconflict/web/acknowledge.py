"""The code page and the page behind an e-mail's link: no sign-in, nothing to learn, the same answer whatever happened."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from deconflict.domain.errors import NotFound, Refused
from deconflict.extensions import csrf
from deconflict.services.acknowledgements import RECEIVED, acknowledge_by_code, acknowledge_by_link
from deconflict.services.trials import take_code
from deconflict.web.audience import PUBLIC, audience
from deconflict.web.clock import now

bp = Blueprint("acknowledge", __name__)
# What is typed or pressed is its own proof, and a form token would lose the answer of whoever waits or keeps no cookies.
csrf.exempt(bp)
TYPED_MAX = 200  # somebody pastes the whole text message, which is shorter


@bp.get("/k")
@audience(PUBLIC)
def page() -> str:
    return render_template("acknowledge/code.html", done=False)


@bp.post("/k")
@audience(PUBLIC)
def send() -> str:
    acknowledge_by_code(request.form.get("code", "")[:TYPED_MAX], now(), request.form.get("answer", RECEIVED))
    take_code(request.form.get("code", "")[:TYPED_MAX], now())
    return render_template("acknowledge/code.html", done=True)


@bp.get("/a/<link>")
@audience(PUBLIC)
def button(link: str) -> str:
    """A page with a button: mail programs open links by themselves, and opening is not acknowledging."""
    return render_template("acknowledge/button.html", link=link, done=False)


@bp.post("/a/<link>")
@audience(PUBLIC)
def press(link: str) -> str:
    try:
        acknowledge_by_link(link, now(), request.form.get("answer", RECEIVED))
    except (NotFound, Refused):
        # A stranger who guesses links must not learn which ones exist.
        return render_template("acknowledge/button.html", link=link, done=True)
    return render_template("acknowledge/button.html", link=link, done=True)
