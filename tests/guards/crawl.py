"""Everybody walks every route with everybody's references, once; what each was answered is kept for the tests."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from doors import GETS, POSTS
from fakes.smtp_sink import SmtpSink
from fakes.twilio_network import TwilioNetwork
from planted import (
    ORGANISATIONS,
    PEOPLE,
    Plant,
    Visitor,
    look_again,
    outside,
    plain,
    planted_world,
    signed_in,
    tell_the_time,
)
from sqlalchemy import func, select
from weights import sent
from world import make_app

from deconflict.domain import disclosure, matrix, roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import ItemFacts
from deconflict.domain.drafts import is_read_by
from deconflict.domain.every_procedure import sees_procedure
from deconflict.domain.numbers import keeps_numbers_of
from deconflict.domain.own_people import keeps
from deconflict.domain.procedures import Noun
from deconflict.domain.states import OPEN_CASES
from deconflict.domain.uploads import is_open_to
from deconflict.store.alerts import Acknowledgement, Alert
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent, Request
from deconflict.store.doubts import Doubt
from deconflict.store.notes import Note
from deconflict.store.patterns import Pattern
from deconflict.store.people import Absence, Contact, Duty, Organisation, Person
from deconflict.store.procedures import Procedure, procedure_facts
from deconflict.store.queries import facts_of
from deconflict.store.sop import SopEndorsement, SopVersion
from deconflict.web.take_out import KINDS

MISSING = "ZZZZZ"
NOBODY_S_ID = 99_999
STRANGER = "a stranger"
ASKED_WITH = {"desk.ask_preview": "?round=1&side=mission&ask-mission=avoid_place", "desk.eyes": "?side=mission"}
SEARCHES = {"desk.find": "/desk/find", "ours.find": "/ours/find"}
PLACES = ("Bankass", "Koro", "Gossi", "Douentza", "Kidal", "commune Bankass")
NO_NAME = "Nulle-Part-Wexo"
SHEETS = ("patrol", "stay", "aid", "zone", "event")


@dataclass(frozen=True)
class Answer:
    """What one account got. `key` is the name that stood in the address; `bytes` as it leaves, compressed."""

    account: str
    endpoint: str
    key: str
    url: str
    status: int
    body: str
    headers: tuple[tuple[str, str], ...]
    type: str
    bytes: int

    @property
    def whole(self) -> str:
        return self.body + "\n".join(f"{name}: {value}" for name, value in self.headers)

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")


@dataclass
class Crawl:
    """The planted world, walked once."""

    world: SimpleNamespace
    plants: list[Plant]
    accounts: dict[str, Audience]
    facts: dict[str, ItemFacts]
    keys: dict[str, list[str]]
    gets: list[Answer] = field(default_factory=list)
    posts: list[Answer] = field(default_factory=list)
    files: list[Answer] = field(default_factory=list)
    found: list[Answer] = field(default_factory=list)
    written: tuple[int, int] = (0, 0)
    had: dict[tuple[str, str], bool] = field(default_factory=dict)

    # -- what the matrix and the rulings say

    def exists(self, who: Audience | None, kind: str, key: str) -> bool:
        """Whether there is anything behind this name for this account, its role left aside."""
        if who is None:
            return False
        if kind in ("notice", "plan", "desk item"):
            facts = next((f for f in self.facts.values() if f.reference == key), None)
            side = {"notice": Side.HUMANITARIAN, "plan": Side.MISSION}.get(kind)
            if facts is None or (side is not None and (facts.side is not side or facts.site is not None)):
                return False
            return disclosure.is_own(facts, who) if side else self.officer(who, facts.sensitive)
        if kind == "own item":
            facts = next((f for f in self.facts.values() if f.reference == key and not f.of_ocha), None)
            return facts is not None and disclosure.is_own(facts, who)
        if kind == "area":
            facts = next((f for f in self.facts.values() if f.reference == key and f.of_ocha), None)
            return facts is not None and disclosure.is_own(facts, who)
        if kind in ("site", "desk site"):
            facts = next((f for f in self.facts.values() if f.reference == key and f.site is not None), None)
            if facts is None:
                return False
            return disclosure.is_own(facts, who) if kind == "site" else self.officer(who, facts.sensitive)
        if kind == "desk case":
            return any(self.officer(who, self.sensitive(n)) for n, c in self.world.cases.items() if c["desk"] == key)
        if kind == "desk talk":
            return any(self.officer(who, self.sensitive(n)) for n, items in self.world.talks.items() if key in items)
        if kind == "own case":
            return any(
                self.told(who, name, side)
                for name, case in self.world.cases.items()
                for side in Side
                if case[side] == key
            )
        if kind == "contact":
            whose = self.world.contacts.get(key)
            return whose is not None and (who.is_officer or whose == who.organisation_id)
        if kind in set(Noun):
            facts = self.world.procedures.get(key)
            return facts is not None and facts.noun == kind and sees_procedure(facts, who)
        if kind in ("sop version", "sop draft"):
            state = self.world.sops.get(key)
            return state is not None and (who.is_officer if kind == "sop version" else state == "draft")
        if kind == "whose numbers":
            whose = self.world.people.get(key)
            return whose is not None and keeps_numbers_of(int(key), whose, who, self.world.scopes[key])
        if kind == "aid report":
            facts = self.world.procedures.get(key)
            return facts is not None and facts.noun == Noun.AID_REPORT and sees_procedure(facts, who)
        if kind == "own aid report":
            return any(aid.own == key and aid.person_id == who.person_id for aid in self.world.aid.values())
        if kind in ("draft", "draft of a site"):
            draft = self.world.drafts.get(key)
            there = draft is not None and (draft.sheet == "site") == (kind == "draft of a site")
            return there and is_read_by(draft, who)
        if kind == "upload":
            upload = self.world.uploads.get(key)
            return upload is not None and is_open_to(upload, who)
        if kind == "list":
            return key in (
                ("movement", "site") if who.side == Side.HUMANITARIAN else ("patrol", "event", "stay", "aid")
            )
        if kind == "pattern":
            return self.keeps(who, key)
        if kind == "kept person":
            whose = self.world.people.get(key)
            return whose is not None and keeps(who, organisation_id=whose, scope=self.world.scopes[key])
        if kind in ("committee", "cluster coordinator"):
            return False  # their own tests look at them (tests/web/test_consultations.py)
        if kind.removeprefix("own ") in self.world.nouns:
            return self.procedure(kind, key, who)
        if kind in ("retired person", "entered", "lapsed case"):
            return False  # nobody and nothing of the planted world is
        if kind == "paper":
            filers = roles.FILERS_MISSION if key in SHEETS else roles.FILERS_HUMANITARIAN | {roles.RADIO_OPERATOR}
            return key in (*SHEETS, "movement", "site") and who.may(*filers, *roles.OFFICERS)
        if kind == "an owner":
            return key in map(str, owners(self.world.organisations))
        known = {"sheet": SHEETS, "organisation": self.keys["organisation"][:-1]}
        known |= {"person": self.keys["person"][:-1], "duty": self.keys["duty"][:-1]}
        known |= {name: self.keys[name][:-1] for name in ("doubt", "absence", "note", "endorsement")}
        return key in known.get(kind, (key,))

    def somebody_has(self, kind: str, key: str) -> bool:
        if (kind, key) not in self.had:
            self.had[kind, key] = any(self.exists(who, kind, key) for who in self.accounts.values())
        return self.had[kind, key]

    def procedure(self, kind: str, key: str, who: Audience) -> bool:
        """Whether there is one of this noun under this reference that exists for him; `own`: that he may act on."""
        facts = self.world.procedures.get(key)
        if facts is None or facts.noun != kind.removeprefix("own ") or not sees_procedure(facts, who):
            return False
        return not kind.startswith("own ") or who.may(*roles.FILERS_OCHA) or facts.made_by_id == who.person_id

    def keeps(self, who: Audience, key: str) -> bool:
        """Whether it is a movement that his organisation keeps under a name."""
        return self.world.patterns.get(key) == who.organisation_id

    def officer(self, who: Audience, sensitive: bool) -> bool:
        return matrix.opens("case.desk", who, own=False, sensitive=sensitive)

    def sensitive(self, case: str) -> bool:
        return self.facts[f"{case}-n"].sensitive

    def told(self, who: Audience, case: str, side: str) -> bool:
        item = self.facts[f"{case}-{'n' if side == Side.HUMANITARIAN else 'p'}"]
        return (case, side) in self.world.told and matrix.opens("case.own", who, own=disclosure.is_own(item, who))

    def may_see(self, who: Audience | None, plant: Plant) -> bool:
        if who is None:
            return False
        about, runs_the_house = plant.about, roles.ADMINISTRATOR in who.roles
        match plant.element:
            case "organisation":
                named = about in ("alpha", "badenya") and roles.RADIO_OPERATOR in who.roles  # for whom he may enter
                at_home = self.world.organisations[about] == who.organisation_id
                return who.is_officer or runs_the_house or named or at_home
            case "person":
                whose = self.accounts[about]
                seen = disclosure.sees_person(
                    who, organisation_id=whose.organisation_id, side=whose.side, scope=whose.scope
                )
                named = disclosure.sees_colleagues(who, organisation_id=whose.organisation_id)
                may_have_called = whose.side == Side.HUMANITARIAN and roles.RADIO_OPERATOR in who.roles
                return seen or named or whose is who or may_have_called
            case "phone":
                own = self.accounts[about].organisation_id == who.organisation_id
                return self.accounts[about] is who or matrix.opens("contact.phone", who, own=own)
            case "e-mail":
                return self.accounts[about] is who
            case "desk":
                return self.officer(who, self.sensitive(about))
            case "desk item":
                return self.officer(who, self.facts[about].sensitive)
            case "side":
                return self.officer(who, self.sensitive(about)) or self.told(who, about, plant.side)
            case "pattern":
                return self.keeps(who, about) and who.may(*roles.FILERS_HUMANITARIAN)
            case "draft":
                return is_read_by(self.world.drafts[about], who)
            case "upload":
                return is_open_to(self.world.uploads[about], who)
            case "sop":
                return who.is_officer
            case "procedure" | "hazard" | "meeting":
                return sees_procedure(self.world.procedures[self.world.procedures_by.get(about, about)], who)
            case "aid own":
                return self.world.aid[about].person_id == who.person_id
            case "aid file":
                return sees_procedure(self.world.procedures[self.world.aid[about].reference], who)
            case "aid words":
                facts = self.world.procedures[self.world.aid[about].reference]
                declared = facts.owner_id == who.organisation_id and sees_procedure(facts, who)
                return who.is_officer or declared or self.world.aid[about].person_id == who.person_id
            case "nobody":
                return False
        facts = self.facts[about]
        own = disclosure.is_own(facts, who)
        return matrix.opens(plant.element, who, own=own, sensitive=facts.sensitive)

    def answers(self, account: str) -> Iterator[Answer]:
        return (answer for answer in (*self.gets, *self.found) if answer.account == account)


def addresses(crawl: Crawl, rule, kind: str, turn: int, shut: bool) -> Iterator[tuple[str, str]]:
    """(name, address) for every name behind which there is something of this kind for anybody, and a seventh of the other
    names, another for each account. `shut`: the door is shut for this account before any name is looked at, so a part of all will do."""
    names = {name for name in rule.arguments if name not in ("filename", "part", "occasion")}
    if kind == "token":
        yield from [("", rule.rule), ("x", f"{rule.rule}?token=1.{'0' * 64}")]
        return
    if not names:
        yield "", rule.rule
        return
    values = crawl.keys[names.pop().removesuffix("_id")]
    known = () if shut else [key for key in values if crawl.somebody_has(kind, key)]
    step = 14 if shut else 7
    for key in {*known, *values[turn % step :: step], values[-1]}:
        address = re.sub(r"<[^>]*>", key, rule.rule.replace("<part>", "rules").replace("<occasion>", "ceremony"))
        yield key, address + ASKED_WITH.get(rule.endpoint, "")


def tries(app, crawl: Crawl, method: str, table: dict) -> Iterator[tuple]:
    """Everybody at every door with every name: browser, account, who, endpoint, kind, name, address."""
    rules = [rule for rule in app.url_map.iter_rules() if method in rule.methods and rule.endpoint in table]
    rules.sort(key=lambda rule: table[rule.endpoint][0] == "sign-in")
    for turn, account in enumerate((*crawl.accounts, STRANGER)):
        who = crawl.accounts.get(account)
        browser = signed_in(app, who.person_id) if who else Visitor(app)
        for rule in rules:
            kind, allowed = table[rule.endpoint]
            if kind == "sign-in" and who:
                browser = signed_in(app, who.person_id)  # one of these pages signs out whoever opens it
            shut = (who is None or not who.may(*allowed)) if allowed is not None else who is not None
            for key, address in addresses(crawl, rule, kind, turn, shut):
                yield browser.client, account, who, rule.endpoint, kind, key, address


def walk(app, crawl: Crawl) -> None:
    shown = {endpoint: said for endpoint, said in GETS.items() if said[0] != "file"}
    for client, account, _who, endpoint, _kind, key, address in tries(app, crawl, "GET", shown):
        crawl.gets.append(took(account, endpoint, key, address, client.get(address)))


def search(app, crawl: Crawl) -> None:
    """Everybody types every reference, every place and organisation, and a word that is nothing, into the fields that find."""
    for account, who in crawl.accounts.items():
        browser = signed_in(app, who.person_id)
        for endpoint, address in SEARCHES.items():
            open_to = who.may(*POSTS[endpoint][1])
            for typed in (*crawl.keys["reference"], *PLACES, *crawl.world.names, NO_NAME) if open_to else (MISSING,):
                answer = browser.client.post(address, data={"find": typed})
                crawl.found.append(took(account, endpoint, typed, address, answer))


def push(app, crawl: Crawl) -> None:
    """Every POST that names something which is not there for the account; what works is for stories."""
    before = writes(app)
    form = {"_do": "file", "reason": "x", "request": "1", "alert": "1", "round": "1", "version": "1"}
    for client, account, who, endpoint, kind, key, address in tries(app, crawl, "POST", POSTS):
        if who is None or not who.may(*POSTS[endpoint][1]) or not crawl.exists(who, kind, key):
            crawl.posts.append(took(account, endpoint, key, address, client.post(address, data=form)))
    crawl.written = (before, writes(app))


def take_out(app, crawl: Crawl) -> None:
    """Every file that there is, by everybody at both doors; `key` is what was asked for and how."""
    for account in (*crawl.accounts, STRANGER):
        who = crawl.accounts.get(account)
        browser = signed_in(app, who.person_id) if who else Visitor(app)
        for endpoint, door in {"take_out.own": "/take-out", "take_out.desk": "/desk/take-out"}.items():
            open_to = who is not None and who.may(*POSTS[endpoint][1])
            for what in (*SHEETS, "movement", "site") if open_to else ("movement",):
                for form in KINDS if open_to else ("csv",):
                    answer = browser.client.post(door, data={"what": what, "form": form, "past": "yes"})
                    body = "\n".join(unpacked(answer.data))
                    headers = tuple((name, value) for name, value in answer.headers if name == "Content-Disposition")
                    size = len(answer.data)
                    status = answer.status_code
                    crawl.files.append(
                        Answer(account, endpoint, f"{what} {form}", door, status, body, headers, answer.mimetype, size)
                    )


def unpacked(data: bytes) -> list[str]:
    """The texts of a file, of a workbook all its parts."""
    if not data.startswith(b"PK"):
        return [data.decode().replace("\r\n ", "")]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return [parts.read(name).decode() for name in parts.namelist()]


def writes(app) -> int:
    """How much anybody has done so far. Reading is written down too, so views are left out."""
    with app.app_context():
        look_again()
        tables = (CaseEvent, Request, Acknowledgement, Person, Organisation, Duty, Alert)
        rows = sum(db.session.scalar(select(func.count()).select_from(table)) for table in tables)
        acts = db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.verb != "view"))
        db.session.rollback()
        return rows + acts


def took(account: str, endpoint: str, key: str, address: str, answer) -> Answer:
    body = plain(answer) if answer.mimetype.startswith(("text/", "application/json")) else ""
    unread = ("Set-Cookie", "Content-Length")  # a length may be any number that was planted
    headers = tuple(sorted((name, value) for name, value in answer.headers if name not in unread))
    size = sent(answer.data)
    return Answer(account, endpoint, key, address, answer.status_code, body, headers, answer.mimetype, size)


def crawled(folder: Path) -> Crawl:
    """The planted world on a database in `folder`, walked. Nothing of it is running any more."""
    with pytest.MonkeyPatch.context() as patch, TwilioNetwork() as network, SmtpSink() as sink:
        app = make_app(f"sqlite:///{folder}/test.db", network, sink)
        app.testing = True
        with app.app_context():
            world = planted_world(app, network, sink)
            tell_the_time(app, patch, lambda: world.now)
            found = described(world)
        logging.disable(logging.INFO)
        try:
            outside(walk, app, found)
            outside(push, app, found)
            outside(take_out, app, found)
            outside(search, app, found)
        finally:
            logging.disable(logging.NOTSET)
        with app.app_context():
            db.engine.dispose()
    return found


def described(world) -> Crawl:
    look_again()
    facts = {
        name: facts_of(db.session(), world.item(reference), world.mission.catalogue)
        for name, reference in world.items.items()
    }
    by_case = {
        name: {"desk": case.reference, **{side: case.reference_for(side) for side in Side}}
        for name, case in world.cases_by.items()
    }
    talks = {
        name: {item.reference for item in case.items}
        for name, case in world.cases_by.items()
        if case.state in OPEN_CASES and case.judgement and len(case.items) == 2
    }
    told = [code for aid in world.aid.values() for code in (aid.reference, aid.own) if code]
    session = db.session
    procedures = {row.reference: procedure_facts(row) for row in session.scalars(select(Procedure))}
    sides = (code for codes in by_case.values() for code in codes.values())
    references = list(dict.fromkeys([*told, *world.items.values(), *sides, *procedures, MISSING]))
    known = {
        "organisation": select(Organisation.id),
        "person": select(Person.id),
        "duty": select(Duty.id),
        "doubt": select(Doubt.id),
        "absence": select(Absence.id),
        "note": select(Note.id),
        "pattern": select(Pattern.id),
        "contact": select(Contact.id).where(Contact.carries == "sms"),
        "version": select(SopVersion.id),
        "endorsement": select(SopEndorsement.id),
    }
    keys = {name: [*map(str, session.scalars(query)), str(NOBODY_S_ID)] for name, query in known.items()}
    keys |= {
        "reference": references,
        "key": [*world.drafts, *world.uploads, "0" * 32],
        "what": ["patrol", "event", "zone", "parade", "movement", "site"],
        "tag": ["fr", "en"],
        "link": [*session.scalars(select(Alert.link)), "x" * 32],
    }
    organisations = {
        key: session.scalars(select(Organisation.id).where(Organisation.name == name)).one()
        for key, (name, *_more) in ORGANISATIONS.items()
    }
    accounts = {name: world.actors[name].audience for name in PEOPLE}
    owners = session.execute(select(Contact.id, Person.organisation_id).join(Person).where(Contact.carries == "sms"))
    contacts = {str(id): organisation_id for id, organisation_id in owners}
    people = {str(id): whose for id, whose in session.execute(select(Person.id, Person.organisation_id))}
    scopes = {str(id): scope for id, scope in session.execute(select(Person.id, Person.scope))}
    there = SimpleNamespace(
        sops={str(id): state for id, state in session.execute(select(SopVersion.id, SopVersion.state))},
        drafts=world.drafts,
        uploads=world.uploads,
        procedures=procedures,
        nouns=set(Noun),
        patterns={str(p.id): p.organisation_id for p in session.scalars(select(Pattern))},
        people=people,
        cases=by_case,
        talks=talks,
        told=world.told,
        names=[name for name, *_more in ORGANISATIONS.values()],
        organisations=organisations,
        contacts=contacts,
        scopes=scopes,
        procedures_by=world.procedures,
        aid=world.aid,
    )
    db.session.rollback()
    return Crawl(there, world.plants, accounts, facts, keys)


def owners(organisations: dict[str, int]) -> list[int]:
    """Ids of those that notify movements."""
    return [organisations[name] for name in ("alpha", "badenya")]


def near(answer: Answer) -> str:
    return f"{answer.account} {answer.endpoint} {answer.url} {answer.status}"
