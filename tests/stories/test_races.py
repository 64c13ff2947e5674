"""Many at once, and killed at any moment: exactly the cases of a fresh sweep, and nothing owed is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import make
import pytest
from fakes.twilio_network import ACCOUNT_SID, AUTH_TOKEN, Fault
from sqlalchemy import select
from world import KEY, SECRET, World, fresh_sweep, marks_left, snapshot

from deconflict.domain.errors import LostRace
from deconflict.domain.states import MessageState
from deconflict.jobs.scheduler import cycle_of
from deconflict.matching import matcher
from deconflict.matching.marks import due_items
from deconflict.services import filing
from deconflict.services.rejudging import rejudge
from deconflict.store.alerts import Message
from deconflict.store.base import db
from deconflict.store.duplicates import standing_duplicates
from deconflict.store.items import Item

ROOT = Path(__file__).parents[2]
TOWNS = ("Bankass", "Bandiagara", "Douentza", "Koro", "Mopti")


def some_filing(n: int, chance: random.Random):
    place = chance.choice(TOWNS)
    hour = chance.randrange(6, 16)
    when = f"{chance.randrange(10, 14)} Dec {hour:02d}:00-{hour + 2:02d}:00"
    return make.distribution(place, when) if n % 2 else make.patrol(place, when)


def test_two_hundred_acts_from_eight_threads_with_two_schedulers_give_the_cases_of_a_fresh_sweep(world: World):
    stop = threading.Event()
    schedulers = [threading.Thread(target=scheduler, args=(world, n, stop)) for n in range(2)]
    for one in schedulers:
        one.start()
    owners = [Owner(world, n) for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for times in (12, 13):  # the second time round there are cases to close
            list(pool.map(lambda owner, times=times: owner.acts(times), owners))
            wait_until(lambda: marks_left(world) == 0, 180)
    stop.set()
    for one in schedulers:
        one.join(60)
    done = sum((owner.done for owner in owners), Counter[str]())
    assert done.total() == 200
    assert min(done[act] for act in ("file", "amend", "cancel")) >= 20
    found, same_aid = snapshot(), same_aid_rows(world)
    swept, swept_same_aid = fresh_sweep(world), same_aid_rows(world)
    assert {state for _, state, *_ in found} == {"detected", "closed", "overtaken"}
    assert [row for row in found if row[1] == "detected"] == swept
    assert len(swept) > 50, "the filings should meet somewhere"
    assert {pair for pair, state, *_ in found if state != "detected"} & {pair for pair, *_ in swept} == set()
    assert same_aid == swept_same_aid
    assert same_aid


def test_everything_looked_at_again_all_the_while_gives_the_cases_of_a_fresh_sweep_too(world: World):
    stop, acted = threading.Event(), threading.Event()
    schedulers = [threading.Thread(target=scheduler, args=(world, n, stop)) for n in range(2)]
    keeper = threading.Thread(target=asks_again, args=(world, acted))
    for one in (*schedulers, keeper):
        one.start()
    owners = [Owner(world, n) for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        for times in (8, 8):
            list(pool.map(lambda owner, times=times: owner.acts(times), owners))
            time.sleep(1.0)  # cases open before the second time round
    acted.set()
    keeper.join(60)
    wait_until(lambda: marks_left(world) == 0, 180)
    stop.set()
    for one in schedulers:
        one.join(60)
    found, same_aid = snapshot(), same_aid_rows(world)
    assert [row for row in found if row[1] == "detected"] == fresh_sweep(world)
    assert same_aid == same_aid_rows(world)
    assert len(found) > 5


def test_what_is_cancelled_and_settled_while_another_scheduler_judges_it_stays_settled(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """Of two that have the same item in hand, one has read it before it was cancelled and writes last."""
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-12:00"))
    judge, beaten = matcher.judge_item, threading.Event()

    def slowly(session, mission, item, now):
        answer = judge(session, mission, item, now)
        if not beaten.is_set():
            beaten.set()
            session.rollback()
            with ThreadPoolExecutor(1) as other:
                other.submit(the_other_one).result()
        return answer

    def the_other_one() -> None:
        with world.app.app_context():
            world.cimic.cancels(db.session.scalars(select(Item.reference).where(Item.side == "mission")).one())
            db.session.remove()

    monkeypatch.setattr(matcher, "judge_item", slowly)
    world.cimic.files(make.patrol("Bankass", "10 Dec 10:00-11:00"))
    assert beaten.is_set()
    assert marks_left(world) == 0
    assert [row for row in snapshot() if row[1] == "detected"] == []


def test_amendments_at_the_same_time_close_and_open_what_a_fresh_sweep_does(world: World):
    references = [world.ngo.files(make.distribution("Bankass", f"1{n} Dec 09:00-12:00")) for n in range(4)]
    for n in range(4):
        world.cimic.files(make.patrol("Bankass", f"1{n} Dec 10:00-11:00"))
    stop = threading.Event()
    schedulers = [threading.Thread(target=scheduler, args=(world, n, stop)) for n in range(2)]
    for one in schedulers:
        one.start()

    def amend(n: int) -> None:
        chance = random.Random(n)
        with world.app.app_context():
            for _ in range(3):
                version = db.session.scalars(select(Item.version).where(Item.reference == references[n])).one()
                place = chance.choice(["Bankass", "Koro"])
                what = make.distribution(place, f"1{n} Dec 09:00-12:00")
                filing.amend_item(references[n], what, version, world.ngo.audience, world.mission, world.now)
            db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(amend, range(4)))
    wait_until(lambda: marks_left(world) == 0)
    stop.set()
    for one in schedulers:
        one.join(30)
    open_now = {
        (pair, severity, h, m, rules) for pair, state, severity, h, m, rules in snapshot() if state == "detected"
    }
    swept = {
        (pair, severity, h, m, rules)
        for pair, state, severity, h, m, rules in fresh_sweep(world)
        if state == "detected"
    }
    assert open_now == swept


def test_a_mark_made_after_another_was_taken_is_not_taken_for_it(world: World):
    """One scheduler has read a mark, another settles it, and somebody files before the first goes on."""
    turn = world.turn
    world.turn = lambda times=2: None  # type: ignore[method-assign]
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    (due,) = due_items(10)
    turn()
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    matcher._settle_item(world.mission, due, world.now)
    assert marks_left(world) == 1
    turn()
    assert world.case.state == "detected"
    world.read_everything()


def test_two_officers_in_the_same_second_one_has_it_and_the_other_is_told(world: World):
    world.at("2019-12-07T06:00Z")
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    world.cimic.files(make.patrol("Bankass", "10 Dec 13:00-16:00"))
    case = world.case
    results: list[str] = []

    def take(name: str) -> None:
        with world.app.app_context():
            try:
                world.actors[name].takes(case)
                results.append("has it")
            except LostRace:
                results.append("was told")
            db.session.remove()

    reference, round_ = case.reference, case.round
    db.session.rollback()
    case = type("Seen", (), {"reference": reference, "round": round_})()
    world.turn = lambda times=2: None  # type: ignore[method-assign]  # only the two acts, no scheduler between
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, ["officer", "deputy"]))
    assert sorted(results) == ["has it", "was told"]


def test_killed_while_a_provider_is_called_the_message_is_sent_by_the_next(world: World):
    world.ngo.files(make.distribution("Bankass", "10 Dec 09:00-15:00"))
    real_now = datetime.now(UTC)
    plan = shifted(make.patrol("Bankass", "10 Dec 13:00-16:00"), real_now)
    notice = shifted(make.distribution("Bankass", "10 Dec 09:00-15:00"), real_now)
    world.now = real_now
    filing.file_item(notice, world.ngo.audience, "kill-1", world.mission, real_now)
    filing.file_item(plan, world.cimic.audience, "kill-2", world.mission, real_now)
    world.network.breaks(Fault.HANG, times=None)
    process = start_scheduler(world)
    try:
        wait_until(lambda: states(world, "sms") == {MessageState.SENDING}, 60)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    world.network.mend()
    assert states(world, "sms") == {MessageState.SENDING}
    world.officer.expects_nothing()
    world.cycle.run(datetime.now(UTC) + timedelta(minutes=2))  # its lease is over
    world.officer.expects("URGENT")
    tried = db.session.scalars(select(Message).where(Message.channel == "sms")).one()
    assert (tried.state, tried.tries) == (MessageState.SENT, 2)


def test_killed_again_and_again_every_case_is_found_and_everybody_owed_is_told(world: World):
    chance = random.Random(3)
    now = datetime.now(UTC)
    process = start_scheduler(world)
    for n in range(12):
        owner = world.ngo if n % 2 else world.cimic
        what = shifted(some_filing(n, chance), now)
        filing.file_item(what, owner.audience, f"again-{n}", world.mission, datetime.now(UTC))
        if n % 4 == 3:
            time.sleep(chance.uniform(0.5, 2.5))
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process = start_scheduler(world)
    try:
        wait_until(lambda: marks_left(world) == 0, 60)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    world.now = datetime.now(UTC) + timedelta(minutes=2)
    for _ in range(3):
        world.turn()
    assert snapshot() == fresh_sweep(world)
    owed = db.session.scalars(select(Message).where(Message.state.in_(("queued", "sending")))).all()
    assert [m for m in owed if m.send_after <= world.now] == []
    assert world.network.sent or not snapshot()


# -- by hand


def shifted(what, now: datetime):
    """The same filing, four days from now instead of in December 2019."""
    day = timedelta(days=(now - datetime(2019, 12, 6, tzinfo=UTC)).days)

    def move(window):
        return window and replace(window, earliest=window.earliest + day, latest=window.latest + day)

    stops = tuple(replace(s, arrive=move(s.arrive), depart=move(s.depart)) for s in what.stops)
    return replace(what, stops=stops)


class Owner:
    """Files, amends and cancels its own items, in an order of its own."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number, self.chance = world, number, random.Random(number)
        self.actor = world.cimic if number % 2 else (world.other_ngo if number % 4 else world.ngo)
        self.versions: dict[str, int] = {}
        self.done: Counter[str] = Counter()

    def acts(self, times: int) -> None:
        with self.world.app.app_context():
            for _ in range(times):
                act = (
                    "file"
                    if len(self.versions) < 4
                    else self.chance.choice(["file", "file", "amend", "amend", "cancel"])
                )
                getattr(self, act)(some_visit(self.number, self.chance))
                self.done[act] += 1
            db.session.remove()

    def file(self, what) -> None:
        key = f"race-{self.number}-{self.done.total()}"
        filed = filing.file_item(what, self.actor.audience, key, self.world.mission, self.world.now)
        self.versions[filed.reference] = 1

    def amend(self, what) -> None:
        reference = self.chance.choice(list(self.versions))
        version = self.versions[reference]
        filing.amend_item(reference, what, version, self.actor.audience, self.world.mission, self.world.now)
        self.versions[reference] += 1

    def cancel(self, _what) -> None:
        reference = self.chance.choice(list(self.versions))
        filing.cancel_item(reference, self.actor.audience, "plans changed", self.world.now)
        del self.versions[reference]


def some_visit(thread: int, chance: random.Random):
    """Over more days than `some_filing`: whoever meets everybody says little about who was missed."""
    place, hour = chance.choice(TOWNS), chance.randrange(6, 16)
    when = f"{chance.randrange(10, 19)} Dec {hour:02d}:00-{hour + 2:02d}:00"
    return make.patrol(place, when) if thread % 2 else make.distribution(place, when)


def same_aid_rows(world: World) -> list[tuple[object, ...]]:
    db.session.rollback()
    return sorted(
        (row.first_id, row.second_id, row.first_version, row.second_version)
        for row in standing_duplicates(db.session(), world.now)
    )


def scheduler(world: World, number: int, stop: threading.Event) -> None:
    cycle = replace(cycle_of(world.app), worker=f"worker-{number}")
    with world.app.app_context():
        while not stop.is_set():
            cycle.run(world.now)
            db.session.remove()


def asks_again(world: World, acted: threading.Event) -> None:
    """Has everything looked at again, again and again, until nobody files any more."""
    with world.app.app_context():
        while not acted.is_set():
            rejudge(None, world.now)
            db.session.remove()
            time.sleep(0.2)


def start_scheduler(world: World) -> subprocess.Popen[bytes]:
    settings = world.app.extensions["settings"]
    environment = os.environ | {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": SECRET,
        "FIELD_KEYS": KEY,
        "PUBLIC_BASE_URL": settings.public_base_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_MESSAGING_SERVICE_SID": settings.twilio_messaging_service_sid,
        "TWILIO_BASE_URL": settings.twilio_base_url,
        "SMTP_URL": settings.smtp_url,
        "SMTP_CA_FILE": settings.smtp_ca_file,
        "MAIL_FROM": settings.mail_from,
    }
    environment.pop("DEMO", None)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def states(world: World, channel: str) -> set[str]:
    db.session.rollback()
    return set(db.session.scalars(select(Message.state).where(Message.channel == channel)))


def wait_until(holds, within_s: float = 90.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail("it did not come to rest in time")
        time.sleep(0.1)
