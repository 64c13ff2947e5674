"""Everybody walks every route with everybody's references; what each reads is held against the matrix and the rulings.

A new route must be put into GETS or POSTS below, with what is expected of it: the tests fail on one they do not know.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
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
from world import make_app

from deconflict.domain import disclosure, roles
from deconflict.domain.activity import Side
from deconflict.domain.audience import Audience
from deconflict.domain.disclosure import ItemFacts
from deconflict.store.alerts import Acknowledgement, Alert
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db
from deconflict.store.cases import CaseEvent, Request
from deconflict.store.people import Duty, Organisation, Person
from deconflict.store.queries import facts_of
from deconflict.web.audience import Door, declared

pytestmark = pytest.mark.timeout(900)  # one walk for all of them
MISSING = "ZZZZZ"
NOBODY_S_ID = 99_999
STRANGER = "a stranger"
PAGE_BYTES = 60_000
OFFICERS = ["cmcoord", "suboffice_head", "ocha_head"]
FILERS_HUM, FILERS_MIL = ["submitter", "focal_point"], ["cimic", "ops", "qip_manager"]

# GET routes: what the address names, and for whom there is something behind it. `page`: no name in it.
GETS = {
    "home.page": ("page", sorted(roles.ALL)),
    "notices.mine": ("page", FILERS_HUM),
    "notices.new": ("page", FILERS_HUM),
    "notices.show": ("notice", FILERS_HUM),
    "notices.filed": ("notice", FILERS_HUM),
    "notices.amend": ("notice", FILERS_HUM),
    "notices.cancel": ("notice", FILERS_HUM),
    "plans.mine": ("page", FILERS_MIL),
    "plans.new": ("page", FILERS_MIL),
    "plans.write": ("sheet", FILERS_MIL),
    "plans.show": ("plan", FILERS_MIL),
    "plans.filed": ("plan", FILERS_MIL),
    "plans.amend": ("plan", FILERS_MIL),
    "plans.cancel": ("plan", FILERS_MIL),
    "requests.mine": ("page", FILERS_HUM + FILERS_MIL),
    "requests.show": ("own case", FILERS_HUM + FILERS_MIL),
    "desk.queue": ("page", OFFICERS),
    "desk.ended": ("page", OFFICERS),
    "desk.items": ("page", OFFICERS),
    "desk.duplicates": ("page", [*OFFICERS, "cluster"]),
    "desk.find": ("search", OFFICERS),
    "desk.case": ("desk case", OFFICERS),
    "desk.ask_preview": ("desk case", OFFICERS),
    "desk.item": ("desk item", OFFICERS),
    "roster.index": ("page", OFFICERS),
    "people.index": ("page", ["administrator"]),
    "people.add_organisation": ("page", ["administrator"]),
    "people.invite": ("organisation", ["administrator"]),
    "people.person": ("person", ["administrator"]),
    # Open to strangers: the key stands in the address, or there is nothing to read.
    "people.join": ("token", None),
    "acknowledge.page": ("page", None),
    "acknowledge.button": ("link", None),
    "health.healthz": ("page", None),
    "health.readyz": ("page", None),
    # Flask-Security's own: about whoever asks, or switched off. What they show is checked like everything else.
    **dict.fromkeys(
        [
            *("security.login", "security.verify", "security.change_password", "security.two_factor_setup"),
            *("security.two_factor_token_validation", "security.two_factor_rescue", "security.tf_select"),
            *("security.mf_recovery", "security.mf_recovery_codes"),
        ],
        ("sign-in", None),
    ),
    "security.static": ("file", None),
    "static": ("file", None),
}
# POST routes that name something: as above. The others name nothing, or are about whoever asks.
POSTS = {
    "notices.amend": ("notice", FILERS_HUM),
    "notices.cancel": ("notice", FILERS_HUM),
    "plans.amend": ("plan", FILERS_MIL),
    "plans.cancel": ("plan", FILERS_MIL),
    "requests.answer": ("own case", FILERS_HUM + FILERS_MIL),
    "requests.acknowledge": ("own case", FILERS_HUM + FILERS_MIL),
    **dict.fromkeys(
        [f"desk.{act}" for act in ["agree", "ask", "closing", "dismiss", "hand_back", "relay", "release", "take"]],
        ("desk case", OFFICERS),
    ),
    "desk.read": ("desk item", OFFICERS),
    "desk.give_back": ("desk item", OFFICERS),
    "roster.end": ("duty", OFFICERS),
    "people.invite": ("organisation", ["administrator"]),
    "people.reinvite": ("person", ["administrator"]),
    "people.deactivate": ("person", ["administrator"]),
    "notices.new": ("page", FILERS_HUM),
    "plans.write": ("sheet", FILERS_MIL),
    "roster.assign": ("page", OFFICERS),
    "people.add_organisation": ("page", ["administrator"]),
}
POSTS_ABOUT_ONESELF = {
    *("language.choose", "people.join", "acknowledge.send", "acknowledge.press", "hooks.status", "hooks.reply"),
    *("security.login", "security.logout", "security.verify", "security.change_password", "security.two_factor_setup"),
    *("security.two_factor_setup_validate", "security.two_factor_token_validation", "security.two_factor_rescue"),
    *("security.tf_select", "security.mf_recovery", "security.mf_recovery_codes"),
}


@dataclass(frozen=True)
class Answer:
    """What one account got. `key` is the name that stood in the address."""

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
    written: tuple[int, int] = (0, 0)

    # -- what the matrix and the rulings say

    def exists(self, who: Audience | None, kind: str, key: str) -> bool:
        """Whether there is anything behind this name for this account, its role left aside."""
        if who is None:
            return False
        if kind in ("notice", "plan", "desk item"):
            facts = next((f for f in self.facts.values() if f.reference == key), None)
            side = {"notice": Side.HUMANITARIAN, "plan": Side.MISSION}.get(kind)
            if facts is None or (side is not None and facts.side is not side):
                return False
            return disclosure.is_own(facts, who) if side else self.officer(who, facts.sensitive)
        if kind == "desk case":
            return any(self.officer(who, self.sensitive(n)) for n, c in self.world.cases.items() if c["desk"] == key)
        if kind == "own case":
            return any(
                self.told(who, name, side)
                for name, case in self.world.cases.items()
                for side in Side
                if case[side] == key
            )
        known = {"sheet": ("patrol", "event"), "organisation": self.keys["organisation"][:-1]}
        known |= {"person": self.keys["person"][:-1], "duty": self.keys["duty"][:-1]}
        return key in known.get(kind, (key,))

    def officer(self, who: Audience, sensitive: bool) -> bool:
        return disclosure.opens("case.desk", who, own=False, sensitive=sensitive)

    def sensitive(self, case: str) -> bool:
        return self.facts[f"{case}-n"].sensitive

    def told(self, who: Audience, case: str, side: str) -> bool:
        item = self.facts[f"{case}-{'n' if side == Side.HUMANITARIAN else 'p'}"]
        return (case, side) in self.world.told and disclosure.opens("case.own", who, own=disclosure.is_own(item, who))

    def may_see(self, who: Audience | None, plant: Plant) -> bool:
        if who is None:
            return False
        about, runs_the_house = plant.about, roles.ADMINISTRATOR in who.roles
        match plant.element:
            case "organisation":
                return who.is_officer or runs_the_house or self.world.organisations[about] == who.organisation_id
            case "person":
                return who.is_officer or runs_the_house or self.accounts[about] is who
            case "phone":
                own = self.accounts[about].organisation_id == who.organisation_id
                return disclosure.opens("contact.phone", who, own=own)
            case "e-mail":
                return self.accounts[about] is who
            case "desk":
                return self.officer(who, self.sensitive(about))
            case "side":
                return self.officer(who, self.sensitive(about)) or self.told(who, about, plant.side)
            case "nobody":
                return False
        facts = self.facts[about]
        own = disclosure.is_own(facts, who)
        return disclosure.opens(plant.element, who, own=own, sensitive=facts.sensitive)

    def answers(self, account: str) -> Iterator[Answer]:
        return (answer for answer in self.gets if answer.account == account)


def addresses(crawl: Crawl, rule, kind: str, turn: int | None) -> Iterator[tuple[str, str]]:
    """(name, address) for every name there is of this kind. `turn`: the door is shut for this account before any name is
    looked at, so a seventh of the names will do, another for each account."""
    names = {name for name in rule.arguments if name != "filename"}
    if kind == "token":
        yield from [("", rule.rule), ("x", f"{rule.rule}?token=1.{'0' * 64}")]
        return
    if not names and kind != "search":
        yield "", rule.rule
        return
    values = crawl.keys["reference" if kind == "search" else names.pop().removesuffix("_id")]
    for key in values if turn is None else {*values[turn % 7 :: 7], values[-1]}:
        address = f"{rule.rule}?reference={key}" if kind == "search" else re.sub(r"<[^>]*>", key, rule.rule)
        more = "?round=1&side=mission&ask-mission=avoid_place" if rule.endpoint == "desk.ask_preview" else ""
        yield key, address + more


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
            for key, address in addresses(crawl, rule, kind, turn if shut else None):
                yield browser.client, account, who, rule.endpoint, kind, key, address


def walk(app, crawl: Crawl) -> None:
    shown = {endpoint: said for endpoint, said in GETS.items() if said[0] != "file"}
    for client, account, _who, endpoint, kind, key, address in tries(app, crawl, "GET", shown):
        crawl.gets.append(took(account, endpoint, key, address, client.get(address)))
        if kind == "search":
            client.get("/")  # what a search flashes is shown on the next page, whichever it is


def push(app, crawl: Crawl) -> None:
    """Every POST that names something which is not there for the account; what works is for stories."""
    before = writes(app)
    form = {"_do": "file", "reason": "x", "request": "1", "alert": "1", "round": "1", "version": "1"}
    for client, account, who, endpoint, kind, key, address in tries(app, crawl, "POST", POSTS):
        if who is None or not who.may(*POSTS[endpoint][1]) or not crawl.exists(who, kind, key):
            crawl.posts.append(took(account, endpoint, key, address, client.post(address, data=form)))
    crawl.written = (before, writes(app))


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
    headers = tuple(sorted((name, value) for name, value in answer.headers if name != "Set-Cookie"))
    size = len(answer.data)
    return Answer(account, endpoint, key, address, answer.status_code, body, headers, answer.mimetype, size)


@pytest.fixture(scope="module")
def crawl(tmp_path_factory) -> Iterator[Crawl]:
    patch = pytest.MonkeyPatch()
    url = f"sqlite:///{tmp_path_factory.mktemp('crawl')}/test.db"
    with TwilioNetwork() as network, SmtpSink() as sink:
        app = make_app(url, network, sink)
        app.testing = True
        with app.app_context():
            world = planted_world(app, network, sink)
            tell_the_time(app, patch, lambda: world.now)
            found = described(world)
        found.world.app = app
        logging.disable(logging.INFO)
        try:
            outside(walk, app, found)
            outside(push, app, found)
        finally:
            logging.disable(logging.NOTSET)
        yield found
        patch.undo()
        with app.app_context():
            db.engine.dispose()


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
    references = [*world.items.values(), *(code for codes in by_case.values() for code in codes.values()), MISSING]
    session = db.session
    known = {
        "organisation": select(Organisation.id),
        "person": select(Person.id),
        "duty": select(Duty.id),
    }
    keys = {name: [*map(str, session.scalars(query)), str(NOBODY_S_ID)] for name, query in known.items()}
    keys |= {
        "reference": references,
        "what": ["patrol", "event", "parade"],
        "link": [*session.scalars(select(Alert.link)), "x" * 32],
    }
    organisations = {
        key: session.scalars(select(Organisation.id).where(Organisation.name == name)).one()
        for key, (name, *_more) in ORGANISATIONS.items()
    }
    accounts = {name: world.actors[name].audience for name in PEOPLE}
    there = SimpleNamespace(cases=by_case, told=world.told, organisations=organisations)
    db.session.rollback()
    return Crawl(there, world.plants, accounts, facts, keys)


def near(answer: Answer) -> str:
    return f"{answer.account} {answer.endpoint} {answer.url} {answer.status}"


# ---- the routes ------------------------------------------------------------------------------------------------------


def test_every_route_is_known_here_and_everything_known_here_exists(app):
    by_method = {m: {r.endpoint for r in app.url_map.iter_rules() if m in r.methods} for m in ("GET", "POST")}
    assert by_method["GET"] - GETS.keys() == set(), "say in GETS what these show to whom"
    assert GETS.keys() - by_method["GET"] == set()
    assert by_method["POST"] - POSTS.keys() - POSTS_ABOUT_ONESELF == set(), "say in POSTS what these name"
    assert (POSTS.keys() | POSTS_ABOUT_ONESELF) - by_method["POST"] == set()
    assert not POSTS.keys() & POSTS_ABOUT_ONESELF
    other = [r.endpoint for r in app.url_map.iter_rules() if r.methods - {"GET", "HEAD", "OPTIONS", "POST"}]
    assert other == []


def test_who_opens_what_here_is_what_each_view_declares(app):
    for endpoint, (_kind, allowed) in {**GETS, **POSTS}.items():
        door = declared(app, endpoint)
        if endpoint == "home.page":
            assert door is Door.EVERYONE
        elif allowed is None:
            assert isinstance(door, Door), endpoint
        else:
            assert door == frozenset(allowed), endpoint


def test_somebody_of_every_role_walked(crawl):
    assert {code for who in crawl.accounts.values() for code in who.roles} == roles.ALL
    assert {answer.account for answer in crawl.gets} == {*crawl.accounts, STRANGER}


# ---- what is there ---------------------------------------------------------------------------------------------------


def test_what_is_there_for_an_account_answers_and_what_is_not_is_missing(crawl):
    wrong = []
    for answer in crawl.gets:
        kind, allowed = GETS[answer.endpoint]
        if kind == "sign-in":
            continue
        who = crawl.accounts.get(answer.account)
        if allowed is None:
            wanted = {404} if kind == "token" else {200, 503} if answer.endpoint == "health.readyz" else {200}
        elif who is None:
            wanted = {303}
        elif not who.may(*allowed):
            wanted = {404}
        elif kind == "search":
            wanted = {303}
        elif not crawl.exists(who, kind, answer.key):
            wanted = {404}
        else:
            refusals = {"notices.amend": {200, 422}, "plans.amend": {200, 422}, "desk.ask_preview": {200, 409, 422}}
            wanted = refusals.get(answer.endpoint, {200})
        if answer.status not in wanted:
            wrong.append((near(answer), wanted))
    assert wrong == []


def test_the_walk_met_something_of_everything(crawl):
    """Otherwise a crawler that only met closed doors would praise them."""
    opened = {(answer.endpoint, GETS[answer.endpoint][0]) for answer in crawl.gets if answer.status == 200}
    for endpoint, (kind, _allowed) in GETS.items():
        if kind not in ("sign-in", "file", "token", "search"):
            assert (endpoint, kind) in opened, endpoint
    closed = [answer for answer in crawl.gets if answer.status == 404]
    assert len(closed) > 1000


def alike(answers: list[Answer]) -> None:
    seen = {(a.status, a.body, a.headers) for a in answers}
    assert len(seen) <= 1, [near(answer) for answer in answers[:3]]
    for answer in answers:
        assert len(answer.key) < 5 or answer.key not in answer.whole, near(answer)


def test_another_s_reference_answers_exactly_like_a_missing_one(crawl):
    for account in crawl.accounts:
        missing = [answer for answer in crawl.answers(account) if answer.status == 404]
        alike([answer for answer in missing if GETS[answer.endpoint][0] != "token"])
        alike([answer for answer in crawl.posts if answer.account == account])


def test_what_an_officer_may_not_find_is_not_found_like_what_does_not_exist(crawl):
    for account, who in crawl.accounts.items():
        found = [answer for answer in crawl.answers(account) if answer.endpoint == "desk.find"]
        if not who.is_officer:
            continue
        for answer in found:
            case = next((n for n, codes in crawl.world.cases.items() if answer.key in codes.values()), None)
            item = next((f for f in crawl.facts.values() if f.reference == answer.key), None)
            sensitive = crawl.sensitive(case) if case else bool(item and item.sensitive)
            there = (case is not None or item is not None) and crawl.officer(who, sensitive)
            assert (answer.header("Location") != "/desk") is there, near(answer)


def test_acts_on_what_is_not_there_are_missing_and_leave_no_trace(crawl):
    wrong = [near(a) for a in crawl.posts if a.status != (303 if a.account == STRANGER else 404)]
    assert wrong == []
    assert len(crawl.posts) > 2000
    assert crawl.written[0] == crawl.written[1]


# ---- what is said ------------------------------------------------------------------------------------------------------


def leaks(crawl: Crawl, account: str) -> list[str]:
    hidden = [plant for plant in crawl.plants if not crawl.may_see(crawl.accounts.get(account), plant)]
    by_text: dict[str, Answer] = {}
    for answer in crawl.answers(account):
        # A link's own page holds the link, and a stranger's way to the sign-in holds the address he came from.
        echoed = answer.key if account == STRANGER or GETS[answer.endpoint][0] == "link" else ""
        text = answer.whole.replace(echoed, "") if echoed else answer.whole
        by_text.setdefault(text, answer)
    return [
        f"{near(answer)}: {plant.what} of {plant.about} ({plant.value})"
        for text, answer in by_text.items()
        for plant in hidden
        if plant.value in text
    ]


@pytest.mark.parametrize(
    "account", [*PEOPLE, STRANGER], ids=lambda name: f"{name} {PEOPLE[name][2] if name in PEOPLE else ''}"
)
def test_nobody_reads_anywhere_what_the_matrix_does_not_open(crawl, account):
    assert leaks(crawl, account) == []


@pytest.mark.parametrize("account", PEOPLE, ids=lambda name: f"{name} {PEOPLE[name][2]}")
def test_everybody_reads_somewhere_what_the_matrix_opens(crawl, account):
    who = crawl.accounts[account]
    everything = "\n".join({answer.whole for answer in crawl.answers(account) if answer.status == 200})
    unseen = [
        f"{plant.what} of {plant.about} ({plant.value})"
        for plant in crawl.plants
        if plant.must and crawl.may_see(who, plant) and plant.value not in everything
    ]
    assert unseen == []


def test_administrators_and_auditors_read_no_content_at_all(crawl):
    content = [plant for plant in crawl.plants if plant.element not in ("organisation", "person")]
    for account in ("Admina-zq", "Audita-zq", "Radia-zq", "Hcea-zq", "Clara-zq", "Ngofa-zq", "Chaira-zq", "Prisca-zq"):
        own = crawl.accounts[account]
        text = "\n".join({answer.whole for answer in crawl.answers(account)})
        links = [key for answer in crawl.answers(account) if GETS[answer.endpoint][0] == "link" for key in [answer.key]]
        found = [p for p in content if p.value in text and p.value not in links and not crawl.may_see(own, p)]
        assert found == []


def test_the_two_sides_of_a_case_never_hold_the_same_code_nor_the_desk_s(crawl):
    codes = [code for case in crawl.world.cases.values() for code in case.values()]
    codes += [facts.reference for facts in crawl.facts.values()]
    assert len(codes) == len(set(codes))


# ---- how it is said ------------------------------------------------------------------------------------------------------

PLACES = ("Gossi", "Bankass", "Koro", "Gao", "Douentza", "Ansongo", "Kidal", "Bandiagara")
XMLNS = "http://www.w3.org/2000/svg"
OURS = "http://127.0.0.1:8000/"


def pages(crawl: Crawl) -> list[Answer]:
    return list({answer.body: answer for answer in crawl.gets + crawl.posts if answer.type == "text/html"}.values())


def whereabouts(crawl: Crawl) -> list[str]:
    secret = (
        "place as typed",
        "coordinates",
        "square",
        "hour",
        "date-time group",
        "title",
        "overnight",
        "organisation",
    )
    return [*PLACES, *(plant.value for plant in crawl.plants if plant.what in secret)]


def test_no_address_no_title_and_no_redirect_says_where_or_who(crawl):
    never = whereabouts(crawl)
    for answer in crawl.gets + crawl.posts:
        for place in never:
            assert place not in answer.header("Location"), near(answer)
    for answer in pages(crawl):
        title = re.search(r"<title>(.*?)</title>", answer.body, re.DOTALL)
        linked = re.findall(r'(?:href|src|action|formaction)="([^"]*)"', answer.body)
        assert title, near(answer)
        for place in never:
            assert place not in title[1], near(answer)
            assert not any(place in address for address in linked), near(answer)


def test_titles_name_no_reference_either(crawl):
    for answer in pages(crawl):
        title = re.search(r"<title>(.*?)</title>", answer.body, re.DOTALL)
        assert not any(reference in title[1] for reference in crawl.keys["reference"]), near(answer)


def test_no_page_names_an_address_outside(crawl):
    for answer in pages(crawl):
        found = [u for u in re.findall(r"(?:https?:)?//[\w.-]+[^\s\"'<>]*", answer.body) if not u.startswith(OURS)]
        assert [u for u in found if not u.startswith(XMLNS)] == [], near(answer)
        loaded = re.findall(
            r'<(?:img|script|link|iframe|object|embed|source|use)\b[^>]*(?:src|href|data)="([^"]*)"', answer.body
        )
        assert all(address.startswith(("/", "data:image/", "#")) for address in loaded), near(answer)


def test_no_page_holds_a_script_or_a_style_of_its_own(crawl):
    for answer in pages(crawl):
        scripts = re.findall(r"<script\b[^>]*>", answer.body)
        assert all(" src=" in tag for tag in scripts), near(answer)
        assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"|javascript:", answer.body), near(answer)


def test_pages_are_light_and_kept_by_nobody(crawl):
    for answer in crawl.gets + crawl.posts:
        assert answer.bytes < PAGE_BYTES, f"{near(answer)}: {answer.bytes} bytes"
        assert answer.header("Cache-Control") == "no-store", near(answer)
        assert answer.header("Referrer-Policy") == "no-referrer", near(answer)
        assert "default-src 'none'" in answer.header("Content-Security-Policy"), near(answer)


def test_what_machines_read_says_how_the_system_is_and_no_more(crawl):
    for answer in crawl.gets:
        if answer.type == "application/json":
            assert json.loads(answer.body).keys() == {"status"}, near(answer)
