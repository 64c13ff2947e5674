"""The line dies when a long form is sent, on a small phone in French: whoever fills it in, nothing that was typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from test_hands import notice
from test_sentence import patrol, window
from test_site_story import school

pytestmark = pytest.mark.browser
CUT = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "503")


def area(day):
    return {
        "kind": "AVOID_AREA",
        "shape": "polygon",
        "points": "30PVB4400056000\n30PVB5400056000\nKoro",
        "begins_date": day.isoformat(),
        "begins_time": "06:00",
        "ends_date": day.isoformat(),
        "ends_time": "18:00",
    }


def stay(day):
    return {"stops-0-place": "Bankass", **window(0, "arrive", day, "06:00", "07:00")}


def called_in(day):
    return notice(day.isoformat()) | {"_way": "phone", "_back": "directory"}


FORMS = [
    ("cimic", "/plans/new/patrol", patrol),
    ("cimic", "/plans/new/zone", area),
    ("cimic", "/plans/new/stay", stay),
    ("ngo", "/sites/new", school),
    ("officer", "/on-behalf/{ngo}/new", called_in),
    ("officer", "/on-behalf/{ngo}/site", school),
    ("officer", "/desk/areas/new", area),
]


@pytest.mark.parametrize("scripts", [False, True])
@pytest.mark.parametrize(("who", "path", "form"), FORMS, ids=[path for _who, path, _form in FORMS])
def test_what_was_typed_is_there_again_after_the_cut(house, morning, visit, scripts, who, path, form):
    visitor = visit(who, language=house.actor(who).audience.language, scripts=scripts)
    if scripts:
        visitor.page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")
    path = path.format(ngo=house.actor("ngo").audience.organisation_id)
    visitor.opens(path)
    typed = form((morning + timedelta(days=4)).date())
    typed.pop("level", None)  # so that the form comes back, and says that it is missing
    visitor.fills(typed)
    button = 'main .actions button[value="review"] >> nth=-1'
    visitor.page.context.set_offline(True)
    visitor.page.locator(button).click()
    if scripts:
        visitor.page.get_by_text(house.say("Do not assume that it was sent.", visitor.language)).wait_for()
        visitor.page.context.set_offline(False)
        visitor.presses("main form button", refused=True)
    else:
        visitor.page.wait_for_url("chrome-error://chromewebdata/")
        visitor.page.context.set_offline(False)
        visitor.page.reload()  # the browser has it still, and sends it again
    assert visitor.page.locator("main .errors").count(), visitor.text
    for name, value in typed.items():
        field = visitor.page.locator(f'main [name="{name}"]:not([type="hidden"])')
        if field.first.get_attribute("type") in ("radio", "checkbox"):
            assert visitor.page.locator(f'main [name="{name}"][value="{value}"]').is_checked(), name
        else:
            assert field.input_value() == value, name
    visitor.wrong = [each for each in visitor.wrong if not any(cut in each for cut in CUT)]
