"""What a notice never holds is found in the usual ways of writing it, and what people need to write is left alone."""

from __future__ import annotations

import time

import pytest

from deconflict.domain.unwanted import unwanted_in

MONEY, COUNTED, DONOR, WHO, NAME, NUMBER = "Money", "Beneficiaries", "Donors", "Who people", "No names", "A telephone"


@pytest.mark.parametrize(
    ("text", "found", "why"),
    [
        ("transport de 3 500 000 FCFA au village", "3 500 000 FCFA", MONEY),
        ("20.000 $ à remettre", "20.000 $", MONEY),
        ("carries €500", "€500", MONEY),
        ("distribution d'espèces demain", "espèces", MONEY),
        ("350 bénéficiaires attendent", "350 bénéficiaires", COUNTED),
        ("1 200 ménages déplacés", "1 200 ménages", COUNTED),
        ("for 40 IDPs", "40 IDPs", COUNTED),
        ("voir la liste des beneficiaires", "liste des beneficiaires", COUNTED),
        ("exigé par le bailleur", "bailleur", DONOR),
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


@pytest.mark.parametrize("text", ["1" * 250 + " " * 250, "1 " * 5_000, "9" * 20_000, "+" + "1-" * 9_000])
def test_a_long_row_of_figures_takes_no_time(text):
    began = time.perf_counter()
    unwanted_in(text)
    assert time.perf_counter() - began < 0.5  # it took minutes
