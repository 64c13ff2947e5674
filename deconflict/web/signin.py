"""Sign-in: Flask-Security's forms behind the brake, the mark by which a browser is known again, and one of its doors."""

from __future__ import annotations

import hmac
import secrets
from typing import Any

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    MfRecoveryForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
    current_user,
)
from werkzeug.wrappers import Response

from deconflict.services import brake
from deconflict.services.people import signed_in
from deconflict.store.base import lookup_hash
from deconflict.web.address import network_address
from deconflict.web.clock import now

COOKIE = "seen"
COOKIE_LIFE_S = 180 * 24 * 3600
MOST_ACCOUNTS = 8  # people share computers
DOORS = ("security.login", "security.two_factor_token_validation", "security.mf_recovery")


class Braked:
    """A form with a secret: after too many wrong ones it is not looked at."""

    what = "password"
    held = False

    def whose(self) -> str:
        return str(self.user.email) if self.user is not None else ""  # type: ignore[attr-defined]

    def validate(self, **kwargs: Any) -> bool:
        whose = self.whose()
        attempt = brake.Try(self.what, whose, _browser_of(whose), network_address())
        if brake.held(attempt, now()):
            self.held = True
            self.form_errors.append(  # type: ignore[attr-defined]
                _("Too many wrong attempts. Wait a quarter of an hour, or use the device on which you usually sign in.")
            )
            return False
        if super().validate(**kwargs):  # type: ignore[misc]
            return True
        if self.guessed():
            brake.failed(attempt, now())
        return False

    def guessed(self) -> bool:
        """Whether a secret was given, and it was this that was wrong."""
        field = getattr(self, self.what)
        return bool(field.data and field.errors)


class SignInForm(Braked, LoginForm):
    """Without "remember me": a session ends when nobody uses it, on every device."""

    remember = None  # how WTForms takes a field out

    def whose(self) -> str:
        return self.email.data or ""

    def guessed(self) -> bool:
        """An account that does not exist counts like one that does."""
        return bool(self.email.data and self.password.data)


class AgainForm(Braked, VerifyForm):
    """The password once more."""


class NewPasswordForm(Braked, ChangePasswordForm):
    """The old password guards the new one."""

    def whose(self) -> str:
        return str(current_user.email)


class CodeForm(Braked, TwoFactorVerifyCodeForm):
    """The second step."""

    what = "code"


class RecoveryForm(Braked, MfRecoveryForm):
    """The second step without the phone."""

    what = "code"


def init_app(app: Flask) -> None:
    # A session is the one way in: a token in a header or an address would outlive it, and its idle time.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.before_request(_no_tokens)
    app.before_request(_second_step_only_on_the_way_in)
    app.after_request(_know_this_browser_again)
    app.after_request(_note_sign_in)


def _no_tokens() -> None:
    """Flask-Security makes one for whoever asks."""
    if request.blueprint == "security" and "include_auth_token" in request.args:
        abort(404)


def _second_step_only_on_the_way_in() -> Response | None:
    """Flask-Security signs out whoever opens the page of the second step while signed in: anybody's link could do that."""
    if request.endpoint != "security.two_factor_token_validation" or not current_user.is_authenticated:
        return None
    if session.get("tf_state") == "validating_profile":
        return None
    return redirect(url_for("home.page"), 303)


def _know_this_browser_again(response: Response) -> Response:
    if request.endpoint in DOORS and request.method == "POST" and current_user.is_authenticated:
        browser, known = _mark()
        mine = _mine(current_user.email)
        if mine not in known:
            body = ".".join([browser or secrets.token_hex(8), *[mine, *known][:MOST_ACCOUNTS]])
            value = f"{body}.{_seal(body)}"
            response.set_cookie(
                COOKIE,
                value,
                max_age=COOKIE_LIFE_S,
                httponly=True,
                samesite="Lax",
                secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
            )
    return response


def _note_sign_in(response: Response) -> Response:
    """The directory says when somebody was here last. After Flask-Security has committed what it does."""
    came_in = request.method == "POST" and request.endpoint in DOORS and response.status_code in (302, 303)
    if came_in and current_user.is_authenticated:
        signed_in(current_user.id, now())
    return response


def _browser_of(email: str) -> str | None:
    browser, known = _mark()
    return browser if browser and _mine(email) in known else None


def _mark() -> tuple[str, list[str]]:
    """This browser's id and the accounts that have signed in here, as hashes; nothing for a forged mark."""
    body, _dot, seal = request.cookies.get(COOKIE, "").rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(body).encode()):
        return "", []
    browser, *known = body.split(".")
    return browser, known


def _mine(email: str) -> str:
    return lookup_hash(f"browser:{email.strip().lower()}")[:16]


def _seal(body: str) -> str:
    return lookup_hash(f"seen:{body}")
