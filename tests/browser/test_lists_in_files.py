"""A list kept in a file, sent from a small phone: with scripts and without."""

from __future__ import annotations

from datetime import timedelta

import pytest

pytestmark = pytest.mark.browser


def lines(day):
    """As an organisation's logistician keeps them, under the fields' own names; the second is to be mended, the third in doubt."""
    header = "_key;kind;mode;vehicles;persons;escort;level;place;position;arrive_date;arrive_from;arrive_to;activity"
    header += ";depart_date;depart_from;depart_to"
    whole = "TRANSIT_STAFF;road;2;{persons};none;redacted"
    found = [header]
    for key, persons, place, position in (
        ("MV-1", "6", "Bankass", ""),
        ("MV-2", "beaucoup", "Nulle Part", ""),
        ("MV-3", "6", "Bankass", "14.1512, -3.5199"),
    ):
        begin = f"{key};{whole.format(persons=persons)}"
        found.append(f"{begin};Mopti;;;;;;{day};06:00;07:00")
        found.append(f"{key};;;;;;;{place};{position};{day};09:00;10:00;DIST_FOOD;{day};15:00;16:00")
        found.append(f"{key};;;;;;;Mopti;;{day};18:00;20:00;;;;")
    return "\r\n".join(found).encode("cp1252")


def takes(visitor, name, raw):
    visitor.opens("/files")
    visitor.page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": raw})
    visitor.presses("main form button >> nth=0")
    while visitor.page.locator("form[data-goes-on]").count():
        visitor.page.wait_for_timeout(200) if visitor.scripts else visitor.presses("form[data-goes-on] button")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_list_is_read_mended_and_sent(house, morning, visit, scripts):
    visitor = visit("ngo", language="fr", scripts=scripts)
    day = (morning + timedelta(days=9)).date().isoformat()
    takes(visitor, "semaine.csv", lines(day))
    visitor.sees("MV-1", "nouveau : 1", "H6", "E5", "I9")
    visitor.page.locator("form[action$='/send'] select").select_option("nobody")
    visitor.presses("form[action$='/send'] button", refused=True)
    visitor.sees("Il y a quelque chose à corriger")
    visitor.page.locator("form[action$='/send'] select").select_option("nobody")
    visitor.page.locator("input[name=disclaimer]").check()
    visitor.presses("form[action$='/send'] button")
    visitor.sees("transmis : 1")
    visitor.presses("form[action$='/right'] button")
    visitor.sees("nouveau : 1")
    visitor.presses("form[action$='/mend'] button >> nth=0")
    assert visitor.page.locator("main input[name=persons]").input_value() == "beaucoup"


def test_what_columns_mean_is_said_once(house, morning, visit):
    visitor = visit("ngo", language="fr", scripts=True)
    raw = f"identifiant;village;jour;gens\r\nQ-1;Bankass;{morning.date().isoformat()};4\r\n".encode()
    visitor.opens("/files")
    visitor.page.set_input_files("input[type=file]", {"name": "x.csv", "mimeType": "text/csv", "buffer": raw})
    visitor.presses("main form button >> nth=0")
    visitor.sees("identifiant", "Q-1")
    visitor.presses("main form button >> nth=0", refused=True)
    visitor.sees("Il y a quelque chose à corriger")
