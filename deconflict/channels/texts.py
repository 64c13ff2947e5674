"""The texts people receive, from templates/messages/<language>/: `<event>.txt` is an SMS, `<event>.several.txt` one about
several cases at once, `<event>.mail.txt` an e-mail whose first line is its subject, `voice_*.txt` is read out in a call. A
country team reads and endorses those files, so they hold plain words and $names only.

An event is an audience and a purpose. Teams on the road are told to call their base; officers, focal points and mission
desks are told to log in. A link is only ever put in an e-mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Template

from deconflict.channels.port import Script
from deconflict.domain.sms import fit, spelled

FOLDER = Path(__file__).parents[2] / "templates" / "messages"
FALLBACK = "fr"  # a recipient whose language nobody wrote texts in is still told


class Event(StrEnum):
    """Every text there is; the value is its file name."""

    TEAM_CRITICAL = "team_critical"
    TEAM_HIGH = "team_high"
    TEAM_REMINDER = "team_reminder"
    TEAM_CLOSED = "team_closed"
    OFFICER_CRITICAL = "officer_critical"
    OFFICER_HIGH = "officer_high"
    OFFICER_REMINDER = "officer_reminder"
    OFFICER_UNREACHED = "officer_unreached"
    OFFICER_OBJECTION = "officer_objection"
    OFFICER_OVERDUE = "officer_overdue"
    OFFICER_BRAKE = "officer_brake"
    OFFICER_CLOSED = "officer_closed"
    FOCAL_REQUEST = "focal_request"
    FOCAL_REMINDER = "focal_reminder"
    FOCAL_PASSING = "focal_passing"
    FOCAL_MINIMAL = "focal_minimal"
    FOCAL_OVERDUE = "focal_overdue"
    FOCAL_CLOSED = "focal_closed"
    MISSION_REQUEST = "mission_request"
    MISSION_REMINDER = "mission_reminder"
    MISSION_PASSING = "mission_passing"
    MISSION_MINIMAL = "mission_minimal"
    MISSION_CLOSED = "mission_closed"

    @property
    def has_mail(self) -> bool:
        """Teams on the road read no mail."""
        return not self.startswith("team_")

    @property
    def several(self) -> Event | None:
        """Whose words say it of several cases at once; None for what always leaves alone: the words of an overdue team are in no other
        text, nor that what a desk has was not passed on. What is urgent and what is over are said apart from the rest."""
        audience, _, purpose = self.partition("_")
        if purpose in ("brake", "overdue", "passing"):
            return None
        return self if purpose in ("critical", "unreached", "closed", "minimal") else _PLAIN[audience]

    @property
    def has_voice(self) -> bool:
        """Nobody is rung to hear that something is over."""
        return self.voice is not None

    @property
    def voice(self) -> Voice | None:
        """What a call about it says. Few scripts: each is recorded in every language of the country."""
        audience, _, purpose = self.partition("_")
        if purpose == "closed":
            return None
        if purpose == "minimal":
            return Voice.MINIMAL
        if audience == "team":
            return Voice.TEAM_URGENT if purpose == "critical" else Voice.TEAM
        return Voice.DESK_URGENT if purpose in ("critical", "unreached") else Voice.DESK


class Voice(StrEnum):
    """What is said in calls; the value is the name of the text and of its recordings. Scripts end before the reference, which
    is spelled after them; KEYS and THANKS belong to every call."""

    TEAM_URGENT = "voice_team_urgent"
    TEAM = "voice_team"
    DESK_URGENT = "voice_desk_urgent"
    DESK = "voice_desk"
    MINIMAL = "voice_minimal"
    KEYS = "voice_keys"
    THANKS = "voice_thanks"


_PLAIN = {
    "team": Event.TEAM_HIGH,
    "officer": Event.OFFICER_HIGH,
    "focal": Event.FOCAL_REQUEST,
    "mission": Event.MISSION_REQUEST,
}


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail ready to leave."""

    subject: str
    body: str


def languages() -> tuple[str, ...]:
    """The tags that texts exist in."""
    return tuple(sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))


def render(event: str, lang: str, *, reference: str, counter: int, code: str, link: str = "") -> str:
    """One SMS in GSM-7 letters. `link` is accepted and never printed, so that both kinds are called alike. Raises
    ValueError for an event that does not exist."""
    return fit(_filled(Event(event), lang, ".txt", reference, counter, code)).strip()


def several_of(event: str) -> Event | None:
    """`Event.several`, and None for an event that does not exist."""
    return Event(event).several if event in set(Event) else None


def render_several(event: str, lang: str, *, labels: Sequence[str], code: str) -> str:
    """One SMS about several cases, `labels` each a reference with its counter. Raises ValueError for an event that leaves alone."""
    several = several_of(event)
    if several is None:
        raise ValueError(f"{event} is said of one case at a time")
    words = Template(_source(_spoken(lang), f"{several}.several.txt"))
    return fit(words.substitute(references=", ".join(labels), code=code)).strip()


def render_mail(
    event: str, lang: str, *, reference: str, counter: int, code: str, link: str = "", own: str = ""
) -> Mail:
    """One e-mail, closed by the disclaimer. `own`: the reader's item that it is about; the line of it, or of the `link`, is left out
    without. Raises ValueError for an event that does
    not exist or that has no e-mail."""
    if not Event(event).has_mail:
        raise ValueError(f"{event} has no e-mail")
    text = _filled(Event(event), lang, ".mail.txt", reference, counter, code, link, own)
    subject, _, body = text.partition("\n")
    disclaimer = _source(_spoken(lang), "disclaimer.txt")
    return Mail(subject.strip(), f"{body.strip()}\n\n-- \n{disclaimer.strip()}\n")


def render_voice(event: str, lang: str, *, reference: str, spoken: str = "") -> tuple[str, Script]:
    """What a call says, and the same for channels that have it recorded in `spoken`, "" for `lang`. Raises ValueError for an
    event that does not exist or that nobody is rung for."""
    voice = Event(event).voice
    if voice is None:
        raise ValueError(f"nobody is rung for {event}")
    written = _spoken(lang)
    text = Template(_source(written, f"{voice}.txt")).substitute(reference=spelled(reference))
    script = Script(name=voice, language=_tag(spoken or lang), written=written, reference=reference)
    return f"{text.strip()} {voice_words(Voice.KEYS, written)}", script


def voice_words(part: Voice, lang: str) -> str:
    """The words of a part that belongs to every call."""
    return _source(_spoken(lang), f"{part}.txt").strip()


def _filled(
    event: Event, lang: str, ending: str, reference: str, counter: int, code: str, link: str = "", own: str = ""
) -> str:
    lines = _source(_spoken(lang), event + ending).splitlines()
    kept = "\n".join(line for line in lines if (link or "$link" not in line) and (own or "$own" not in line))
    return Template(kept).substitute(reference=f"{reference}-{counter}", code=code, link=link, own=own)


def _spoken(lang: str) -> str:
    return _tag(lang) if _tag(lang) in languages() else FALLBACK


def _tag(lang: str) -> str:
    return lang.replace("_", "-").partition("-")[0].lower()


@cache
def _source(lang: str, name: str) -> str:
    return (FOLDER / lang / name).read_text(encoding="utf-8")
