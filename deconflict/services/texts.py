"""Every text that may leave, with samples at their longest, its segments, and what the linter has against it: for whoever changes
one, before it goes live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deconflict.channels.texts import Event, languages, render, render_mail, render_several, render_voice
from deconflict.domain.sms import fit, forbidden, segments, spelled

REFERENCE, COUNTER, CODE = "4F7K2", 88, "4821"
BASE = "https://desk.example.org"
LABEL = f"{REFERENCE}-{COUNTER}"
LABELS = (LABEL, f"8QX3M-{COUNTER}")
SEVERAL = ".several"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One text. `kind` is sms, email or voice; `audience` and `purpose` those of the event, with `.several` where an SMS says it of
    several cases at once; `segments` of an SMS, 0 for others; `faults` what it may not say, in words of the text itself, and what
    would cut it in two."""

    kind: str
    event: str
    audience: str
    purpose: str
    language: str
    subject: str
    text: str
    segments: int
    faults: tuple[str, ...]

    @property
    def file(self) -> str:
        """Which file of templates/messages it stands in."""
        if self.kind == "voice":
            return f"{self.language}/{Event(self.event).voice}.txt"
        ending = ".mail" if self.kind == "email" else ".several" if self.purpose.endswith(SEVERAL) else ""
        return f"{self.language}/{self.event}{ending}.txt"


def previews(names: Iterable[str] = (), base: str = BASE) -> list[Preview]:
    """All of them, by audience, purpose and language. `names`: of places and organisations that no text may say; `base`: where
    links of mails lead."""
    listed = tuple(names)
    return [found for event in Event for language in languages() for found in _of(event, language, listed, base)]


def faults_of(found: Iterable[Preview]) -> list[str]:
    """A line for each text that must not go live."""
    lines = [f"templates/messages/{one.file}: {', '.join(one.faults)}" for one in found if one.faults]
    return list(dict.fromkeys(lines))


def _of(event: Event, language: str, names: tuple[str, ...], base: str) -> Iterator[Preview]:
    audience, _, purpose = event.partition("_")

    def preview(kind: str, text: str, faults: list[str], subject: str = "", count: int = 0, of: str = "") -> Preview:
        return Preview(
            kind=kind,
            event=event,
            audience=audience,
            purpose=purpose + of,
            language=language,
            subject=subject,
            text=text,
            segments=count,
            faults=tuple(faults),
        )

    words = {"reference": REFERENCE, "counter": COUNTER, "code": CODE}
    text = render(event, language, **words)  # type: ignore[arg-type]  # names of its own
    yield preview("sms", text, _against(text, names, LABEL), count=segments(text))
    if event.several is event:
        text = render_several(event, language, labels=LABELS, code=CODE)
        yield preview("sms", text, _against(text, names, ", ".join(LABELS)), count=segments(text), of=SEVERAL)
    if event.has_mail:
        link = f"{base}/a/x"
        mail = render_mail(event, language, **words, link=link)  # type: ignore[arg-type]
        body = mail.body.partition("\n-- \n")[0]  # what follows is the same in all, and speaks of law
        wrong = [found for part in (mail.subject, body) for found in forbidden(part, names, known=(LABEL, link))]
        yield preview("email", mail.body, wrong, mail.subject)
    if event.has_voice:
        said, _script = render_voice(event, language, reference=REFERENCE)
        yield preview("voice", said, forbidden(said, names, known=(spelled(REFERENCE),)))


def _against(text: str, names: tuple[str, ...], label: str) -> list[str]:
    """What is wrong with an SMS."""
    wrong = forbidden(text, names, known=(label, CODE))
    wrong += [f"{segments(text)} segments"] if segments(text) > 1 else []
    wrong += [] if text == fit(text) and "?" not in text else ["letters outside GSM-7"]
    return wrong + [f"no ${name}" for name, value in (("reference", label), ("code", CODE)) if value not in text]
