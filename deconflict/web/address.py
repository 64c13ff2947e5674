"""Where a request comes from. Behind a proxy on this server its word counts, and nobody else's."""

from __future__ import annotations

from ipaddress import ip_address

from flask import request


def is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def asked_on_this_server() -> bool:
    """Over the loopback address, and not by a proxy there for somebody else."""
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"))
    return not forwarded and is_loopback(request.remote_addr)


def network_address() -> str | None:
    """The caller's, as an address; None when all that is known is a proxy on this server. Of what a proxy forwards the last
    entry is its own, the rest is the caller's claim."""
    address = request.remote_addr
    if is_loopback(address):
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return ip_address(address or "").compressed
    except ValueError:
        return None
