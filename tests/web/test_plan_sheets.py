"""Every kind of plan has a page of its own: bases, activities for people, areas, and patrols on the river and in the air."""

from __future__ import annotations

import html
import re

import make
import pytest
from pages import DAY, NOW, errors, fields, file, patrol, send, window, words
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.activity import OPEN_END
from deconflict.store.base import db
from deconflict.store.items import Item, ItemVersion

STAY, AID, ZONE, PATROL = (f"/plans/new/{what}" for what in ("stay", "aid", "zone", "patrol"))
SQUARES = "30PVA5000060000\n30PVA5900060000\n30PVA5900069000\n30PVA5000069000"
KEYS = iter(f"{number:032x}" for number in range(1, 100))


@pytest.fixture
def g9(app, make_account, sign_in):
    app.extensions["clock"] = lambda: NOW
    return sign_in(app.test_client(), make_account(roles.CIMIC, organisation="Mission", language="en"))


def stored(app, reference):
    with app.app_context():
        item = db.session.scalars(select(Item).where(Item.reference == reference)).one()
        row = db.session.scalars(
            select(ItemVersion).where(ItemVersion.item_id == item.id, ItemVersion.version == item.version)
        ).one()
        return item, row.filing


def base(**more):
    typed = patrol(**{"kind": "TOB", "_key": next(KEYS), **more})
    typed |= window("stops-0-depart", "08:00", "10:00", "2026-12-13")
    return {name: text for name, text in typed.items() if name != "mode"}


def activity(**more):
    return (
        patrol(kind="CIMIC_HEALTH", title="Consultations", aid_component="planned_cimic", category="", _key=next(KEYS))
        | make.OF_AID
        | more
    )


def area(**more):
    return {
        "kind": "AVOID_AREA",
        "shape": "polygon",
        "points": SQUARES,
        "half_width_km": "",
        "begins_time": "100600ZDEC26",
        "ends_date": "2026-12-12",
        "ends_time": "18:00",
        "level": "match_only",
        "_key": next(KEYS),
        **more,
    }


def test_one_chooses_among_five(g9):
    page = g9.get("/plans/new").text
    assert all(f"/plans/new/{what}" in page for what in ("patrol", "stay", "aid", "zone", "event"))


def test_a_base_of_some_days_is_filed_read_and_amended(app, g9):
    reference = file(g9, STAY, base())
    item, filing = stored(app, reference)
    assert (item.kind, len(filing["stops"]), filing["zone"]) == ("TOB", 1, None)
    said = words(g9.get(f"/plans/{reference}"))
    assert "Temporary operating base" in said
    assert "130800ZDEC26 - 131000ZDEC26" in said
    assert "Stops 15 minutes" not in said
    again = fields(g9.get(f"/plans/{reference}/amend"))
    assert again["kind"] == "TOB"
    assert errors(send(g9, f"/plans/{reference}/amend", again | {"joint_with": "unpol"})) == []


def test_on_the_page_of_a_base_everything_mandatory_must_be_said(g9):
    assert {"joint_with", "aid_component", "level"}.isdisjoint(fields(g9.get(STAY)))
    page = send(g9, STAY, base(aid_component="", joint_with="", level=""))
    assert set(errors(page)) == {"f-aid_component", "f-joint_with", "f-level"}
    assert errors(send(g9, STAY, base(kind="PAT_LONG"))) == ["f-kind"]


def test_an_activity_for_people_is_no_patrol(app, g9):
    reference = file(g9, AID, activity())
    assert stored(app, reference)[1]["aid_component"] == "planned_cimic"
    assert "Consultations" in words(g9.get(f"/plans/{reference}"))
    assert "How" not in [fact for fact in words(g9.get(f"/plans/{reference}")).split() if fact == "How"]
    assert errors(send(g9, AID, activity(kind="CIMIC_ACT"))) == ["f-category"]
    kits = file(g9, AID, activity(kind="CIMIC_ACT", category="education", title="School kits"))
    assert "Education" in words(g9.get(f"/plans/{kits}"))
    assert errors(send(g9, AID, activity(title="Don, 24 pax"))) == ["f-title"]


def test_of_an_activity_for_people_the_need_the_civilian_lead_and_alternatives_are_asked(app, g9):
    page = g9.get(AID)
    assert "Last resort: only where no civilian actor" in words(page)
    assert "proposed words, not endorsed yet" in words(page)
    bare = send(g9, AID, activity(**dict.fromkeys(make.OF_AID, "")))
    assert errors(bare) == ["f-needs_basis", "f-civilian_lead", "f-alternative"]
    assert errors(send(g9, AID, activity(civilian_actor=""))) == ["f-civilian_actor"]
    assert errors(send(g9, AID, activity(civilian_lead="not_asked"))) == ["f-civilian_actor"]
    not_asked = activity(civilian_lead="not_asked", civilian_actor="", civilian_reason="")
    assert errors(send(g9, AID, not_asked)) == ["f-civilian_reason"]
    assert errors(send(g9, AID, activity(alternative_too="handed_over"))) == ["f-alternative_too"]
    reference = file(g9, AID, activity(alternative_too="later"))
    assert {name: stored(app, reference)[1][name] for name in make.OF_AID} == make.OF_AID
    page = words(g9.get(f"/plans/{reference}"))
    for said in (
        "Assessed by local authorities",
        "Asked, and declined",
        "An NGO",
        "None has the means",
        "Hand it over",
    ):
        assert said in page
    assert fields(g9.get(f"/plans/{reference}/amend"))["alternative_too"] == "later"


def test_of_a_patrol_none_of_it_is_asked_and_none_is_taken(g9):
    assert "needs_basis" not in fields(g9.get(PATROL))
    assert "Only activities for people" in words(send(g9, PATROL, patrol(needs_basis="mission")))


@pytest.mark.parametrize(("kind", "mode"), [("PAT_RIVER", "river"), ("PAT_AIR", "air")])
def test_on_the_river_and_in_the_air(app, g9, kind, mode):
    assert errors(send(g9, PATROL, patrol(kind=kind))) == ["f-mode"]
    reference = file(g9, PATROL, patrol(kind=kind, mode=mode))
    assert stored(app, reference)[1]["mode"] == mode


def test_an_area_is_said_in_words_before_it_is_sent_and_read_again(app, g9):
    review = words(send(g9, ZONE, area()))
    assert "area of 81 km², in the middle" in review
    assert "7.3 km west of Koporo Na" in review
    assert "100600ZDEC26" in review
    assert "Thursday 10 December 2026 at 06:00" in review
    reference = file(g9, ZONE, area())
    item, filing = stored(app, reference)
    assert (item.kind, filing["zone"]) == ("AVOID_AREA", {"shape": "polygon", "half_width_m": 0.0})
    assert "area of 81 km²" in words(g9.get(f"/plans/{reference}"))
    assert "area of 81 km²" in words(g9.get(f"/plans/{reference}/filed"))
    assert "area of 81 km²" in words(g9.get("/plans"))
    assert "100600ZDEC26" in words(g9.get("/plans"))


def test_an_area_is_amended_from_its_own_form_postponed_and_cancelled(app, g9):
    reference = file(g9, ZONE, area())
    page = g9.get(f"/plans/{reference}/amend")
    assert "100600ZDEC26" in page.text
    nothing = send(g9, f"/plans/{reference}/amend", again(page))
    assert nothing.status_code == 422
    changed = again(page) | {"shape": "corridor", "half_width_km": "1,5", "kind": "ROAD_CLOSED"}
    assert send(g9, f"/plans/{reference}/amend", changed, "file").status_code == 303
    assert stored(app, reference)[1]["zone"] == {"shape": "corridor", "half_width_m": 1500.0}
    assert "1.5 km on either side" in words(g9.get(f"/plans/{reference}"))
    form = {"version": "2", "days": "2", "hours": "0", "reason": "rain"}
    assert g9.post(f"/plans/{reference}/postpone", data=form).status_code == 303
    assert "120600ZDEC26" in words(g9.get(f"/plans/{reference}"))
    assert g9.post(f"/plans/{reference}/cancel", data={"reason": "open again"}).status_code == 303
    assert stored(app, reference)[0].state == "cancelled"


def again(page):
    """With the lines of its area, which `fields` does not read."""
    lines = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)
    return fields(page) | {"points": html.unescape(lines[1]).strip()}


def test_until_further_notice(app, g9):
    reference = file(g9, ZONE, area(until_notice="yes", ends_date="", ends_time=""))
    assert stored(app, reference)[0].ends_at == OPEN_END
    assert "until further notice" in words(g9.get(f"/plans/{reference}"))
    assert fields(g9.get(f"/plans/{reference}/amend"))["until_notice"] == "yes"


def test_what_is_wrong_with_an_area_stands_at_its_field_and_nothing_typed_is_lost(g9):
    crossed = "\n".join(SQUARES.split("\n")[n] for n in (0, 2, 1, 3))
    page = send(g9, ZONE, area(points=crossed))
    assert errors(page) == ["f-points"]
    assert "crosses" in words(page)
    assert crossed.split("\n")[1] in page.text
    assert set(errors(send(g9, ZONE, area(shape="", level="", kind="", begins_time="")))) == {
        *("f-kind", "f-shape", "f-level", "f-begins_time"),
    }


def test_points_that_look_made_up_are_ticked_once(app, g9):
    doubtful = area(points=SQUARES + "\n14.2222, -3.7777")
    page = send(g9, ZONE, doubtful)
    assert errors(page) == ["f-sure_points"]
    (seal,) = re.findall(r'name="sure_points" value="(\w+)"', page.text)
    reference = file(g9, ZONE, doubtful | {"sure_points": seal})
    assert stored(app, reference)[1]["stops"][4]["sure"] == ["repeated"]


def test_the_amend_form_says_in_the_other_notation_what_stands_in_it(g9):
    reference = file(g9, PATROL, patrol(_key=next(KEYS)))
    said = words(g9.get(f"/plans/{reference}/amend"))
    assert "101300ZDEC26 - 101330ZDEC26" in said
    assert "30PVA4455" in said
    page = send(g9, PATROL, patrol(joint_with=""))
    assert "Thursday 10 December 2026, between 13:00 and 13:30" in words(page)
    assert DAY not in fields(page).values()


def test_a_reason_that_says_too_much_is_refused_where_it_was_typed(app, g9):
    reference = file(g9, PATROL, patrol(_key=next(KEYS)))
    cancel = g9.post(f"/plans/{reference}/cancel", data={"reason": "2e Cie engagée"})
    assert cancel.status_code == 422
    assert "2e Cie" in words(cancel)
    typed = fields(g9.get(f"/plans/{reference}/amend")) | {"joint_with": "unpol", "_reason": "plus 24 pax"}
    page = send(g9, f"/plans/{reference}/amend", typed)
    assert errors(page) == ["f-reason"]
    postpone = {"version": "1", "days": "1", "hours": "0", "reason": "attente 12.7 mm"}
    assert g9.post(f"/plans/{reference}/postpone", data=postpone).status_code == 422
    assert stored(app, reference)[0].version == 1


def test_what_is_mandatory_is_so_when_it_is_amended_too(app, g9):
    reference = file(g9, PATROL, patrol(_key=next(KEYS)))
    typed = fields(g9.get(f"/plans/{reference}/amend"))
    assert typed["aid_component"] == typed["joint_with"] == "none"
    for name in ("aid_component", "joint_with", "stops-0-halt", "level"):
        page = send(g9, f"/plans/{reference}/amend", typed | {name: ""}, "file")
        assert errors(page) == [f"f-{name}"]
    assert stored(app, reference)[0].version == 1


def test_the_heaviest_pages_of_a_plan_are_light(g9):
    """Twelve stops with all their hours, and an area of forty corners, before any compression."""
    stops = {}
    for n in range(12):
        day = f"2026-12-{10 + n}"
        stops |= {f"stops-{n}-place": "Bankass" if n % 2 else "Koro", f"stops-{n}-halt": "yes"}
        stops |= window(f"stops-{n}-arrive", "08:00", "09:00", day) | window(f"stops-{n}-depart", "10:00", "11:00", day)
    page = send(g9, PATROL, patrol(_stops="12", joint_with="", **stops))
    assert errors(page) == ["f-joint_with"]
    assert len(page.data) < 60_000
    squares = "\n".join(f"30PVA5{n:04d}60000" for n in range(0, 40)) + "\n30PVA5900069000"
    assert errors(send(g9, ZONE, area(points=squares))) == ["f-points"]
    corners = [(x, 60_000) for x in range(50_000, 70_000, 1_000)] + [(x, 69_000) for x in range(69_000, 49_000, -1_000)]
    page = send(g9, ZONE, area(points="\n".join(f"30PVA{x:05d}{y:05d}" for x, y in corners)))
    assert page.status_code == 200, errors(page)
    assert len(page.data) < 60_000


def test_what_began_is_said_so_before_it_is_sent_and_marked(app, g9):
    past = {f"stops-0-{name}": text for name, text in (("arrive_from", "300800ZNOV26"), ("arrive_to", "300830ZNOV26"))}
    past |= {"stops-0-depart_from": "301000ZNOV26", "stops-0-depart_to": "301100ZNOV26"}
    typed = patrol(_key=next(KEYS), **past)
    assert "This is over already" in words(send(g9, PATROL, typed))
    reference = file(g9, PATROL, typed)
    assert "It was entered after it had begun" in words(g9.get(f"/plans/{reference}/filed"))
    assert "Entered after it had begun" in words(g9.get(f"/plans/{reference}"))
    assert "Entered after it had begun" in words(g9.get("/plans"))
    running = past | {"stops-0-depart_from": "021000ZDEC26", "stops-0-depart_to": "021100ZDEC26"}
    assert "This has begun already" in words(send(g9, PATROL, patrol(**running)))
    assert "This is less than 24 hours ahead" in words(send(g9, ZONE, area(begins_time="300600ZNOV26")))


def test_what_is_over_needs_nobody_to_read_it_before_departure(g9):
    hours = {"arrive_from": "291300Z", "arrive_to": "291330Z", "depart_from": "291500Z", "depart_to": "291600Z"}
    past = {f"stops-0-{name}": f"{at}NOV26" for name, at in hours.items()}
    over = file(g9, PATROL, patrol(_key=next(KEYS), **past))
    assert "before departure" not in words(g9.get(f"/plans/{over}/filed"))
    ahead = file(g9, PATROL, patrol(_key=next(KEYS)))
    assert "before departure" in words(g9.get(f"/plans/{ahead}/filed"))
