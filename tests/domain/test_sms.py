from __future__ import annotations

import pytest
from gsm0338 import Codec
from hypothesis import given
from hypothesis import strategies as st

from deconflict.domain.sms import fit, forbidden, is_plain, opts_out, parts, segments, spelled

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
GSM = "".join(c for c in map(chr, range(0x20, 0x7F)) if c != "`") + "éèàùìòäöüñÉÇÄÖÜÑß€£§"


@given(any_text)
def test_a_fitted_text_is_gsm_7_and_stays_as_it_is(text: str) -> None:
    fitted = fit(text)
    Codec().encode(fitted)
    assert "\x1b" not in fitted
    assert fit(fitted) == fitted


@given(st.text(GSM, max_size=200))
def test_letters_of_the_alphabet_are_never_changed(text: str) -> None:
    assert fit(text) == text


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("reçu, août, arrêt, contrôle, même, Abeïbara", "recu, aout, arret, controle, meme, Abeibara"),
        ("Ménaka, Ségou, Djenné, accusé de réception, dès", "Ménaka, Ségou, Djenné, accusé de réception, dès"),
        ("l’œuvre « À Évry » – suite…", 'l\'oeuvre " A Évry " - suite...'),
        ("12\u00a0°\u202fC", "12  deg C"),
        ("de\u0301ja\u0300", "deja"),
        ("ŒUVRE ÊTRE Ô", "OEUVRE ETRE O"),
        ("تمبكتو", "??????"),
        ("zero\u200bwidth", "zerowidth"),
    ],
)
def test_french_is_spelled_as_phones_can_show_it(written: str, sent: str) -> None:
    assert fit(written) == sent


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # the euro moves whole into the second part and leaves a gap
        ("ê" * 70, 1),
        ("ê" * 71, 2),
        ("ê" * 134, 2),
        ("ê" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_networks_cut_them(text: str, parts: int) -> None:
    assert segments(text) == parts


@given(any_text, any_text)
def test_more_text_never_takes_fewer_parts(text: str, more: str) -> None:
    assert segments(fit(text + more)) >= segments(fit(text))


def test_one_letter_outside_the_alphabet_more_than_halves_a_text() -> None:
    assert segments("a" * 160) == 1
    assert segments("a" * 159 + "ç") == 3


@pytest.mark.parametrize(
    "text",
    [
        "Le convoi part",
        "LES CONVOIS",
        "patrouille",
        "a Patrol",
        "les militaires",
        "l'armée",
        "armed men",
        "MINUSMA",
        "appelez OCHA",
        "l'ONU",
        "the UN desk",
        "CMCoord",
        "un agent humanitaire",
        "humanitarian",
        "les Casques bleus",
        "distribution de vivres",
        "checkpoint",
        "route approuvée",
        "c'est autorisé",
        "cleared to go",
        "you are safe",
        "zone sécurisée",
        "c'est sûr",
        "all clear",
        "reply STOP",
        "répondez YES",
        "END",
        "cancel",
        "quit",
        "ARRET",
        "arrêtez-vous",
        "halt here",
        "voir https://desk.example.org/a",
        "www.example.org",
        "desk.example.org",
        "ecrire a moi@example",
        "09:00",
        "a 9h30",
        "at 9 am",
        "100900ZDEC19",
        "10/12",
        "demain",
        "lundi",
        "tonight",
        "Monday",
        "cette nuit",
        "14.4843, -4.1830",
        "30PVB 12345 67890",
        "N 14° O",
        "+22370000001",
        "3 vehicules",
        "ML0501",
    ],
)
def test_what_tells_too_much_is_found(text: str) -> None:
    assert forbidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "Un dossier sur un autre, une fin, un mandat, une unité",  # "un" and "sur" are everywhere in French
        "Dossier 4F7K2-3: appelez votre base. Code 4821.",
        "URGENT dossier 9H30K-12: appelez. Code 482159.",
        "FILE 4F7K2: log in. CODE 4821",
        "La formation transforme, la commission émet",
        "Ce dossier s'arrondit, la bande s'étend, le bend",
    ],
)
def test_plain_words_pass(text: str) -> None:
    assert forbidden(text) == []


@given(st.text(st.sampled_from("abcdé ,:'"), max_size=40), st.integers(0, 10**8))
def test_no_digit_passes_outside_reference_and_code(words: str, number: int) -> None:
    assert forbidden(f"{words} {number} {words}")
    assert forbidden(f"{words} {number} {words}", known=[str(number)]) == forbidden(f"{words} {words}")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("vers MENAKA ce jour", "Ménaka"),
        ("chez abeibara.", "Abeïbara"),
        ("l'Association Badenya", "Association Badenya"),
        ("a Gao-ville", "Gao"),
        ("a l’Aéroport", "aeroport"),
    ],
)
def test_a_name_is_found_however_it_is_spelled(text: str, name: str) -> None:
    assert forbidden(text, names=["Kidal", name]) == [name]


def test_a_name_inside_another_word_is_not_that_name() -> None:
    assert forbidden("un gaolier", names=["Gao", ""]) == []


@pytest.mark.parametrize("reply", ["STOP", "stop", " Stop. ", "END", "cancel", "Quit!", "arrêt", "UNSUBSCRIBE"])
def test_a_keyword_alone_opts_out(reply: str) -> None:
    assert opts_out(reply)


@pytest.mark.parametrize("reply", ["", "OK", "4F7K2 4821", "stop a la riviere", "non stop", "oui"])
def test_a_keyword_among_words_does_not(reply: str) -> None:
    assert not opts_out(reply)


@given(any_text)
def test_parts_are_the_text_and_each_fits(text: str) -> None:
    cut = parts(text)
    assert "".join(cut) == text
    assert len(cut) == segments(text)
    alone = len(cut) == 1
    for part in cut:
        assert segments(part) == 1
        size = len(Codec().encode(part)[0]) if is_plain(text) else len(part.encode("utf-16-le")) // 2
        assert size <= ((160 if alone else 153) if is_plain(text) else (70 if alone else 67))


def test_a_reference_is_spelled_with_pauses() -> None:
    assert spelled("4f7K2") == "4, F, 7, K, 2"
