"""The deconfliction notification system. `create_app` wires everything, on one page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from deconflict.channels.port import Channel
    from deconflict.mission import Mission
    from deconflict.settings import Settings

PRODUCT_NAME = "Carnet"  # neutral on a phone that is searched (RUL-20): says nothing of what it is for
IDLE = timedelta(minutes=15)
UPLOAD_BYTES = 2 * 1024 * 1024


def create_app(settings: Settings | None = None, *, mission: Mission | None = None) -> Flask:
    """The whole application. `settings` default to the environment; `mission` to the profile they name.

    Raises SettingsError or MissionError with every problem, before anything listens.
    """
    # Nothing is imported above: whoever starts this package without its dependencies is told in a sentence, not a traceback.
    from flask import Flask

    from deconflict import cli, extensions, log, web
    from deconflict.demo.guard import check_database
    from deconflict.mission import load_mission
    from deconflict.settings import ROOT, read_settings
    from deconflict.store.base import cipher

    settings = settings or read_settings()
    log.configure(settings.log_level)
    cipher.use(settings.field_keys, settings.secret_key)
    # Relative SQLite paths count from the project folder, wherever the process was started.
    app = Flask(__name__, instance_path=str(ROOT), template_folder=str(ROOT / "templates"))
    app.config.from_mapping(_config(settings))
    app.extensions["settings"] = settings
    app.extensions["mission"] = mission or load_mission(settings.missions_folder / settings.mission)
    app.extensions["channels"] = _channels(app, settings)
    extensions.init_app(app)
    log.init_app(app)
    web.register(app)
    cli.init_app(app)
    check_database(app)
    return app


def _channels(app: Flask, settings: Settings) -> dict[str, Channel]:
    """How people are reached, by name, the preferred first."""
    from deconflict.channels.registry import channels_for
    from deconflict.services.demo_inbox import sink_of
    from deconflict.settings import SettingsError

    sink = sink_of(app) if settings.demo else None
    two_way: bool = app.extensions["mission"].two_way_sms
    try:
        return channels_for(settings, two_way_sms=two_way, sink=sink, demo_secret=settings.secret_key)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _config(settings: Settings) -> dict[str, Any]:
    """Flask's own keys; those of extensions stand beside each extension."""
    return {
        "SECRET_KEY": settings.secret_key,
        "PRODUCT_NAME": PRODUCT_NAME,
        "DEMO": settings.demo,
        "PUBLIC_BASE_URL": settings.public_base_url,
        "MAX_CONTENT_LENGTH": UPLOAD_BYTES,
        "SECOND_FACTOR_REQUIRED": not settings.demo,
        "SESSION_COOKIE_NAME": "session",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.https,
        "PERMANENT_SESSION_LIFETIME": IDLE,
        "SESSION_REFRESH_EACH_REQUEST": False,  # web.audience does it, for every request that somebody made
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        # A failing statement would otherwise print phones and places into the log.
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True, "pool_pre_ping": True},
    }
