"""What a country team has recorded for calls: `voice/<language>/<part>.mp3` or `.wav` of the mission profile.

A language is recorded whole, every script and both parts that belong to every call, or not at all: half a message in one
language and half in another is understood by nobody. Letters (`letter_f`, `letter_4`) may be missing: then the reference is
read out by a machine.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from deconflict.channels.texts import Voice

KINDS = {".mp3": "audio/mpeg", ".wav": "audio/wav"}
LETTERS = {char: f"letter_{char.lower()}" for char in string.ascii_uppercase + string.digits}


@dataclass(frozen=True, slots=True)
class Recordings:
    """Paths by (language, part). Nothing else is ever served."""

    files: Mapping[tuple[str, str], Path]

    def knows(self, language: str) -> bool:
        return (language, Voice.KEYS) in self.files

    def parts(self, language: str, name: str, reference: str) -> list[str] | None:
        """The files that say a script and its reference, by name; None when a letter of it was not recorded."""
        wanted = [name, *(LETTERS.get(char, "") for char in reference.upper())]
        found = [self.files.get((language, part)) for part in wanted]
        return [path.name for path in found if path] if all(found) else None

    def file(self, language: str, name: str) -> Path | None:
        """The recording whose file has this name."""
        path = self.files.get((language, Path(name).stem))
        return path if path is not None and path.name == name else None


def recordings_in(folder: Path) -> Recordings:
    """What is recorded in `folder`. Raises ValueError, with every file that is wrong or missing, a line each."""
    files: dict[tuple[str, str], Path] = {}
    wrong: list[str] = []
    for path in sorted(folder.glob("*/*")):
        language, part = path.parent.name, path.stem
        if path.suffix not in KINDS or part not in {*Voice, *LETTERS.values()}:
            wrong.append(
                f"{language}/{path.name}: no call plays this; it should be one of {', '.join(Voice)}, letter_a"
            )
        elif (language, part) in files:
            wrong.append(f"{language}/{path.name}: recorded twice, also as {files[language, part].name}")
        files[language, part] = path
    wrong += _missing(files)
    if wrong:
        raise ValueError("\n".join(f"{folder.name}/{line}" for line in wrong))
    return Recordings(files)


def _missing(files: Mapping[tuple[str, str], Path]) -> Iterator[str]:
    for language in sorted({language for language, _ in files}):
        for part in Voice:
            if (language, part) not in files:
                yield f"{language}/{part}.mp3: is missing; a language is recorded whole or not at all"
