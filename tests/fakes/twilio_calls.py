"""What a call says, read from its TwiML as Twilio would play it."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass(frozen=True)
class Said:
    """`turns` are what is heard each time the words are said, one (verb, words or address, language) per piece; `action` is
    where the key goes."""

    turns: tuple[tuple[tuple[str, str, str], ...], ...]
    action: str
    keys: int

    @property
    def words(self) -> str:
        """Once, whatever the machine reads out, and recordings by their file names."""
        return " ".join(text if verb == "Say" else text.rpartition("/")[2] for verb, text, _ in self.turns[0])


def said_in(twiml: str) -> Said:
    """Turns begin with a pause. AssertionError for words that no key can answer."""
    response = ElementTree.fromstring(twiml)
    assert response.tag == "Response"
    (gather,) = response.findall("Gather")
    turns: list[list[tuple[str, str, str]]] = []
    for verb in gather:
        if verb.tag == "Pause":
            turns.append([])
        else:
            turns[-1].append((verb.tag, verb.text or "", verb.get("language", "")))
    return Said(tuple(map(tuple, turns)), gather.attrib["action"], int(gather.attrib["numDigits"]))
