"""Plays the scenario into an empty database, through the schemas and services that the forms use, on a clock of its own. The
stages of the scheduler take their turns in between, so that cases, alerts and messages come about as they always do."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask

from deconflict.demo.acts import Stage
from deconflict.demo.scenario import Act, Guest, Scenario, read_scenario
from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.domain.errors import Refused
from deconflict.jobs.cycle import Cycle
from deconflict.jobs.dispatch import dispatch_due
from deconflict.jobs.escalate import escalate_due
from deconflict.jobs.release import release_due
from deconflict.jobs.scheduler import cycle_of
from deconflict.matching.matcher import match_due
from deconflict.services import people
from deconflict.services.demo_inbox import stamp_demo
from deconflict.store.base import db, lookup_hash, transaction
from deconflict.store.demo import KEYS, PLAYED, stamp_of, write_stamp
from deconflict.store.people import Duty

Hash = Callable[[str], str]
FOLDER = "demo"
# On a real clock the scheduler has a turn every second. Playing, it matches and sends after every act, ends holds a quarter
# of an hour after a filing, climbs ladders every other hour, and does the calendar's work once a day.
EVERY = timedelta(hours=2)
CALENDAR_HOUR = 18
AFTER_A_HOLD = timedelta(minutes=16)
MAY_OVERLAP = ("file", "amend")


@dataclass
class Player:
    """One playing. `hashed` makes what is stored of a password."""

    mission: Mission
    cycle: Cycle
    scenario: Scenario
    now: datetime
    hashed: Hash
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.stage = Stage(self.mission, self.scenario)

    def moments(self) -> list[tuple[datetime, Act | None]]:
        """What is done when, with the hours in between at which the scheduler has its turn."""
        acts = [(act.at, act) for act in self.scenario.acts]
        holds = [at + AFTER_A_HOLD for at, act in acts if act.do in MAY_OVERLAP]
        turns = [*_ticks(self.scenario.starts_at, self.now), *holds]
        quiet: list[tuple[datetime, Act | None]] = [(at, None) for at in sorted(turns) if at < self.now]
        return list(heapq.merge(acts, quiet, key=lambda moment: moment[0]))

    @property
    def length(self) -> int:
        """How often `play` yields."""
        return len(self.moments()) + 2

    def play(self) -> Iterator[None]:
        """Yields after every moment of `moments()`, once more after the people and once at the end."""
        stamp_demo(self.scenario.starts_at)
        self._invite_everybody()
        yield
        for at, act in self.moments():
            if act is not None:
                self.stage.perform(act)
            elif (at.hour, at.minute) == (CALENDAR_HOUR, 0):
                self.cycle.run(at)
            elif at.minute == 0:
                escalate_due(self.mission, at)
            self._turn(at)
            yield
        self.cycle.run(self.now)
        self._turn(self.now)
        with transaction() as session:
            write_stamp(session, PLAYED, self.now.isoformat())
        yield

    def _turn(self, at: datetime) -> None:
        """What cannot wait: new answers, ended holds, and every message that is due."""
        match_due(self.mission, at)
        release_due(self.mission, at)
        while dispatch_due(self.cycle.channels, self.cycle.base_url, self.cycle.worker, at):
            pass
        db.session.rollback()

    # -- people

    def _invite_everybody(self) -> None:
        at = self.scenario.starts_at
        with transaction() as session:
            write_stamp(session, KEYS, fingerprint())
        ids = {
            key: people.add_organisation(None, **facts, now=at) for key, facts in self.scenario.organisations.items()
        }
        for guest in self.scenario.guests:
            self.stage.cast[guest.key] = self._invite(guest, ids[guest.organisation], at)
        with transaction() as session:
            for shift in self.scenario.roster:
                person_id = self.stage.cast[shift.person].person_id
                session.add(
                    Duty(area=shift.area, step=shift.step, position=shift.position, person_id=person_id, from_at=at)
                )

    def _invite(self, guest: Guest, organisation_id: int, at: datetime) -> Audience:
        who = guest.who
        invited = people.invite(None, organisation_id, who, link_for=lambda token: token, now=at)
        if invited.link is not None:
            people.join(
                invited.link, password=self.scenario.password, hashed=self.hashed, language=who.language, now=at
            )
        side = self.scenario.organisations[guest.organisation]["side"]
        return Audience(invited.person_id, organisation_id, side, who.roles, who.scope, who.language)


def player_of(app: Flask, now: datetime, hashed: Hash) -> Player:
    """The playing of this app's mission around `now`. Raises Refused for a mission without a demo."""
    mission: Mission = app.extensions["mission"]
    settings = app.extensions["settings"]
    folder = settings.missions_folder / settings.mission / FOLDER
    if not folder.is_dir():
        raise Refused("This mission profile has no demo.")
    return Player(mission, cycle_of(app), read_scenario(folder, now.astimezone(mission.zone)), now, hashed)


def was_played() -> str | None:
    """When the demo was played into this database, None when it was not, or not to its end."""
    return stamp_of(PLAYED)


def keys_fit() -> bool:
    """Whether what this database holds can be opened with the keys at hand."""
    return stamp_of(KEYS) in (None, fingerprint())


def fingerprint() -> str:
    return lookup_hash("demo")


def _ticks(start: datetime, end: datetime) -> Iterator[datetime]:
    at = start
    while at < end:
        yield at
        at += EVERY
