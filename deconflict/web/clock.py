"""The only place where pages look at the clock."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app


def now() -> datetime:
    """Aware, UTC. `app.extensions["clock"]` may hold another clock, moved by hand."""
    clock = current_app.extensions.get("clock")
    return clock() if clock else datetime.now(UTC)
