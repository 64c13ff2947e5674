"""XML, read once from front to back: no entity, no document type, nothing fetched, bounded in depth and in elements."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol
from xml.parsers import expat

from deconflict.domain.msgid import N_
from deconflict.files.limits import BadFile, damaged

DEEPEST = 64
MOST_ELEMENTS = 2_500_000

Attributes = dict[str, str]


class Listener(Protocol):
    """Hears the elements in their order, without the prefix of their name space; attributes keep theirs."""

    def start(self, name: str, attributes: Attributes) -> None: ...

    def text(self, data: str) -> None: ...

    def end(self, name: str) -> None: ...


def walk(chunks: Iterable[bytes], listener: Listener) -> None:
    """Tells `listener` what stands there. Raises BadFile at the first thing that is not plain XML, and lets through what the
    listener raises."""
    depth = count = 0

    def start(name: str, attributes: Attributes) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > DEEPEST or count > MOST_ELEMENTS:
            raise damaged()
        listener.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        listener.end(name.rpartition(":")[2])

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = listener.text
    parser.StartDoctypeDeclHandler = _refuse
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the latter two: an encoding that nobody knows
        raise damaged() from error


def _refuse(*_: object) -> None:
    raise BadFile(
        N_(
            "The file defines abbreviations of its own (a DOCTYPE), which are not followed here. Save it anew and send that."
        )
    )
