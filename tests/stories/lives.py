"""Two worlds that differ in what the other side did, and all that one person sees and hears in each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeVar

import make
import pytest
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from pages_seen import as_it_is
from planted import Visitor, plain, signed_in, tell_the_time
from sqlalchemy import event, select
from world import Actor, World, opened_world

from deconflict.domain.filing import MovementNotice
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent

NOTICE = make.distribution("Bankass", "10 Dec 09:00-15:00")
PATROL = make.patrol("Bankass", "10 Dec 10:00-12:00")
AWAY = make.patrol("Kidal", "10 Dec 10:00-12:00")
START = "2019-12-05T08:00Z"
DRAWN = re.compile(r'(?<=value=")[0-9a-f]{16}(?=")')  # marks of rows, by lot

Way = TypeVar("Way")


def notice_at(lat: float) -> MovementNotice:
    """The distribution, so far north and on the meridian of Bankass."""
    return make.distribution((lat, -3.52), "10 Dec 09:00-15:00")


@dataclass
class Life:
    """One world, and all that one of its people has seen and heard. What is drawn by lot is named."""

    world: World
    who: Actor
    browser: Visitor
    seen: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def looks(self, *paths: str) -> str:
        """The last of these pages."""
        page = ""
        for path in paths:
            answer = self.browser.get(path)
            page = self._keep(f"{answer.status_code} {plain(answer)}")
        return page

    def posts(self, path: str, **form: str) -> int:
        answer = self.browser.post(path, form)
        self._keep(f"{answer.status_code} {plain(answer) if answer.status_code != 303 else answer.location}")
        db.session.rollback()
        return answer.status_code

    def mark(self, page: str, name: str = "request") -> str:
        """That of the first form on this page which has one of this name."""
        return hidden(self.looks(page), name)

    def answers(self, page: str, word: str = "accept", *, mark: str = "") -> int:
        return self.posts(f"{page}/answer", request=mark or self.mark(page), answer=word)

    def acknowledges(self, page: str) -> int:
        return self.posts(f"{page}/acknowledge", alert=self.mark(page, "alert"))

    def hears(self) -> list[str]:
        """Texts and mails since the last time."""
        inboxes = (self.who.phone, self.who.mailbox, self.world.alternate.phone, self.world.alternate.mailbox)
        heard = [box.expects("") for box in inboxes for _ in range(len(box.unread))]
        self.seen += [re.sub(r"(?<=[Cc]ode )\d{4}|https?://\S+", "DRAWN", self._named(text)) for text in heard]
        return heard

    def hears_within(self, span: str) -> bool:
        self.world.forward(span)
        return bool(self.hears())

    def passes(self, until: str, minutes: int = 20) -> None:
        """Time goes by in steps, with a turn of the scheduler at each."""
        end = datetime.fromisoformat(until)
        while self.world.now < end:
            self.world.now = min(end, self.world.now + timedelta(minutes=minutes))
            self.world.turn(1)

    def _keep(self, said: str) -> str:
        self.seen.append(DRAWN.sub("DRAWN", self._named(said)))
        return said

    def _named(self, said: str) -> str:
        for drawn, name in self.names.items():
            said = said.replace(drawn, name)
        return said


@dataclass
class Lives:
    """`lives(story, "ngo")` plays it in a world of its own and gives what was seen."""

    kind: str
    folder: Path
    network: TwilioNetwork
    mail: SmtpSink
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, story: Callable[[Life], None], who: str = "ngo", at: str = START) -> list[str]:
        with self.opened(who, at) as life:
            story(life)
            return life.seen

    @contextmanager
    def opened(self, who: str = "ngo", at: str = START) -> Iterator[Life]:
        with opened_world(self.kind, Path(mkdtemp(dir=self.folder)), self.network, self.mail) as world:
            world.at(at)
            tell_the_time(world.app, self.monkeypatch, lambda: world.now)
            actor = world.actors[who]
            yield Life(world, actor, signed_in(world.app, actor.person_id))
            world.read_everything()

    def apart(
        self, story: Callable[[Life, Way], None], one: Way, other: Way, who: str = "ngo", at: str = START
    ) -> list[tuple[str, str]]:
        """Whatever was not the same for this person where the story went the one way and where it went the other."""
        here, there = (self(lambda life, way=way: story(life, way), who, at) for way in (one, other))
        return [(a, b) for a, b in zip(here, there, strict=True) if a != b]


def asked(life: Life) -> tuple[str, str, str]:
    """The organisation is asked by the officer. References of notice and plan, and the address of its page."""
    world = life.world
    notice, plan = world.ngo.files(NOTICE), world.cimic.files(PATROL)
    world.officer.takes(world.case)
    world.officer.asks(world.case, "humanitarian")
    reference = world.case.humanitarian_reference
    life.names |= {notice: "NOTICE", reference: "CASE"}
    life.hears()
    db.session.rollback()
    return notice, plan, f"/requests/{reference}"


def hidden(page: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([0-9a-f]{{16}})"', page)[0]


def tags(page: str) -> list[str]:
    return re.findall(r'class="tag">([^<]*)', page)


def history(world: World, kind: str) -> list[str]:
    """The codes of these events, of all cases."""
    db.session.rollback()
    return list(db.session.scalars(select(CaseEvent.code).where(CaseEvent.event == kind).order_by(CaseEvent.id)))


def on_the_desk(world: World) -> str:
    """The page of the one case, as the officer reads it."""
    return signed_in(world.app, world.officer.person_id).get(f"/desk/{world.case.reference}").text


def statements(call: Callable[[], object]) -> list[str]:
    """The statements that a call makes, in order."""
    said: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with as_it_is():
            call()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return said
