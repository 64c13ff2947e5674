"""Every page goes by the SOP in force: before it is served, the process looks whether another was published."""

from __future__ import annotations

from flask import Flask, current_app, request

from deconflict.services.sop_in_force import rules_now

WITHOUT = {"static", "health.healthz"}  # say nothing of rules, and answer while the database does not


def init_app(app: Flask) -> None:
    app.before_request(_look)


def _look() -> None:
    if request.endpoint in WITHOUT:
        return
    current_app.extensions["mission"] = rules_now(current_app.extensions["mission"])
