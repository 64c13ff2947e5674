"""One's own items taken out on a small phone, with scripts and without."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import make
import pytest
from test_pages import moved

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("who", "path", "scripts"),
    [("ngo", "/notices", False), ("cimic", "/plans", True), ("officer", "/desk/items", False)],
)
def test_a_file_is_one_button_away(house, morning, visit, who, path, scripts):
    days = (morning.date() - date(2019, 12, 6)).days
    filed_by = "cimic" if who == "cimic" else "ngo"
    what = (
        make.patrol("Bankass", "10 Dec 13:00-16:00")
        if who == "cimic"
        else make.distribution("Bankass", "10 Dec 09:00-15:00")
    )
    reference = house.files(filed_by, moved(what, days))
    visitor = visit(who, language=house.actor(who).audience.language, scripts=scripts)
    visitor.opens(path)
    form = visitor.page.locator("form[data-answer=file]")
    form.locator("xpath=..").locator("summary").click()
    visitor.looks_again()
    if who != "ngo":
        form.locator("select[name=what]").select_option("patrol" if who == "cimic" else "movement")
    with visitor.page.expect_download() as coming:
        form.locator("button[value=geojson]").click()
    assert coming.value.suggested_filename.startswith("list-")
    assert reference in json.dumps(json.loads(Path(coming.value.path()).read_text(encoding="utf-8")))
    assert visitor.page.url.endswith(path)
