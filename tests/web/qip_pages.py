"""A desk with a QIP manager, and how a project is registered and moved on."""

from __future__ import annotations

from datetime import timedelta

import make
from deskhouse import DeskHouse
from pages import errors, fields, window
from sqlalchemy import select

from deconflict.domain import roles
from deconflict.domain.filing import Level, postponed
from deconflict.domain.states import OPEN_CASES
from deconflict.services.procedures import move
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.procedures import Procedure, ProcedureStep

PROJECT = {
    "title_fr": "Forage de l'école",
    "title_en": "Borehole of the school",
    "category": "infrastructure",
    "sector": "wash",
    "band": "under_2000",
    "stops-0-place": "Douentza",
    "starts_on": "2020-02-01",
    "ends_on": "2020-06-30",
    "budget_usd": "45 000",
    "owner_section": "civil_affairs",
    "partner": "ONG Sahel zq",
    "partner_class": "local_ngo",
    "partner_capacity": "checked",
    "signage": "Projet de la mission avec la commune",
    "work_plan": "yes",
    "_key": "0123456789abcdef" * 2,
    "_stops": "1",
}


class QipHouse(DeskHouse):
    def __init__(self, app, mission, make_account, sign_in):
        super().__init__(app, mission, make_account, sign_in)
        self.qpm = make_account(roles.QIP_MANAGER, name="Sophie", organisation="Mission", language="en")
        self.manager = self.browser(self.qpm)

    def reader(self, role, **more):
        """Somebody new with this role, signed in."""
        side = roles.SIDE_OF[role]
        organisation = {"mission": "Mission", "humanitarian": "ONG Alpha"}.get(side)
        named = {"organisation": organisation} if organisation else {}
        return self.browser(self.make_account(role, name=f"R-{role}"[:20], language="en", **named, **more))

    def registers(self, **change):
        answer = self.manager.post("/qips/new", data=PROJECT | change)
        assert answer.status_code == 303, errors(answer)
        return answer.location.rpartition("/")[2]

    def row(self, reference):
        return db.session.scalars(select(Procedure).where(Procedure.reference == reference)).one()

    def state(self, reference):
        with self.app.app_context():
            return self.row(reference).state

    def facts(self, reference):
        with self.app.app_context():
            return dict(self.row(reference).facts)

    def events(self, reference):
        with self.app.app_context():
            query = select(ProcedureStep.event).join(Procedure).where(Procedure.reference == reference)
            return list(db.session.scalars(query))

    def item(self, reference):
        with self.app.app_context():
            return db.session.get(Item, self.row(reference).item_id)

    def matched(self, reference):
        item = self.item(reference)
        return item.kind, item.state, item.level

    def forces(self, reference, state, event, role=None):
        """One step of the table, from the state it is put into: what comes before is others' to test."""
        by = self.make_account(role, name=f"Z-{event}"[:20], organisation="Mission").audience if role else None
        with self.app.app_context(), transaction() as session:
            row = session.scalars(select(Procedure).where(Procedure.reference == reference)).one()
            row.state = state
            move(session, row, event, by, self.mission, self.now)

    def approves(self, reference):
        self.opens(reference)
        self.forces(reference, "recommended", "prc_approve", roles.PRC_SECRETARY)

    def opens(self, reference):
        """The consultation was opened."""
        with self.app.app_context(), transaction() as session:
            row = session.scalars(select(Procedure).where(Procedure.reference == reference)).one()
            row.facts = {**row.facts, "consultation_opened_at": self.now.isoformat()}

    def tries(self, reference, event, **said):
        with self.app.app_context():
            version = self.row(reference).version
        data = {"event": event, "version": str(version)} | {f"{event}-{name}": text for name, text in said.items()}
        return self.manager.post(f"/qips/{reference}/step", data=data)

    def steps(self, reference, event, **said):
        before = len(self.events(reference))
        answer = self.tries(reference, event, **said)
        assert answer.status_code == 303, errors(answer)
        assert len(self.events(reference)) == before + 1, self.manager.get(f"/qips/{reference}").text

    def plans_event(self, reference, occasion, day, *hours, level="redacted", **more):
        """Through the mission's own sheet, from the project's page. Returns the event's reference."""
        form = fields(self.manager.get(f"/qips/{reference}/event/{occasion}")) | {"level": level} | more
        form |= window("stops-0-arrive", *hours[:2], day) | window("stops-0-depart", *hours[2:], day)
        review = self.manager.post("/plans/new/event", data=form | {"_do": "review"})
        assert review.status_code == 200, errors(review)
        answer = self.manager.post("/plans/new/event", data=fields(review) | {"_do": "file"})
        assert answer.status_code == 303, errors(answer)
        self.turn()
        return answer.location.split("/")[2]

    def wash(self, place, when, level=Level.REDACTED, later=0, kind="WASH_WORKS"):
        """Somebody who does something about water there, so many days after the day named."""
        return postponed(make.distribution(place, when, kind=kind, level=level), later, 0, self.mission.zone)

    def standing_rules(self):
        """Of the cases that are open."""
        with self.app.app_context():
            cases = db.session.scalars(select(Case).where(Case.state.in_(OPEN_CASES)))
            return {hit["rule_id"] for case in cases for hit in (case.judgement or {}).get("hits", [])}

    def rules(self):
        self.turn(timedelta(seconds=6))
        with self.app.app_context():
            found = [case.judgement or {} for case in db.session.scalars(select(Case))]
        return {hit["rule_id"] for one in found for hit in one.get("hits", [])}
