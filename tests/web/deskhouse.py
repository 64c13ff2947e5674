"""A desk with two officers, both sides, a clock moved by hand and channels that keep what would have left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import make
from sqlalchemy import select, update

from deconflict.domain import roles
from deconflict.domain.aid_sources import Source
from deconflict.domain.aid_words import Told
from deconflict.domain.filing import Level
from deconflict.jobs.cycle import Cycle
from deconflict.services import aid_raising, aid_reports, aid_verifying, filing
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.items import Item, ItemVersion
from deconflict.store.people import Duty
from deconflict.store.procedures import Procedure

NOW = datetime(2019, 12, 7, 6, tzinfo=UTC)
NEAR_BANKASS = (14.0800, -3.5120)


@dataclass
class Basket:
    """A channel that hands everything over and keeps it."""

    carries: str
    sent: list = field(default_factory=list)
    two_way = False

    @property
    def name(self):
        return f"basket_{self.carries}"

    def send(self, outgoing, now):
        self.sent.append(outgoing)
        return f"basket-{len(self.sent)}"

    def trace(self, outgoing, tried_at, now):
        return None

    def status_of(self, provider_ref, now):
        return None

    def read_hook(self, hook):
        raise NotImplementedError


class DeskHouse:
    """`officer` and `colleague` are CMCoord, `head` leads the sub-office; `ngo` and `g9` file. All read English."""

    def __init__(self, app, mission, make_account, sign_in):
        self.app, self.mission, self.now, self._sign_in = app, mission, NOW, sign_in
        app.extensions["clock"] = lambda: self.now
        self.make_account = make_account
        self.ngo = make_account(
            roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha", phone="+22370000001", language="en"
        )
        self.g9 = make_account(roles.CIMIC, name="Lars", organisation="Mission", phone="+22370000002", language="en")
        self.officer = make_account(roles.CMCOORD, name="Oumou", phone="+22370000003", language="en")
        self.colleague = make_account(roles.CMCOORD, name="Demba", phone="+22370000004", language="en")
        self.head = make_account(roles.SUBOFFICE_HEAD, name="Fatou", language="en", function="head")
        self.sms, self.mail = Basket("sms"), Basket("email")
        channels = {basket.name: basket for basket in (self.sms, self.mail)}
        self.cycle = Cycle(mission=mission, channels=channels, base_url="http://127.0.0.1:8000", worker="test")
        with app.app_context(), transaction() as session:
            for area in mission.areas:
                session.add(Duty(area=area.code, step="duty", person_id=self.officer.person_id, from_at=NOW))
        self.desk, self.other_desk, self.head_desk = (
            self.browser(who) for who in (self.officer, self.colleague, self.head)
        )
        self._keys = iter(range(1000))

    def browser(self, someone):
        return self._sign_in(self.app.test_client(), someone)

    def files(self, who, what):
        with self.app.app_context():
            key = f"key-{next(self._keys)}"
            reference = filing.file_item(what, who.audience, key, self.mission, self.now).reference
        self.turn()
        return reference

    def amends(self, who, reference, what, reason=""):
        with self.app.app_context():
            version = db.session.scalars(select(Item.version).where(Item.reference == reference)).one()
            filing.amend_item(reference, what, version, who.audience, self.mission, self.now, reason)
        self.turn()

    def meet(self, *, level=Level.REDACTED, plan_level=Level.REDACTED, kind="DIST_FOOD", hours="09:00-15:00"):
        """A distribution in Bankass and a patrol 1.4 km away in the same hours."""
        notice = self.files(self.ngo, make.distribution("Bankass", f"10 Dec {hours}", kind=kind, level=level))
        plan = self.files(self.g9, make.patrol(NEAR_BANKASS, "10 Dec 13:00-16:00", level=plan_level))
        return notice, plan

    def damage(self, reference):
        """Somebody has spoilt a stored filing."""
        with self.app.app_context(), transaction() as session:
            item = session.scalars(select(Item).where(Item.reference == reference)).one()
            spoilt = update(ItemVersion).where(ItemVersion.item_id == item.id).values(filing={"filed": "notice"})
            session.execute(spoilt)
            filing.mark_due(session, item, "test", self.now)
        self.turn()

    def turn(self, later=timedelta(seconds=6)):
        self.now += later
        with self.app.app_context():
            self.cycle.run(self.now)
            self.cycle.run(self.now)

    def cases(self):
        with self.app.app_context():
            return list(db.session.scalars(select(Case).order_by(Case.id)))

    @property
    def case(self):
        found = self.cases()
        assert len(found) == 1, [(c.pair, c.state) for c in found]
        return found[0]

    def url(self, act=""):
        return f"/desk/{self.case.reference}" + (f"/{act}" if act else "")

    def acts(self, act, browser=None, **form):
        """Presses a button of the case page as it stands now."""
        return (browser or self.desk).post(self.url(act), data={"round": str(self.case.round)} | form)


def aid_files(house):
    """References of two reports of aid outside QIPs: one is looked into, the other waits for the mission's answer. Nobody is advised of
    either any more."""
    with house.app.app_context():
        place = house.mission.gazetteer.nearest(make.PLACES["Kidal"][0])[0]
        for day in (1, 2):
            told = Told(date(2019, 11, day), place.pcode, "water", source="seen")
            aid_reports.report(told, house.ngo.audience, f"{day:032x}", house.mission, house.now)
        mine = select(Procedure.reference).where(Procedure.noun == "aid_report").order_by(Procedure.id)
        references = list(db.session.scalars(mine))
        by, at = house.officer.audience, (house.mission, house.now)
        for reference in references:
            aid_reports.take(reference, 1, by, *at)
        aid_reports.add_source(references[1], 2, Source("authority"), by, *at)
        aid_verifying.verify(references[1], 3, by, *at)
        aid_raising.raise_with_mission(references[1], 4, by, *at)
        return references
