"""Logs as JSON lines on stdout, with references and never what they stand for.

Redaction is the last step before a line is written, and works on shape as well as on name: a phone number inside an
exception's text is as dangerous as one under the key `phone`.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from collections.abc import Iterator, MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

HIDDEN = "[hidden]"
SECRET_KEYS = frozenset(
    (
        *("address", "email", "number", "phone", "recipient", "to"),
        *("lat", "latitude", "lon", "longitude", "overnight", "place", "point", "points", "position"),
        *("body", "form", "json", "name", "plates", "reason", "subject", "text"),
        *("code", "communications", "cookie", "link", "password", "secret", "token"),
    )
)
_SHAPES = (
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"\b\d{1,2}[C-HJ-NP-X]\s?[A-HJ-NP-Z]{2}\s?\d{2,5}\s?\d{2,5}\b"),  # MGRS
    re.compile(r"[-+]?\b\d{1,3}[.,]\d{3,}\b"),  # decimal degrees
    re.compile(r"\b\d{1,3}\s?[°º]\s?\d{1,2}[^\s\"']*"),  # degrees and minutes
    re.compile(r"(?<![\w-])(?:\+|00)?\d(?:[ .]?\d){7,14}(?![\w-])"),  # telephone numbers
)

Event = MutableMapping[str, Any]
log = structlog.get_logger("deconflict")


def scrub(text: str) -> str:
    """`text` without anything shaped like an address, a telephone number or a position."""
    for shape in _SHAPES:
        text = shape.sub(HIDDEN, text)
    return text


def redact(_logger: Any, _method: str, event: Event) -> Event:
    """Structlog processor: hides by key, then by shape, at every depth."""
    return {key: HIDDEN if key.lower() in SECRET_KEYS else _clean(value) for key, value in event.items()}


def told(_logger: Any, _method: str, event: Event) -> Event:
    """Structlog processor: where it broke and by which kind of error. The error's own words are left out: they quote what was
    filed, as the number that is none or the whole row that a database refuses."""
    found = event.pop("exc_info", None)
    found = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(found, BaseException):
        event["exception"] = "".join(_chain(found))
    return event


def _chain(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _chain(before)
        yield "and then\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}\n"


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return redact(None, "", value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_clean(one) for one in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return scrub(str(value))


def configure(level: str) -> None:
    """Everything that logs, ours and third parties', goes through one handler. Called again, it replaces itself."""
    shared: list[Any] = [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _Handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                told,
                redact,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [h for h in root.handlers if not isinstance(h, _Handler)] + [handler]
    root.setLevel(level)
    for noisy in ("werkzeug", "twilio", "urllib3", "apscheduler.executors.default"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _Handler(logging.StreamHandler[Any]):
    """Ours, to be told from those of a test runner. Looks up stdout at every line: it may have been exchanged."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        return sys.stdout


def init_app(app: Flask) -> None:
    """One line per answered request: method, rule of the path, status, milliseconds. Never the query, the form or who asked."""

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _access(response: Response) -> Response:
        # The rule, not the address: links and tokens stand in addresses, and whoever holds one may use it.
        path = request.url_rule.rule if request.url_rule else "-"
        took = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000)
        log.info("request", method=request.method, path=path, status=response.status_code, took_ms=took)
        return response
