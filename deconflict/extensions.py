"""Third-party extensions and how each is set: db, migrate, babel, security, csrf."""

from __future__ import annotations

import base64
import gzip
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import qrcode  # type: ignore[import-untyped]
from flask import Flask, Response, request
from flask_babel import Babel, gettext, lazy_gettext
from flask_compress import Compress
from flask_migrate import Migrate
from flask_security import PasswordUtil, Security, SQLAlchemyUserDatastore, UserMixin
from flask_security.totp import Totp
from flask_wtf import CSRFProtect
from qrcode.image.svg import SvgPathImage  # type: ignore[import-untyped]
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

import deconflict.store  # noqa: F401  # every table is known before the first query
from deconflict.domain import people
from deconflict.settings import ROOT, Settings
from deconflict.store.base import configure_engine, db, lookup_hash
from deconflict.store.people import Account, Role

YEAR_S = 365 * 24 * 3600

migrate = Migrate()
babel = Babel()


class Tokens(CSRFProtect):
    """The token of a form, behind which web.kept_forms sets whose form it is."""

    def _get_csrf_token(self) -> str | None:
        from deconflict.web.kept_forms import MARK

        found = super()._get_csrf_token()
        return str(found).partition(MARK)[0] if found else None


csrf = Tokens()


class Compressed(Compress):
    """Answers that refuse too: a form that is sent back with what is wrong is the heaviest page of all. Not what a page of somebody
    else's sent for: pages repeat part of their address, and how long they are when compressed would tell what else is on them
    (BREACH). Such a visit is one click of a letter, at its full size."""

    def after_request(self, response: Response | None) -> Response:
        if response is not None and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            return response
        if response is None or response.status_code < 400:
            return super().after_request(response)
        status, response.status_code = response.status, 200
        answer = super().after_request(response)
        answer.status = status
        return answer


compress = Compressed()


OPENS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".br": brotli.decompress}


class Files(WhiteNoise):
    """What `make` compressed is served in place of a file as long as it is the same, whatever the clocks of the files say."""

    def get_static_file(self, path: str, url: str, stat_cache: Mapping[str, os.stat_result]) -> StaticFile:
        own = Path(path).read_bytes()
        same = {path: stat_cache[path]}
        for ending, opened in OPENS.items():
            beside = path + ending
            if beside in stat_cache and opened(Path(beside).read_bytes()) == own:
                same[beside] = stat_cache[beside]
        return super().get_static_file(path, url, same)


class Accounts(SQLAlchemyUserDatastore):
    """Finds a sign-in by the keyed hash of its address, which is stored encrypted."""

    def find_user(self, case_insensitive: bool = False, **by: Any) -> UserMixin | None:
        if "email" in by:
            return super().find_user(lookup=lookup_hash(by["email"]))
        return super().find_user(case_insensitive, **by)


class Passwords(PasswordUtil):
    """The one rule of domain.people, so that a change of password asks the same as an invitation."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        password = self.normalize(password)
        user: Account | None = kwargs.get("user")
        names = (user.person.name, user.person.organisation.name, user.email) if user else ()
        problem = people.password_problem(password, names)
        return ([gettext(problem)] if problem else None), password


class Factors(Totp):
    """Secrets are sealed with the newest of FIELD_KEYS and opened with any of them: the order given counts, not the tag."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        super().__init__(secrets, issuer)
        self._totp = self._totp.using(issuer=issuer, secrets=secrets, default_tag=next(iter(secrets)))

    def generate_qrcode(self, username: str, totp: str) -> str:
        """One path instead of a thousand squares: the page stays small on a slow line."""
        picture = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgPathImage, box_size=8)
        return "data:image/svg+xml;base64," + base64.b64encode(picture.to_string()).decode()


def init_app(app: Flask) -> None:
    """Order matters: CSRF before Security, which looks for it."""
    settings: Settings = app.extensions["settings"]
    db.init_app(app)
    with app.app_context():
        configure_engine(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    _init_babel(app)
    # Pages send no referrer, so its comparison could only refuse everybody behind a proxy that speaks TLS.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # the session it belongs to ends first
    csrf.init_app(app)
    app.config.from_mapping(_security_config(settings, app.config["PRODUCT_NAME"]))
    from deconflict.web import signin

    Security(
        app,
        Accounts(db, Account, Role),
        login_form=signin.SignInForm,
        verify_form=signin.AgainForm,
        change_password_form=signin.NewPasswordForm,
        two_factor_verify_code_form=signin.CodeForm,
        mf_recovery_form=signin.RecoveryForm,
        password_util_cls=Passwords,
        totp_cls=Factors,
    )
    # Every browser of the field reads gzip, and over TLS brotli, which is a tenth less.
    app.config.update(COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=5)
    compress.init_app(app)
    _init_static(app)


def _init_babel(app: Flask) -> None:
    from deconflict.web.language import choose_locale

    zone: str = getattr(app.extensions["mission"], "timezone", "UTC")
    babel.init_app(app, default_locale="fr_FR", locale_selector=choose_locale, timezone_selector=lambda: zone)


def _init_static(app: Flask) -> None:
    """Files under a version in their address: kept for a year by whoever asked once."""
    app.wsgi_app = Files(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(app.static_folder),
        prefix="static/",
        max_age=YEAR_S,
        immutable_file_test=lambda _path, _url: True,
        allow_all_origins=False,
        add_headers_function=lambda headers, _path, _url: headers.add_header("X-Content-Type-Options", "nosniff"),
    )


def _security_config(settings: Settings, product: str) -> dict[str, Any]:
    keys = settings.field_keys
    texts = {
        "TWO_FACTOR_PERMISSION_DENIED": (lazy_gettext("Sign in again, please."), "error"),
        "TWO_FACTOR_DISABLED": (lazy_gettext("The second step is switched off."), "info"),
        "UNAUTHENTICATED": (lazy_gettext("Sign in, please."), "info"),
        "REAUTHENTICATION_REQUIRED": (lazy_gettext("Give your password once more, please."), "info"),
        "REAUTHENTICATION_SUCCESSFUL": (lazy_gettext("Your password is right."), "info"),
    }
    values = {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": {"argon2"},
        "PASSWORD_LENGTH_MIN": people.PASSWORD_MIN,
        "RETURN_GENERIC_RESPONSES": True,
        "REGISTERABLE": False,
        "RECOVERABLE": False,  # would need mail to work: an administrator invites again
        "CHANGEABLE": True,
        "SEND_PASSWORD_CHANGE_EMAIL": False,
        "LOGOUT_METHODS": ["POST"],
        "API_ENABLED_METHODS": ["session"],
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_POST_SETUP_VIEW": ".mf_recovery_codes",
        "TOTP_SECRETS": {str(len(keys) - place): key for place, key in enumerate(keys)},
        "TOTP_ISSUER": product,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [key.encode() for key in keys],
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "CLI_USERS_NAME": False,  # people come by invitation, with a trace
        "CLI_ROLES_NAME": False,
    }
    return {f"SECURITY_{k}": v for k, v in values.items()} | {f"SECURITY_MSG_{k}": v for k, v in texts.items()}
