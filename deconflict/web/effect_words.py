"""What another SOP would do, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from deconflict.domain.rule_words import SEVERITIES
from deconflict.web.language import current_language

KINDS: dict[str, Any] = {
    "opens": _l("Cases that would open"),
    "reopens": _l("Cases that would open again"),
    "closes": _l("Cases that would close"),
    "rises": _l("Cases that would be graver"),
    "falls": _l("Cases that would be milder"),
    "differs": _l("Cases with other rules or figures, as grave as now"),
}


def severities() -> dict[str, str]:
    """Code -> word, in the language of the reader."""
    return dict(SEVERITIES[current_language()])
