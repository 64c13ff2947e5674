"""A window or an instant of the mission's forms in the other notation: the local day of date-time groups, the groups of a local day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from marshmallow import ValidationError

from deconflict.domain.dtg import format_dtg
from deconflict.schemas.windows import read_instant, read_window
from deconflict.web.filing_words import moment_words, window_words


def windows_understood(values: Mapping[str, str], n: int, zone: tzinfo) -> dict[str, str]:
    """Of stop `n`, by name of the window; without those that are empty or cannot be read."""
    row = {
        name.removeprefix(f"stops-{n}-"): text.strip()
        for name, text in values.items()
        if name.startswith(f"stops-{n}-")
    }
    found = {}
    for name in ("arrive", "depart"):
        try:
            window = read_window(row, name, zone, groups=True)
        except ValidationError:
            continue
        if window is not None:
            groups = f"{format_dtg(window.earliest)} - {format_dtg(window.latest)}"
            found[name] = groups if row.get(f"{name}_date") else window_words(window)
    return found


def instants_understood(values: Mapping[str, str], zone: tzinfo) -> dict[str, str]:
    """The same of the two instants of an area."""
    found = {}
    for name in ("begins", "ends"):
        row = {key: values.get(key, "").strip() for key in (f"{name}_date", f"{name}_time")}
        try:
            at = read_instant(row, name, zone)
        except ValidationError:
            continue
        if at is not None:
            found[name] = format_dtg(at) if row[f"{name}_date"] else moment_words(at)
    return found
