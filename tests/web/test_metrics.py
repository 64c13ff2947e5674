"""/metrics: shut without its token; with it, figures that name nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from deskhouse import DeskHouse

from deconflict.channels.port import Code, SendFailed
from deconflict.services.counting import count_refused_hook

TOKEN = "0123456789abcdef" * 4


@pytest.fixture
def house(app, mission, make_account, sign_in):
    house = DeskHouse(app, mission, make_account, sign_in)
    app.extensions["channels"] = dict(house.cycle.channels)
    app.extensions["settings"] = replace(app.extensions["settings"], metrics_token=TOKEN)
    return house


def read(house):
    """Sample with its labels -> value."""
    answer = house.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    lines = (line for line in answer.text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _sep, value in (line.rpartition(" ") for line in lines)}


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer", "Bearer ", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer \udcff"]
)
def test_without_the_token_there_is_no_such_page(house, shown):
    headers = {} if shown is None else {"Authorization": shown.encode("utf-8", "surrogateescape").decode("latin-1")}
    answer = house.app.test_client().get("/metrics", headers=headers)
    assert answer.status_code == 404
    assert "carnet_" not in answer.text


@pytest.mark.parametrize("shown", ["Bearer ", "Bearer", f"Bearer {TOKEN}"])
def test_where_no_token_is_set_none_opens_it(app, client, shown):
    assert client.get("/metrics", headers={"Authorization": shown}).status_code == 404


def test_an_officer_s_session_opens_it_no_more_than_a_stranger_s(house):
    assert house.desk.get("/metrics").status_code == 404


def test_when_all_is_well_it_says_so_in_figures(house):
    house.meet()
    said = read(house)
    assert said["carnet_messages_late"] == said["carnet_queue_age_seconds"] == 0
    assert 0 <= said["carnet_heartbeat_age_seconds"] <= 10
    assert said['carnet_tries_last_hour{outcome="accepted",provider="basket_sms"}'] >= 1
    assert said['carnet_provider_failing{provider="basket_sms"}'] == 0
    assert said['carnet_messages{state="queued"}'] == 0


def test_failures_a_queue_and_its_age_show(house):
    def fails(outgoing, now):
        raise SendFailed(True, Code.PROVIDER)

    house.sms.send = fails
    house.meet()
    due = house.now
    house.turn(timedelta(minutes=10))
    said = read(house)
    assert said["carnet_messages_late"] >= 1
    assert said["carnet_queue_age_seconds"] == pytest.approx((house.now - due).total_seconds(), abs=10)
    assert said['carnet_tries_last_hour{outcome="provider",provider="basket_sms"}'] >= 1
    assert said['carnet_provider_failing{provider="basket_sms"}'] == 1
    assert said['carnet_provider_failing{provider="basket_email"}'] == 0


def test_a_try_of_yesterday_is_not_counted(house):
    house.meet()
    house.now += timedelta(hours=2)
    assert read(house)['carnet_tries_last_hour{outcome="accepted",provider="basket_sms"}'] == 0


def test_how_soon_people_answered_is_in_buckets(house):
    house.meet()
    assert read(house)["carnet_acknowledged_seconds_gcount"] == 0
    house.now += timedelta(minutes=10)
    house.acts("have")
    said = read(house)
    assert said["carnet_acknowledged_seconds_gcount"] == said['carnet_acknowledged_seconds_bucket{le="900.0"}'] == 1
    assert said['carnet_acknowledged_seconds_bucket{le="300.0"}'] == 0
    assert 600 <= said["carnet_acknowledged_seconds_gsum"] < 700


def test_forged_hooks_are_counted_by_provider(house):
    with house.app.app_context():
        count_refused_hook("basket_sms")
    assert read(house)['carnet_hooks_refused_total{provider="basket_sms"}'] == 1


def test_no_label_names_a_person_a_place_an_organisation_a_number_or_a_case(house):
    house.meet()
    house.acts("ask", side="mission", ask="avoid_place")
    house.turn()
    text = "\n".join(read(house))
    case = house.case
    secrets = [
        "Bankass",
        "MOPTI",
        "Awa",
        "Lars",
        "Oumou",
        "Alpha",
        "OCHA",
        "Mission",
        "+223",
        "example",
        case.reference,
    ]
    for secret in (*secrets, case.mission_reference, case.humanitarian_reference):
        assert secret not in text
    assert set(re.findall(r'[{,](\w+)="', text)) <= {"provider", "outcome", "state", "le"}
