"""What is never stored of a plan is found in fields and in free text, and nothing is found in what people call places and work."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from deconflict.domain.withheld import SENTENCES, found_in, is_withheld

ROOT = Path(__file__).parents[2]
LISTS = [*(ROOT / "config/missions").glob("*/gazetteer/*.csv"), *(ROOT.parent / "shared/data/mali").glob("*.csv")]

SAID = {
    "strength": [
        *(
            "24 pax",
            "24pax",
            "effectif 30",
            "Effectif : 30",
            "30 soldats",
            "trente soldats",
            "twelve peacekeepers",
            "strength 45",
        ),
        *("15 Casques bleus", "１２ pax", "patrol of 8 men", "20 militaires"),
    ],
    "call_sign": ["ind. LION 21", "indicatif radio LION", "call sign EAGLE 3", "call-sign", "Bravo 12", "November 45"],
    "frequency": ["148.5 MHz", "148,5 mhz", "fréq. 145,500", "VHF canal 16", "HF 7150", "frequency 40.2"],
    "unit": [
        *(
            "2e Cie",
            "2ème compagnie",
            "3rd Pl",
            "1st Pl",
            "A Coy",
            "Bravo Coy",
            "bataillon",
            "SENBATT 2",
            "TOGBAT",
            "section 2",
        ),
        *("1er peloton", "4e escadron", "unité 12", "2E CIE", "12th company"),
    ],
    "weapon": [
        "12.7 mm",
        "7,62 mm",
        "AK-47",
        "AK 47",
        "RPG-7",
        "mitrailleuse",
        "machine guns",
        "véhicules blindés",
        "3 VAB",
        "mortar 81",
    ],
    "plate": ["UN 12345", "UNP-4512", "immatriculé", "licence plate", "plaque d'immatriculation 12", "AB 1234 MD"],
}
HARMLESS = [
    *(
        "Réhabilitation du canal 2",
        "Tuyau PVC 110 mm",
        "Forage de Bankass",
        "Don à 30 personnes",
        "50 ménages",
        "École 2e cycle",
    ),
    *("Borehole, sector 5", "Unité de transformation de karité", "Remise de 3 salles de classe", "PK 12 de la RN15"),
    *("vehicle breakdown, new date", "pluie, piste coupée", "Compagnie malienne de textile", "CSCom de Douentza 2"),
    *(
        "moved to 13 Dec 10:00",
        "moved to 101300ZDEC19",
        "combat training cancelled",
        "Delta intérieur",
        "30P UN 1234 5678",
    ),
    *(
        "14.0700, -3.5200",
        "Remise de plaques solaires",
        "mission reportée de 2 jours",
        "un puits",
        "unplanned",
        "40 sacs de 25 kg",
    ),
    *(
        "rung by Oumou, November 12, she has it",
        "12 November 14:30",
        "Victor 10:15",
        "heard by HF 10:15",
        "Mike 9:05, read back",
    ),
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_what_is_never_stored_is_found_and_quoted_as_typed(kind: str, text: str) -> None:
    found = found_in(f"Réunion à Bankass, {text}, départ 8 h")
    assert found is not None
    assert found.kind == kind
    assert found.words
    assert found.words in text
    assert found.words in found.sentence % found.facts


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_words_are_taken(text: str) -> None:
    assert found_in(text) is None


def test_no_place_of_any_list_is_refused() -> None:
    """Names of settlements, communes, sites and roads, with everything else that the lists say of them."""
    cells = {
        cell for path in LISTS for row in csv.reader(path.read_text(encoding="utf-8").splitlines()) for cell in row
    }
    assert len(cells) > 500
    assert [(cell, found) for cell in sorted(cells) if (found := found_in(cell))] == []


def test_every_kind_has_its_sentence_and_its_example() -> None:
    assert SENTENCES.keys() == SAID.keys()


@pytest.mark.parametrize(
    "name",
    [
        *(
            "effectif",
            "Effectifs",
            "nb_personnel",
            "strength",
            "pax",
            "indicatif",
            "call_sign",
            "callsign",
            "Call-Sign",
            "freq_vhf",
        ),
        *(
            "fréquence",
            "MHz",
            "radio",
            "bataillon",
            "compagnie",
            "section",
            "peloton",
            "unité",
            "unit",
            "calibre",
            "mitrailleuse",
        ),
        *(
            "véhicules blindés",
            "armement",
            "weapons",
            "plate_number",
            "immatriculation",
            "medevac plan",
            "ordre de bataille",
        ),
    ],
)
def test_fields_that_ask_for_it_are_known_by_their_name(name: str) -> None:
    assert is_withheld(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "kind",
            "level",
            "mode",
            "urgency",
            "aid_component",
            "joint_with",
            "title",
            "media",
            "category",
            "place",
            "place_pcode",
        ),
        *(
            "position",
            "correction",
            "activity",
            "halt",
            "arrive_date",
            "depart_from",
            "sure_far",
            "points",
            "shape",
            "half_width_km",
        ),
    ],
)
def test_fields_of_the_form_are_not(name: str) -> None:
    assert not is_withheld(name)
