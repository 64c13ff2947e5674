"""Golden scenario 16: the mission files forty one-hour patrols in a grid and cancels thirty-five. Nothing answers it; OCHA is told why."""

from __future__ import annotations

import make
import pytest
from planted import plain, signed_in, tell_the_time
from world import World

from deconflict.domain.geodesy import distance_m
from deconflict.domain.probing import signs
from deconflict.services import filing
from deconflict.store.base import db
from deconflict.store.probing import counts_of


def grid() -> list[tuple[float, float]]:
    """Eight by five points, 2 km apart, around Bankass, the farthest first."""
    lat, lon = make.PLACES["Bankass"][0]
    points = [
        (round(lat + 0.018 * row, 4), round(lon + 0.0185 * column, 4))
        for row in range(-2, 3)
        for column in range(-4, 4)
    ]
    return sorted(points, key=lambda point: -distance_m(point, (lat, lon)))


@pytest.mark.parametrize("there", [True, False])
def test_a_grid_of_short_patrols_is_answered_by_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    world.at("2019-12-10T05:00Z")
    tell_the_time(world.app, monkeypatch, lambda: world.now)
    if there:
        world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    filed = []
    for n, point in enumerate(grid()):
        plan = make.patrol(point, "10 Dec 10:00-11:00")
        filed.append(filing.file_item(plan, world.cimic.audience, f"grid-{n}", world.mission, world.now).reference)
    for reference in filed[:35]:
        filing.cancel_item(reference, world.cimic.audience, "changed", world.now)
    world.turn(6)
    limits = world.mission.pack.probing
    counts = counts_of(db.session(), world.item(filed[-1]), limits, world.now)
    assert {"churn", "brief", "alike"} <= set(signs(counts, limits))
    for _ in range(4):
        world.forward("15m")
    world.cimic.expects_nothing()
    assert world.cimic.mailbox.unread == []
    desk = signed_in(world.app, world.cimic.person_id)
    assert "Nothing was asked of you" in plain(desk.get("/requests"))
    assert {plain(desk.get(f"/plans/{reference}")).count("Case") for reference in filed[:3] + filed[-3:]} == {0}
    assert bool(world.cases()) is there
    assert not [alert for alert in world.alerts("") if alert.side == "mission"]
    held = {event.code for case in world.cases() for event in case.events if event.event == "held_back"}
    assert any("mission:" in code for code in held) is there, held  # what the officer reads on the case
