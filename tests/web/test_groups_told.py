"""A date-time group that somebody types is told in words with the group beside it, and the group told is read as the same instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deconflict.domain import roles
from deconflict.domain.activity import OPEN_END
from deconflict.domain.audience import Audience
from deconflict.domain.dtg import format_dtg
from deconflict.domain.party import view_of_draft
from deconflict.schemas.forms import receive, typed
from deconflict.schemas.plans import PlanSchema
from deconflict.schemas.zones import ZoneSchema
from deconflict.web.filing_words import Fact, in_words
from deconflict.web.window_words import instants_understood, windows_understood

instants = st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC, second=0, microsecond=0)
)
some = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
WHO = Audience(1, 1, "mission", frozenset({roles.CIMIC}), None, "fr")


@pytest.fixture
def page(app):
    """Words need a request, for its language."""
    with app.test_request_context("/"):
        yield app.extensions["mission"]


def told(filing, mission) -> dict[str, Fact]:
    view = view_of_draft(filing, WHO, datetime(2019, 1, 1, tzinfo=UTC))
    return {fact.key: fact for fact in in_words(view, mission).lines()}


@some
@given(begins=instants, minutes=st.lists(st.integers(1, 5_000), min_size=3, max_size=3))
def test_groups_of_a_stop_go_round(page, begins, minutes):
    at = [begins]
    for more in minutes:
        at.append(at[-1] + timedelta(minutes=more))
    groups = [format_dtg(one) for one in at]
    form = {
        **{"kind": "PAT_LONG", "level": "match_only", "aid_component": "none", "joint_with": "none"},
        **{"stops-0-place": "Bankass", "stops-0-halt": "yes"},
        **{"stops-0-arrive_from": groups[0], "stops-0-arrive_to": groups[1]},
        **{"stops-0-depart_from": groups[2], "stops-0-depart_to": groups[3]},
    }
    schema = PlanSchema(page)
    plan = receive(schema, form).filing
    assert plan is not None
    said = told(plan, page)
    for name in ("arrive", "depart"):
        first, _dash, last = said[f"1-{name}"].also.partition(" - ")
        form |= {f"stops-0-{name}_date": "", f"stops-0-{name}_from": first, f"stops-0-{name}_to": last}
    assert receive(schema, form).filing == plan
    again = typed(plan, page.zone)  # the amend form, which may write local hours
    assert receive(schema, again).filing == plan
    assert set(windows_understood(again, 0, page.zone)) == {"arrive", "depart"}


@some
@given(begins=instants, minutes=st.integers(1, 90_000) | st.none())
def test_groups_of_an_area_go_round(page, begins, minutes):
    ends = begins + timedelta(minutes=minutes) if minutes else None
    form = {
        **{"kind": "AVOID_AREA", "level": "match_only", "shape": "villages", "points": "Bankass\nKoro"},
        "begins_time": format_dtg(begins),
        "ends_time": format_dtg(ends) if ends else "",
        "until_notice": "" if ends else "yes",
    }
    schema = ZoneSchema(page)
    plan = receive(schema, form).filing
    assert plan is not None
    assert plan.stops[0].depart.latest == (ends or OPEN_END)
    said = told(plan, page)
    form |= {"begins_time": said["from"].also, "ends_time": said["until"].also}
    assert receive(schema, form).filing == plan
    again = typed(plan, page.zone)
    assert receive(schema, again).filing == plan
    assert set(instants_understood(again, page.zone)) == ({"begins", "ends"} if ends else {"begins"})
