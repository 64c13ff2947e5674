"""What every answer tells the browser: load nothing from elsewhere, keep nothing, say nothing of where one comes from."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, current_app, g, request, url_for

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "script-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "X-Robots-Tag": "noindex",
}
HSTS = "max-age=31536000"
# Say of themselves how long they are good.
LASTING = frozenset({"static", "offline.manifest"})


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def asset(name: str) -> str:
    """Address of a static file with its fingerprint: cached for a year, fetched again when it changes."""
    address = url_for("static", filename=name, v=_fingerprint(Path(str(current_app.static_folder)) / name))
    if name.endswith(".css"):
        g.setdefault("styles", []).append(address)
    return address


def init_app(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        if str(app.config["PUBLIC_BASE_URL"]).startswith("https://"):
            response.headers["Strict-Transport-Security"] = HSTS
        if request.endpoint not in LASTING:
            response.headers["Cache-Control"] = "no-store"
        # A page is not painted without its styles: asked for before its first line is read.
        for address in g.pop("styles", []):
            response.headers.add("Link", f"<{address}>; rel=preload; as=style")
        return response
