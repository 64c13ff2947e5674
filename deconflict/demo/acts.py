"""What the people of the demo do, one method per verb of acts.toml, each through the service that its page calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select

from deconflict.demo.scenario import Act, Scenario
from deconflict.domain.audience import Audience
from deconflict.domain.contacted import Called
from deconflict.domain.country import Mission
from deconflict.domain.filing import Filing
from deconflict.domain.people import Newcomer
from deconflict.schemas.notices import DISCLAIMER_VERSION, NOBODY, NoticeSchema
from deconflict.schemas.plans import PlanSchema
from deconflict.schemas.sites import SiteSchema
from deconflict.services import acknowledgements, cases, contacting, filing, releases, requests, sites
from deconflict.store.base import db
from deconflict.store.cases import Case, Request
from deconflict.store.demo import Delivered, delivered_to
from deconflict.store.items import Item
from deconflict.store.queries import on_duty

VERBS = (
    *("file", "read", "give_back", "amend", "cancel", "verify"),
    *("take", "ask", "answer", "agree", "dismiss", "release", "hand_back"),
    *("type_code", "press_link", "relay"),
)

SCHEMAS = {"humanitarian": NoticeSchema, "site": SiteSchema, "mission": PlanSchema}


class BadScenario(Exception):
    """An entry of the demo's files asks for something that is not done. Says which and why."""


@dataclass
class Stage:
    """Who is in the play (`cast`, by key), and the reference that each item got (`references`, by item key)."""

    mission: Mission
    scenario: Scenario
    cast: dict[str, Audience] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)

    def perform(self, act: Act) -> None:
        """Raises BadScenario; what a service refuses comes out as it is, with the entry named."""
        if act.do not in VERBS:
            raise BadScenario(f"nobody can {act.do!r}")
        try:
            getattr(self, act.do)(act, dict(act.words or {}))
        except Exception as error:
            error.add_note(
                f"in the demo's scenario: {act.do} {act.item or act.pair} by {act.who or 'the duty officer'}"
            )
            raise

    # -- items

    def file(self, act: Act, _words: dict[str, Any]) -> None:
        what = self._filing(act.item, {})
        done = filing.file_item(what, self.cast[act.who], f"demo-{act.item}", self.mission, act.at)
        self.references[act.item] = done.reference

    def amend(self, act: Act, words: dict[str, Any]) -> None:
        reason = words.pop("reason", "")
        item = self._item(act.item)
        what = self._filing(act.item, words)
        filing.amend_item(item.reference, what, item.version, self.cast[act.who], self.mission, act.at, reason)

    def cancel(self, act: Act, words: dict[str, Any]) -> None:
        filing.cancel_item(self.references[act.item], self.cast[act.who], words["reason"], act.at)

    def read(self, act: Act, _words: dict[str, Any]) -> None:
        item = self._item(act.item)
        filing.read_item(item.id, item.version, self._officer(act, item.area), act.at)

    def give_back(self, act: Act, words: dict[str, Any]) -> None:
        item = self._item(act.item)
        filing.return_item(item.id, item.version, words["code"], self._officer(act, item.area), act.at)

    def verify(self, act: Act, words: dict[str, Any]) -> None:
        item = self._item(act.item)
        officer, method = self._officer(act, item.area), words["method"]
        sites.take_site(item.id, item.version, method, officer, act.at)
        sites.verify_site(item.id, item.version, method, officer, act.at)

    # -- cases

    def take(self, act: Act, _words: dict[str, Any]) -> None:
        case = self._case(act)
        cases.take(case.reference, case.round, self.cast[act.who], self.mission.catalogue, act.at)

    def ask(self, act: Act, words: dict[str, Any]) -> None:
        case = self._case(act)
        who = self.cast[act.who]
        side, why, called = words["side"], words.get("why_now", ""), None
        if requests.frozen(case, self.mission, act.at):  # so near the start it is asked by phone
            numbers = contacting.callees_of(db.session(), case, side)
            called = Called(numbers[0][0], "reached", read_back=True) if numbers else None
        requests.ask(
            case.reference, case.round, side, words["ask"], who, self.mission, act.at, why_now=why, called=called
        )

    def answer(self, act: Act, words: dict[str, Any]) -> None:
        who = self.cast[act.who]
        newest = (
            select(Request.id)
            .where(Request.case_id == self._case(act).id, Request.side == who.side)
            .order_by(Request.id.desc())
        )
        request_id = db.session.scalars(newest).first()
        if request_id is None:
            raise BadScenario("nothing was asked of this side")
        requests.answer(request_id, words["answer"], words.get("text", ""), who, self.mission, act.at)

    def agree(self, act: Act, words: dict[str, Any]) -> None:
        case, who = self._case(act), self.cast[act.who]
        cases.agree(case.reference, case.round, words["code"], words["text"], who, self.mission.catalogue, act.at)

    def dismiss(self, act: Act, words: dict[str, Any]) -> None:
        case, who = self._case(act), self.cast[act.who]
        cases.dismiss(case.reference, case.round, words["code"], words["text"], who, self.mission, act.at)

    def release(self, act: Act, words: dict[str, Any]) -> None:
        case, who, granted = self._case(act), self.cast[act.who], words["granted"]
        releases.release_once(
            case.reference, words["side"], granted, words["text"], who, self.mission.catalogue, act.at
        )

    def hand_back(self, act: Act, _words: dict[str, Any]) -> None:
        cases.hand_back(self._case(act).reference, self.cast[act.who], self.mission, act.at)

    # -- what people do with what they received

    def type_code(self, act: Act, words: dict[str, Any]) -> None:
        """On the code page: what the newest text about this case said. `team` is the key of the notice whose team has it."""
        text = self._newest(act, self._phone(act.who, words))
        acknowledgements.acknowledge_by_code(f"{text.reference} {text.code}", act.at)

    def press_link(self, act: Act, _words: dict[str, Any]) -> None:
        """The button behind the link in the newest mail about this case."""
        mail = self._newest(act, self._guest(act.who).email or "")
        acknowledgements.acknowledge_by_link(mail.body.partition("/a/")[2].split()[0], act.at)

    def relay(self, act: Act, words: dict[str, Any]) -> None:
        """The officer writes down that somebody, or the team of a notice, called the base. `of` is who was told."""
        text = self._newest(act, self._phone(words["of"], words))
        acknowledgements.acknowledge_by_relay(
            text.case_reference,
            text.alert_id,
            words.get("level", text.level),
            words.get("answer", "received"),
            words.get("how", "phone"),
            words["text"],
            self.cast[act.who],
            self.mission.catalogue,
            act.at,
        )

    # -- finding things again

    def _filing(self, key: str, changes: Mapping[str, Any]) -> Filing:
        """What the form's schema makes of the item's fields, changed where an amendment says so."""
        data = self.scenario.forms[key] | {n: v if n == "stops" else str(v) for n, v in changes.items()}
        self.scenario.forms[key] = data
        side = self.scenario.sides[key]
        ticked = {} if side == "mission" else {"disclaimer": DISCLAIMER_VERSION}
        ticked |= {"confirmed_by": NOBODY} if side == "humanitarian" else {}
        try:
            filed: Filing = SCHEMAS[side](self.mission).load(data | ticked)
        except ValidationError as error:
            raise BadScenario(f"{key}: {error.messages}") from None
        return filed

    def _item(self, key: str) -> Item:
        db.session.rollback()
        return db.session.scalars(select(Item).where(Item.reference == self.references[key])).one()

    def _case(self, act: Act) -> Case:
        pair = ":".join(str(self._item(key).id) for key in act.pair)
        case = db.session.scalars(select(Case).where(Case.pair == pair)).first()
        if case is None:
            raise BadScenario(f"{' and '.join(act.pair)} have no case at {act.at}")
        return case

    def _officer(self, act: Act, area: str) -> Audience:
        if act.who:
            return self.cast[act.who]
        duty = on_duty(db.session, area, "duty", act.at)[0]  # type: ignore[arg-type]
        return next(one for one in self.cast.values() if one.person_id == duty.id)

    def _guest(self, key: str) -> Newcomer:
        return next(guest.who for guest in self.scenario.guests if guest.key == key)

    def _phone(self, who: str, words: Mapping[str, Any]) -> str:
        if "team" in words:
            return str(self.scenario.forms[words["team"]]["communications"])
        return self._guest(who).phones[0]

    def _newest(self, act: Act, address: str) -> Delivered:
        """The last message about the act's case that came to this number or address."""
        case = self._case(act)
        for message in delivered_to(address):
            if message.case_reference == case.reference:
                return message
        raise BadScenario("no message about this case has come to them")
