"""Who is invited, what somebody is in an organisation, and what a password must be."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from deconflict.domain.msgid import N_

SIDES: dict[str, dict[str, str]] = {
    "humanitarian": {"en": "Humanitarian", "fr": "Humanitaire"},
    "mission": {"en": "Mission", "fr": "Mission"},
    "ocha": {"en": "OCHA", "fr": "OCHA"},
}

# What a message is addressed to. A person may be told without ever signing in.
FUNCTIONS: dict[str, dict[str, dict[str, str]]] = {
    "humanitarian": {
        "focal_point": {"en": "Focal point", "fr": "Point focal"},
        "alternate": {"en": "Alternate focal point", "fr": "Point focal suppléant"},
        "security": {"en": "Security adviser", "fr": "Conseiller sécurité"},
        "team": {"en": "Field team", "fr": "Équipe de terrain"},
    },
    "mission": {
        "desk": {"en": "Duty desk", "fr": "Permanence"},
        "unit": {"en": "Unit", "fr": "Unité"},
        "projects": {"en": "Projects and committees", "fr": "Projets et comités"},
    },
    "ocha": {
        "officer": {"en": "CMCoord officer", "fr": "Chargé de la coordination civilo-militaire"},
        "head": {"en": "Head of office or sub-office", "fr": "Chef de bureau ou de sous-bureau"},
        "support": {"en": "Support", "fr": "Appui"},
    },
}

PASSWORD_MIN = 12
PASSWORD_MAX = 128
DISTINCT_MIN = 5
WORD_MIN = 4
NUMBERS_MOST = 3  # of one person, and as many mailboxes


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be invited. `phones` are mobile numbers in E.164, in the order to try. `roles` empty: is told things but
    does not sign in, and needs no `email`. `spoken`: the language to be called in, "" for `language`. `until_at`: when the contract
    ends, None for none that is known."""

    name: str
    language: str
    function: str
    scope: str | None
    roles: frozenset[str]
    email: str | None
    phones: tuple[str, ...]
    spoken: str = ""
    until_at: datetime | None = None


def fold(text: str) -> str:
    """Lower case without accents, so that `Élodie` is found in `elodie2026`."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in plain if not unicodedata.combining(c))


def password_problem(password: str, names: Iterable[str]) -> str | None:
    """Why this password will not do, as a msgid, or None. `names`: whatever others know of the person."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        return N_("Use at least 12 characters, such as three or four words that have nothing to do with your work.")
    if len(set(password)) < DISTINCT_MIN:
        return N_("Use more different characters.")
    folded = fold(password)
    words = {word for name in names for word in _words(name) if len(word) >= WORD_MIN}
    if any(word in folded for word in words):
        return N_("Leave out your name, your e-mail address and the name of your organisation.")
    return None


def _words(name: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in fold(name)).split()
