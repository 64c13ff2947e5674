"""What is wrong with a form leads to where it is mended: every line of the summary moves the focus to its field, which is then in sight."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

NOWHERE = {"stops-0-place": "Nulle-Part"}
IN_SIGHT = """() => {
  const box = document.activeElement.getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
}"""


def refused(visitor, typed):
    """The form of this page, sent with too little in it."""
    visitor.fills(typed)
    visitor.presses('main .actions button[name="_do"][value="review"] >> nth=-1', refused=True)
    assert visitor.page.evaluate("() => document.activeElement.className") == "errors"


def follows_every_link(visitor):
    """By keyboard. Kinds of the fields that were reached."""
    reached = set()
    links = visitor.page.locator(".errors a")
    for n in range(links.count()):
        link = links.nth(n)
        link.focus()
        visitor.page.keyboard.press("Enter")
        wanted = link.get_attribute("href").removeprefix("#")
        assert visitor.page.evaluate("() => document.activeElement.id") == wanted, visitor.page.url
        assert visitor.page.evaluate(IN_SIGHT), wanted
        reached.add(
            visitor.page.evaluate("() => document.activeElement.getAttribute('role') ?? document.activeElement.type")
        )
    return reached


@pytest.mark.parametrize(
    ("who", "path", "typed", "kinds", "scripts"),
    [
        ("ngo", "/notices/new", NOWHERE, {"select-one", "radio", "checkbox", "time", "text"}, False),
        ("ngo", "/notices/new", NOWHERE, {"select-one", "radio", "checkbox", "time"}, True),
        ("ngo", "/sites/new", NOWHERE | {"opening": "hours"}, {"radio", "checkbox", "date", "text"}, True),
        ("cimic", "/plans/new/patrol", NOWHERE, {"select-one", "radio"}, True),
        ("officer", "/on-behalf", NOWHERE, {"select-one", "radio", "checkbox", "text"}, True),
    ],
)
def test_every_line_of_the_summary_leads_to_its_field(house, visit, who, path, typed, kinds, scripts):
    visitor = visit(who, language=house.actor(who).audience.language, scripts=scripts)
    visitor.opens(path)
    if path == "/on-behalf":
        visitor.page.locator('select[name="organisation"]').select_option(label="ONG Alpha")
        visitor.presses("main form button >> nth=0")
    refused(visitor, typed)
    reached = follows_every_link(visitor)
    assert reached >= kinds
    assert ("combobox" in reached) is scripts
