"""A mission with its committees, a QIP in Bankass, and whoever is asked about it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import make
from deskhouse import DeskHouse
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.procedures import Due, Noun
from deconflict.jobs.procedures import tend_procedures
from deconflict.services import procedures as service
from deconflict.store.base import db, transaction
from deconflict.store.consultations import ConsultationReply
from deconflict.store.people import Person
from deconflict.store.procedures import Procedure, ProcedureStep

MONDAY = datetime(2019, 12, 9, 8, tzinfo=UTC)
DAY = timedelta(days=1)
# Opened on Monday 9 December: ten working days end on Monday 23, and Christmas is a holiday, so that it is ripe on Thursday 26.
LAST, RIPE = "2019-12-23", "2019-12-26"
PLANTED = "Notre forage zq est à deux cents pas"


class Committees(DeskHouse):
    """`manager` runs QIPs, `chair` sits in Mopti, `secretary` in Bamako; `wash` coordinates, `forum` speaks for the NGOs; `ngo` is at work
    in Bankass, `beta` is not."""

    def __init__(self, app, mission, make_account, sign_in):
        super().__init__(app, mission, make_account, sign_in)
        self.now = MONDAY
        self.manager = make_account(roles.QIP_MANAGER, name="Ibrahim Qip", language="en")
        self.chair = make_account(roles.LPRC_CHAIR, name="Charlotte Chair", language="en", scope="C")
        self.other_chair = make_account(roles.LPRC_CHAIR, name="Otto Gao", language="en", scope="E")
        self.member = make_account(roles.LPRC_MEMBER, name="Moussa Member", language="en", scope="C")
        self.secretary = make_account(roles.PRC_SECRETARY, name="Sira Secretary", language="en")
        self.wash = make_account(roles.CLUSTER, name="Wanda Zerbo", organisation="Cluster EHA", language="en")
        self.forum = make_account(roles.NGO_FORUM, name="Fodé Kamara", organisation="Forum ONG", language="en")
        self.beta = make_account(roles.FOCAL_POINT, name="Binta", organisation="ONG Beta", language="en")
        self.hc = make_account(roles.HC_OFFICE, name="Hélène Hc", language="en")
        self.boss = make_account(roles.OCHA_HEAD, name="Fanta Boss", language="en", function="head")
        self.files(self.ngo, make.distribution("Bankass", "28 Dec 09:00-15:00"))
        self.now = MONDAY

    def qip(self, key="q1", **more):
        """Registered and not yet consulted on."""
        place = next(p for p in self.mission.gazetteer.places if p.name == "Bankass" and p.level == "town")
        facts = {
            "title_fr": "Forage à Bankass",
            "title_en": "Borehole in Bankass",
            "category": next(iter(self.mission.qip.categories)),
            "sector": "wash",
            "place": {
                "point": list(place.point),
                "as_typed": "Bankass",
                "source": "gazetteer",
                "uncertainty_m": 500.0,
                "pcode": place.pcode,
                "name": "Bankass",
                "corrected": "",
                "cod_version": "",
            },
            "settlement": place.pcode,
            "commune": place.commune,
            "partner_class": "association",
            "partner": "Association Partenaire-Kxq",
            "partner_capacity": "checked",
            "owner_section": "stabilisation",
            "budget_usd": 41_234,
            "starts_on": "2020-02-11",
            "ends_on": "2020-04-17",
            "signage": "MINUSMA",
            "band": "under_2000",
            "committee": "LPRC-C",
            "work_plan": True,
            "events": [],
        } | more
        with self.app.app_context(), transaction() as session:
            due = Due("open_consultation", frozenset({roles.QIP_MANAGER}))
            by = self.manager.audience
            row = service.begin(session, Noun.QIP, by, key, facts, self.mission, self.now, pcode=place.pcode, due=due)
            return row.reference

    def opened(self, key="q1", **more):
        reference = self.qip(key, **more)
        assert self.press(self.manager, f"/consultations/{reference}/open", of=reference).status_code == 303
        assert self.state(reference) == "consultation"
        return reference

    def consulted(self, key="q1", **more):
        """Its clock has run out."""
        reference = self.opened(key, **more)
        self.to("2019-12-24")
        assert self.state(reference) == "consulted"
        return reference

    # -- doing

    def to(self, day, hour=8):
        self.now = datetime.fromisoformat(f"{day}T{hour:02d}:00+00:00")
        self.tend()

    def tend(self):
        with self.app.app_context():
            tend_procedures(self.mission, self.now)

    def page(self, who, path):
        return self.browser(who).get(path)

    def press(self, who, path, *, of=None, **form):
        """Sends a form, at the version of the procedure `of` as it stands now."""
        if of is not None:
            form.setdefault("version", str(self.row(of).version))
        return self.browser(who).post(path, data=form)

    def replies(self, who, reference, answer, comment="", capacity=None):
        id = self.asked(reference)[capacity or "organisation"].id
        form = {"reply": str(id), f"answer-{id}": answer, f"comment-{id}": comment}
        return self.browser(who).post(f"/consultations/{reference}/reply", data=form)

    def sums_up(self, reference, words="Trop près d'un point d'eau", outcomes=("relocate",), who=None):
        form = {"outcomes": list(outcomes), "words": words}
        return self.press(who or self.officer, f"/consultations/{reference}/summary", of=reference, **form)

    def calls(self, day=RIPE, who=None, committee="LPRC-C"):
        form = {"committee": committee, "day": day, "members": ["ocha", "unpol"]}
        answer = self.browser(who or self.chair).post("/sittings/new", data=form)
        assert answer.status_code == 303, errors_in(answer)
        return answer.location.rpartition("/")[2]

    def overrides(self, reference, sitting, who=None, words="Le fonds expire le 20", code="funds_lapse"):
        form = {"sitting": sitting, "code": code, "words": words}
        return self.press(who or self.chair, f"/consultations/{reference}/override", of=reference, **form)

    def decides(self, sitting, reference, event="recommend", code="proceed_unchanged", who=None, **form):
        form = {"qip": reference, "event": event, "code": code, "words": "Aucune gêne"} | form
        return self.press(who or self.chair, f"/sittings/{sitting}/decide", of=reference, **form)

    # -- looking

    def row(self, reference):
        with self.app.app_context():
            db.session.expire_all()
            return db.session.scalars(select(Procedure).where(Procedure.reference == reference)).one()

    def state(self, reference):
        return self.row(reference).state

    def asked(self, reference):
        """Consultees by capacity, the last of each."""
        with self.app.app_context():
            db.session.expire_all()
            mine = select(ConsultationReply).join(Procedure, Procedure.id == ConsultationReply.procedure_id)
            rows = db.session.scalars(mine.where(Procedure.reference == reference).order_by(ConsultationReply.id)).all()
            return {row.capacity: row for row in rows}

    def events(self, reference):
        with self.app.app_context():
            lines = select(ProcedureStep.event).join(Procedure).where(Procedure.reference == reference)
            return list(db.session.scalars(lines.order_by(ProcedureStep.id)))

    def letters(self, kind):
        from deconflict.store.letters import Letter

        with self.app.app_context():
            return list(db.session.scalars(select(Letter.person_id).where(Letter.kind == kind).order_by(Letter.id)))

    def retire(self, someone):
        with self.app.app_context(), transaction() as session:
            session.get_one(Person, someone.person_id).active = False


def errors_in(answer):
    return re.findall(r'class="error"[^>]*>([^<]*)<', answer.text)
