"""What is counted for those who watch the system."""

from __future__ import annotations

from deconflict.store.base import transaction
from deconflict.store.counters import count

HOOK_REFUSED = "hook_refused"
UNKNOWN = "unknown"


def count_refused_hook(provider: str) -> None:
    """A call that was not its provider's. `provider` is one of ours, or UNKNOWN: whoever calls chooses no names here."""
    with transaction() as session:
        count(session, f"{HOOK_REFUSED}:{provider}")
