"""What a notice never holds is found in the usual ways of writing it, and what people need to write is left alone."""

from __future__ import annotations

import time

import pytest

from deconflict.domain.unwanted import OF_A_HOUSE, OF_A_SITE, unwanted_in, unwanted_in_place

MONEY, COUNTED, DONOR, WHO, NAME, NUMBER = "Money", "Beneficiaries", "Donors", "Who people", "No names", "A telephone"


@pytest.mark.parametrize(
    ("text", "found", "why"),
    [
        ("transport de 3 500 000 FCFA au village", "3 500 000 FCFA", MONEY),
        ("20.000 $ à remettre", "20.000 $", MONEY),
        ("carries €500", "€500", MONEY),
        ("2 millions de francs à remettre", "2 millions de francs", MONEY),
        ("5 millions FCFA", "5 millions FCFA", MONEY),
        ("distribution d'espèces demain", "espèces", MONEY),
        ("350 bénéficiaires attendent", "350 bénéficiaires", COUNTED),
        ("1 200 ménages déplacés", "1 200 ménages", COUNTED),
        ("for 40 IDPs", "40 IDPs", COUNTED),
        ("voir la liste des beneficiaires", "liste des beneficiaires", COUNTED),
        ("exigé par le bailleur", "bailleur", DONOR),
        ("visite du donateur", "donateur", DONOR),
        ("avec liste bénéficiaires", "liste bénéficiaires", COUNTED),
        ("mission ECHO sur place", "ECHO", DONOR),
        ("équipe sans expatriés", "expatriés", WHO),
        ("village peul menacé", "peul", WHO),
        ("accompagné de Mme Diallo", "Mme Diallo", NAME),
        ("with Dr. Traoré", "Dr. Traoré", NAME),
        ("appeler le 70 00 00 07", "70 00 00 07", NUMBER),
        ("call +223 70000007", "+223 70000007", NUMBER),
    ],
)
def test_what_a_notice_never_holds_is_named(text, found, why):
    unwanted = unwanted_in(text)
    assert unwanted is not None
    assert unwanted.found == found
    assert unwanted.sentence.startswith(why)
    assert "%(found)s" in unwanted.sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Vaccins à livrer avant la rupture de la chaîne du froid",
        "Pompe en panne, le village est sans eau depuis 3 jours",
        "The road closes on 12/12/2019 at 18:00, 4 vehicles wait",
        "Le médecin part demain, une seule piste ouverte",
        "Rupture d'intrants nutritionnels au CSRef",
        "Retard de 2 h, pneu crevé",
        "family planning supplies",
        "échoué hier, nouvel essai",
        "Rendez-vous avancé par la commune",
    ],
)
def test_what_people_need_to_say_is_left_alone(text):
    assert unwanted_in(text) is None


PLACES = [
    # Called after a people, as hundreds of villages are; after a faith, a disease, a rank, a number of houses.
    *(
        "MBella-Bambara",
        "Okoyéri-Dogon",
        "Sama-Peulh",
        "Bambara-Maoudé",
        "Centre de santé chrétien",
        "CSCom ARCAD-SIDA",
    ),
    *("Tin-Touareg", "Faladié-Arabes", "CLINIQUE ECHO ET RADIO", "Ancien camp de la compagnie", "Famagan", "Calibina"),
    *(
        "Km 26",
        "N10",
        "Point A",
        "Cité des 1008 logements",
        "Village B1, section 2",
        "Unité 4 de Niono",
        "Hôtel 3 Palmiers",
    ),
    *("Site 3 PDI", "Quartier 7, porte 214", "Foyer de la Fraternité", "Delta 2", "Forage n° 12", "Pompe 45 m3"),
]


@pytest.mark.parametrize("name", PLACES)
def test_what_a_place_is_called_is_left_alone(name):
    for written in (name, name.upper(), name.lower()):
        assert unwanted_in_place(written, OF_A_SITE) is None, written
        assert unwanted_in_place(written, OF_A_HOUSE) is None, written


@pytest.mark.parametrize("whats", [OF_A_SITE, OF_A_HOUSE])
@pytest.mark.parametrize(
    ("text", "found", "why"),
    [
        ("Magasin, 3 500 000 FCFA en caisse", "3 500 000 FCFA", MONEY),
        ("Coffre des espèces, Bankass", "espèces", MONEY),
        ("Site de Bankass, 350 ménages", "350 ménages", COUNTED),
        ("Camp 12 déplacés", "12 déplacés", COUNTED),
        ("Campement, demander le 70 00 00 07", "70 00 00 07", NUMBER),
        ("Poste gardé, AK-47", "AK-47", "“%(found)s” speaks of weapons"),
        ("École, mitrailleuse sur le toit", "mitrailleuse", "“%(found)s” speaks of weapons"),
        ("Base radio 145,500 MHz", "145,500 MHz", "“%(found)s” speaks of a radio"),
        ("Base, indicatif Lion 4", "indicatif Lion 4", "“%(found)s” speaks of a call sign"),
        ("Camp, 30 soldats", "30 soldats", "“%(found)s” says how many"),
        ("Garage AB 1234 MD", "AB 1234 MD", "“%(found)s” speaks of a number plate"),
    ],
)
def test_what_a_notice_never_holds_is_named_in_a_place_too(text, found, why, whats):
    unwanted = unwanted_in_place(text, whats)
    assert unwanted is not None
    assert unwanted.found == found
    assert unwanted.sentence.startswith(why)


def test_a_host_is_nobody_s_to_name_and_a_health_centre_is_called_after_its_founder():
    assert unwanted_in_place("chez Mme Diallo, derrière le marché", OF_A_HOUSE).found == "Mme Diallo"
    assert unwanted_in_place("CSRéf Dr Kampo", OF_A_SITE) is None


@pytest.mark.parametrize("text", ["1" * 250 + " " * 250, "1 " * 5_000, "9" * 20_000, "+" + "1-" * 9_000])
def test_a_long_row_of_figures_takes_no_time(text):
    began = time.perf_counter()
    unwanted_in(text)
    unwanted_in_place(text, OF_A_HOUSE)
    assert time.perf_counter() - began < 0.5  # it took minutes
