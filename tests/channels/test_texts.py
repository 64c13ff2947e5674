"""Every text in every language, at its longest, is one GSM-7 segment and says nothing at a checkpoint."""

from __future__ import annotations

from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deconflict.channels.texts import (
    FOLDER,
    Event,
    Voice,
    languages,
    render,
    render_mail,
    render_several,
    render_voice,
    several_of,
    voice_words,
)
from deconflict.domain.sms import fit, forbidden, segments, spelled


class Facts(TypedDict):
    reference: str
    counter: int
    code: str


LONGEST: Facts = {"reference": "4F7K2WQ8", "code": "48215937", "counter": 999}
PLAIN: Facts = {"reference": "4F7K2", "counter": 1, "code": "4821"}
LINK = "https://desk.example.org/a/" + "t" * 43
NAMES = ("Association Badenya", "ONG Alpha", "Ménaka", "Mopti", "Bankass")
ALL = [(event, lang) for event in Event for lang in languages()]
SEVERAL = [event for event in Event if event.several is event]
MAILED = [(event, lang) for event, lang in ALL if event.has_mail]
TEAM_FR = {
    "team_critical": "URGENT dossier 4F7K2-1: appelez votre base avant de partir. "
    "Déjà en route: appelez à la prochaine étape prévue. Code 4821.",
    "team_high": "Dossier 4F7K2-1: appelez votre base avant de partir. "
    "Déjà en route: appelez à la prochaine étape prévue. Code 4821.",
    "team_closed": "Dossier 4F7K2-1: fin de ce dossier seulement. Les autres restent ouverts. "
    "Appelez votre base avant de partir. Code 4821.",
}
TEAM_FR |= {"team_reminder": TEAM_FR["team_high"]}


LABELS = ("4F7K2-999", "8QX3M-999")


def test_both_languages_have_every_text_and_nothing_else() -> None:
    wanted = {f"{event}.txt" for event in Event} | {f"{event}.mail.txt" for event in Event if event.has_mail}
    wanted |= {f"{event}.several.txt" for event in SEVERAL} | {f"{part}.txt" for part in Voice}
    assert {"en", "fr"} <= set(languages())
    for lang in languages():
        assert {path.name for path in (FOLDER / lang).iterdir()} == wanted | {"disclaimer.txt"}


@pytest.mark.parametrize(("event", "lang"), ALL)
def test_a_text_at_its_longest_is_one_clean_segment(event: Event, lang: str) -> None:
    text = render(event, lang, **LONGEST, link=LINK)
    assert segments(text) == 1
    assert len(text) <= 160
    assert text == fit(text)
    assert "\n" not in text
    assert forbidden(text, NAMES) == []
    assert forbidden(text, NAMES, known=["4F7K2WQ8-999", "48215937"]) == []


@pytest.mark.parametrize(("event", "lang"), ALL)
def test_a_text_carries_its_reference_its_counter_and_its_code_and_no_link(event: Event, lang: str) -> None:
    text = render(event, lang, reference="4F7K2", counter=3, code="4821", link=LINK)
    assert "4F7K2-3" in text
    assert "4821" in text
    assert "http" not in text


@pytest.mark.parametrize(("event", "text"), TEAM_FR.items())
def test_teams_read_exactly_the_agreed_words(event: str, text: str) -> None:
    assert render(event, "fr", **PLAIN) == text


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("event", [event for event in Event if event.several])
def test_a_text_about_several_cases_lists_two_at_least_in_one_clean_segment(event: Event, lang: str) -> None:
    text = render_several(event, lang, labels=LABELS, code="4821")
    assert (segments(text), text) == (1, fit(text))
    assert forbidden(text, NAMES) == []
    assert ", ".join(LABELS) in text
    assert "4821" in text
    assert event.several is not None
    assert ("URGENT" in text) == ("URGENT" in render(event, lang, **PLAIN))
    base, log_in = {"fr": ("votre base", "connectez-vous"), "en": ("your base", "log in")}[lang]
    assert (base in text.lower()) == event.startswith("team_")
    assert log_in in text.lower() or event in (
        "team_critical",
        "team_high",
        "team_reminder",
        "team_closed",
        "officer_closed",
    )


def test_what_is_urgent_and_what_is_over_is_said_apart_and_the_brake_alone() -> None:
    heads = {event: event.several for event in Event}
    assert {event for event, head in heads.items() if head is None} == {
        Event.OFFICER_BRAKE,
        Event.FOCAL_OVERDUE,
        Event.OFFICER_OVERDUE,
        Event.FOCAL_PASSING,
        Event.MISSION_PASSING,
    }
    assert all(
        head == event
        for event, head in heads.items()
        if event.endswith(("_critical", "_closed", "_unreached", "_minimal"))
    )
    assert heads[Event.TEAM_REMINDER] is Event.TEAM_HIGH
    assert heads[Event.FOCAL_REMINDER] is Event.FOCAL_REQUEST
    assert heads[Event.OFFICER_OBJECTION] is Event.OFFICER_HIGH
    with pytest.raises(ValueError, match="one case at a time"):
        render_several("officer_brake", "fr", labels=LABELS, code="4821")
    assert several_of("team_lunch") is None


@pytest.mark.parametrize(("event", "lang"), ALL)
def test_teams_call_their_base_and_desks_log_in(event: Event, lang: str) -> None:
    text = render(event, lang, **PLAIN).lower()
    base, log_in = {"fr": ("votre base", "connectez-vous"), "en": ("your base", "log in")}[lang]
    assert (base in text) == event.startswith("team_")
    assert not (log_in in text and event.startswith("team_"))
    assert "point focal" not in text
    assert "focal point" not in text
    if event.endswith(("_minimal", "_request", "_reminder", "_high", "_critical")):
        assert base in text or log_in in text


@pytest.mark.parametrize(("event", "lang"), MAILED)
def test_a_mail_says_log_in_names_the_file_and_ends_with_the_disclaimer(event: Event, lang: str) -> None:
    mail = render_mail(event, lang, reference="4F7K2", counter=3, code="4821", link=LINK)
    body, _, footer = mail.body.partition("\n-- \n")
    assert "4F7K2-3" in mail.subject
    assert "4F7K2-3" in body
    assert LINK in body
    assert {"fr": "connectez-vous", "en": "log in"}[lang] in body.lower()
    assert footer.startswith({"fr": "La notification est volontaire.", "en": "Notification is voluntary."}[lang])
    assert forbidden(mail.subject, NAMES, known=["4F7K2-3"]) == []
    assert forbidden(body, NAMES, known=["4F7K2-3", LINK]) == []


@pytest.mark.parametrize(("event", "lang"), MAILED)
def test_a_mail_names_the_readers_own_item_where_it_is_given_one_and_officers_mail_never(
    event: Event, lang: str
) -> None:
    words = {"fr": "Votre notification ou plan : 8QX3M", "en": "Your notice or plan: 8QX3M"}[lang]
    mail = render_mail(event, lang, **PLAIN, link=LINK, own="8QX3M")
    assert (words in mail.body) == (not event.startswith("officer_"))
    assert "8QX3M" not in mail.subject
    assert words[:12] not in render_mail(event, lang, **PLAIN, link=LINK).body


@pytest.mark.parametrize(("event", "lang"), MAILED)
def test_a_mail_without_a_link_has_no_line_that_promises_one(event: Event, lang: str) -> None:
    mail = render_mail(event, lang, reference="4F7K2", counter=3, code="4821")
    assert "http" not in mail.body
    assert not any(line.rstrip().endswith(":") for line in mail.body.splitlines())
    assert "\n\n\n" not in mail.body


@pytest.mark.parametrize(
    ("tag", "like"), [("fr-ML", "fr"), ("en_GB", "en"), ("EN", "en"), ("bm", "fr"), ("", "fr"), ("..", "fr")]
)
def test_a_language_nobody_wrote_texts_in_is_told_in_french(tag: str, like: str) -> None:
    assert render("team_high", tag, **PLAIN) == render("team_high", like, **PLAIN)


def test_a_team_has_no_mail_and_an_unknown_event_no_text() -> None:
    with pytest.raises(ValueError, match="no e-mail"):
        render_mail("team_high", "fr", **PLAIN)
    with pytest.raises(ValueError, match="team_lunch"):
        render("team_lunch", "fr", **PLAIN)


RUNG = [(event, lang) for event, lang in ALL if event.has_voice]


@pytest.mark.parametrize(("event", "lang"), RUNG)
def test_a_call_says_what_a_text_may_say_spells_its_reference_and_names_its_keys(event: Event, lang: str) -> None:
    text, script = render_voice(event, lang, reference="4F7K2")
    assert "4, F, 7, K, 2" in text
    assert forbidden(text, NAMES, known=[spelled("4F7K2")]) == []
    assert forbidden(text, NAMES) != []  # the linter reads it: without its reference a digit is a digit
    assert all(key in text for key in {"fr": ("un", "deux", "neuf"), "en": ("one", "two", "nine")}[lang])
    assert "code" not in text.lower()
    base, log_in = {"fr": ("votre base", "onnectez-vous"), "en": ("your base", "og in")}[lang]
    assert (base if event.startswith("team_") else log_in) in text
    assert (script.name, script.language, script.written, script.reference) == (event.voice, lang, lang, "4F7K2")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("part", Voice)
def test_every_part_of_a_call_is_clean(part: Voice, lang: str) -> None:
    assert forbidden(voice_words(part, lang).replace("$reference", ""), NAMES) == []
    assert ("$reference" in voice_words(part, lang)) == (part not in (Voice.KEYS, Voice.THANKS))


def test_a_call_in_a_language_nobody_wrote_is_read_out_in_french_and_may_be_recorded() -> None:
    text, script = render_voice("team_critical", "bm-ML", reference="4F7K2")
    assert text == render_voice("team_critical", "fr", reference="4F7K2")[0]
    assert (script.language, script.written) == ("bm", "fr")
    assert "4F7K2" not in repr(script)


def test_whoever_is_called_in_another_language_than_he_reads_has_his_own_to_fall_back_on() -> None:
    text, script = render_voice("team_critical", "en", reference="4F7K2", spoken="taq")
    assert text == render_voice("team_critical", "en", reference="4F7K2")[0]
    assert (script.language, script.written) == ("taq", "en")


def test_nobody_is_rung_to_hear_that_something_is_over() -> None:
    assert [event for event in Event if not event.has_voice] == [e for e in Event if e.endswith("_closed")]
    with pytest.raises(ValueError, match="nobody is rung"):
        render_voice("team_closed", "fr", reference="4F7K2")


@given(
    st.sampled_from(ALL), st.from_regex(r"[2-9A-HJ-NP-Z]{5}", fullmatch=True), st.integers(1, 999), st.integers(0, 9999)
)
def test_no_reference_or_code_trips_the_linter(
    which: tuple[Event, str], reference: str, counter: int, code: int
) -> None:
    event, lang = which
    text = render(event, lang, reference=reference, counter=counter, code=f"{code:04}")
    assert forbidden(text, NAMES) == []
    assert segments(text) == 1
