"""The whole sentence in French on a small phone, without scripts and with them: filed, met, alerted, asked, moved, closed, and
everybody told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

pytestmark = pytest.mark.browser

SOON_S = 15  # within which a text has to be there; a test machine may be busy
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
NEAR_BANKASS = "30P VA 4472 5663"  # where the roads to Bankass meet, 1.4 km from its market


def window(n, name, day, earliest, latest):
    return {
        f"stops-{n}-{name}_date": day.isoformat(),
        f"stops-{n}-{name}_from": earliest,
        f"stops-{n}-{name}_to": latest,
    }


def group(day, clock):
    return f"{day:%d}{clock}Z{MONTHS[day.month - 1]}{day:%y}"


def distribution(day):
    """A team leaves Mopti, hands out food in Bankass and goes home."""
    return {
        "kind": "TRANSIT_STAFF",
        "stops-0-place": "Mopti",
        **window(0, "depart", day, "06:00", "07:00"),
        "stops-1-place": "Bankass",
        **window(1, "arrive", day, "09:00", "10:00"),
        "stops-1-activity": "DIST_FOOD",
        **window(1, "depart", day, "15:00", "16:00"),
        "stops-2-place": "Mopti",
        **window(2, "arrive", day, "18:00", "20:00"),
        "vehicles": "2",
        "persons": "6",
        "marking": "logo",
        "cargo": "food",
        "escort": "none",
        "level": "redacted",
    }


def patrol(day):
    """A patrol stands near Bankass in the afternoon, in the grid and the time groups of an order."""
    return {
        "kind": "PAT_LONG",
        "stops-0-place": NEAR_BANKASS,
        "stops-0-arrive_from": group(day, "1300"),
        "stops-0-arrive_to": group(day, "1330"),
        "stops-0-halt": "yes",
        "stops-0-depart_from": group(day, "1500"),
        "stops-0-depart_to": group(day, "1600"),
        "aid_component": "none",
        "joint_with": "none",
        "level": "redacted",
    }


def press(visitor, do):
    visitor.presses(f'main .actions button[name="_do"][value="{do}"]')


def file(visitor, form):
    """Through the form and the review; the reference."""
    visitor.fills(form)
    press(visitor, "review")
    press(visitor, "file")
    return visitor.page.locator("main .reference").inner_text().split()[0]


def code_of(text):
    """What the code page wants of a text: its reference and its code."""
    found = re.search(r"([0-9A-Z]{5})-\d+", text), re.search(r"[Cc]ode (\d{4})", text)
    assert all(found), text
    return f"{found[0][1]} {found[1][1]}"


def without_numbers(text):
    """Counter and code are drawn when a text leaves; in a preview signs stand for them."""
    return re.sub(r"-\d+\b|\d{4}\b|#{4}", "", text).strip()


@pytest.mark.parametrize("scripts", [False, True])
def test_the_whole_sentence_in_french_on_a_small_phone(house, morning, visit, scripts):
    day = (morning + timedelta(days=4)).date()
    ngo, officer, stranger = (visit(name, scripts=scripts) for name in ("ngo", "officer", ""))
    cimic = visit("cimic", language="en", scripts=scripts)
    ngos, officers = house.actor("ngo"), house.actor("officer")

    ngo.opens("/notices/new")
    ngo.presses('main button[name="_do"][value="add"]')
    ngo.page.locator('main [name="disclaimer"]').check()
    ngo.page.locator('main [name="confirmed_by"]').select_option("nobody")
    notice = file(ngo, distribution(day))
    ngo.sees(house.say("This system does not know of every armed presence. Without a message, conclude nothing."))
    house.world.all_quiet()  # nobody hears of a filing that meets nothing

    cimic.opens("/plans/new/patrol")
    cimic.presses('main button[name="_do"][value="remove-1"]')
    file(cimic, patrol(day))

    alert = officers.phone.expects("URGENT", within_s=SOON_S)
    officers.mailbox.expects("URGENT", within_s=SOON_S)
    house.world.all_quiet()  # the desk alone hears of it
    officer.opens("/desk")
    officer.presses("main ol.queue .critical a")
    case = officer.page.locator("h1 .mono").inner_text()
    assert code_of(alert).startswith(case)
    officer.sees("R01a", "Bankass", "ONG Alpha")
    officer.presses('main form[action$="/take"] button')
    officer.unfolds('[name="ask-humanitarian"]')
    officer.fills({"ask-humanitarian": "change_place"})
    officer.presses('main details[open] form[action$="/ask"] button')
    shown = [without_numbers(text) for text in officer.page.locator("main pre").all_inner_texts()]
    house.world.all_quiet()  # nothing leaves before the officer has read what will
    officer.presses('main form[action$="/ask"] button')

    asked = ngos.phone.expects("Connectez-vous", within_s=SOON_S)
    assert without_numbers(asked) in shown
    stranger.opens("/k")
    stranger.fills({"code": code_of(asked)})
    stranger.presses('main form button[value="received"]')
    officer.opens(f"/desk/{case}")
    officer.sees(house.say("by code"))

    ngo.opens("/requests")
    ngo.presses("main tbody a")
    ngo.sees(notice, "Bankass")
    assert not re.search("patrouille|patrol|armed|R01", ngo.page.locator("main .ask").inner_text(), re.IGNORECASE)
    ngo.presses('main a[href$="/amend"]')
    ngo.fills({"stops-1-place": "Koro"})
    press(ngo, "review")
    press(ngo, "file")
    changed = ngo.page.locator("main table tbody").inner_text()
    assert changed.index("Bankass") < changed.index("Koro")

    officers.phone.expects(case, within_s=SOON_S)
    officer.opens(f"/desk/{case}")
    officer.sees(house.say("Closed: the overlap is gone"), house.say("the humanitarian side"))
    house.world.all_quiet()  # whoever was told hears at the next fixed hour
    officer.presses('main form[action$="/closing"] button')
    ngos.phone.expects("fin de ce dossier seulement", within_s=SOON_S)
    house.world.all_quiet()  # the mission was told nothing, so it hears nothing
