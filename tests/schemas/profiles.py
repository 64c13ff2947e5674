"""The shipped profile, and how to spoil a copy of it."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "config" / "missions" / "mali-minusma"


def spoil(folder: Path, name: str, old: str, new: str, nth: int = 1) -> int:
    """Replaces the nth occurrence of a text, and says on which line its last line now stands."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    start = -1
    for _ in range(nth):
        start = text.index(old, start + 1)
    path.write_text(text[:start] + new + text[start + len(old) :], encoding="utf-8")
    return text[:start].count("\n") + new.count("\n") + 1
