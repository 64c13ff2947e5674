"""The words of a text that tries a number, from templates/trials/<language>.txt: neutral like every text, and about nothing."""

from __future__ import annotations

from pathlib import Path
from string import Template

from deconflict.channels.texts import FALLBACK
from deconflict.domain.sms import fit

FOLDER = Path(__file__).parents[2] / "templates" / "trials"


def render_trial(language: str, *, reference: str, code: str) -> str:
    """One SMS in GSM-7 letters."""
    path = FOLDER / f"{language}.txt"
    words = (path if path.is_file() else FOLDER / f"{FALLBACK}.txt").read_text(encoding="utf-8")
    return fit(Template(words).substitute(reference=reference, code=code)).strip()
