"""Every form of the app, filled with rubbish by everybody who can open it, in both languages: it says what is wrong, where and with a link
to the field, and loses nothing that was typed or chosen."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import make
import pytest
from deskhouse import DeskHouse, aid_files
from mends import MENDS
from planted import Visitor, outside
from sqlalchemy import update

from deconflict.domain import roles
from deconflict.store.base import transaction
from deconflict.store.people import Person
from deconflict.web.kept_forms import STANDS_HERE, STANDS_ON
from deconflict.web.language import COOKIE
from deconflict.web.plans import PAGES as PLANS

TYPED = {"text", "email", "tel", "number", "textarea", "date", "time", "search"}
RUBBISH = "x<\"'é> 99/99"
NO_CHOICE = "none-of-these"
# Forms that ask for one thing after another, and what only chooses how a page reads.
ONE_AT_A_TIME = {
    *("desk.relay", "desk.call", "desk.accept_risk", "desk.write_after_note", "requests.answer"),
    *("relay.write", "relay.write_check_in", "notices.again", "plans.again", "passing.note", "desk.take_group"),
}
NO_ANSWER = {"_language"}
NOT_ANSWERED = {"/language", "/take-out", "/desk/take-out"}  # by a page: by the page one came from, or by a file
# Pages whose forms say nothing back, whatever is typed: what they knew, a stranger would learn (RUL-18). Or none of ours.
SAY_NOTHING = ("acknowledge.", "check_in.", "hooks.", "health.", "metrics.", "static", "demo.")
# Forms that take any words for an answer, by the address they are sent to.
TAKE_ANY_WORDS = {"/desk/search"}


@dataclass
class Shown:
    """One form of a page: where it is sent, what stands in it, what somebody could type and what there is to choose from."""

    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, text, choose):
        """All fields with this text; of every choice what `choose` takes, None for nothing."""
        chosen = {name: choose(options) for name, options in self.choices.items()}
        fixed = {name: value for name, value in self.values if name not in chosen}
        return fixed | dict.fromkeys(self.typed, text) | {name: one for name, one in chosen.items() if one is not None}


# What is typed, and what of the choices of a select, of radios or of ticks is taken: nothing, what there is not, what comes last.
MISTAKES = (("", lambda _: None), (RUBBISH, lambda _: NO_CHOICE), (RUBBISH, lambda options: options[-1]))


class Forms(HTMLParser):
    """The forms of a page that are sent by POST, and every id and its element."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.forms, self.ids = here, [], {}
        self._form: Shown | None = None
        self._select = ""
        self._around: dict[str, str] = {}

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "fieldset":
            self._around = given
        if "id" in given:
            several = given.get("type") in ("radio", "checkbox") and "aria-describedby" in self._around
            self.ids[given["id"]] = (tag, self._around if several else given)
        if tag == "form" and given.get("method", "get").lower() == "post":
            self._form = Shown(given.get("action") or self.here)
            self.forms.append(self._form)
        if self._form is None or ("name" not in given and tag != "option"):
            return
        name, kind = given.get("name", ""), given.get("type", "text") if tag == "input" else tag
        if kind == "select":
            self._select = name
            self._form.choices[name] = []
        elif kind == "option":
            self._form.choices[self._select].append(given.get("value", ""))
            if "selected" in given:
                self._form.values.append((self._select, given.get("value", "")))
        elif kind in ("radio", "checkbox"):
            self._form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                self._form.values.append((name, given.get("value", "on")))
        elif kind in TYPED:
            self._form.typed.append(name)
        elif kind == "hidden":
            self._form.values.append((name, given.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "fieldset":
            self._around = {}


def read(page, here):
    found = Forms(here)
    found.feed(page.text)
    return found


@pytest.fixture
def people(app, mission, make_account, sign_in):
    """Everybody who can open a form, in a house in which every page shows what it can."""
    house = DeskHouse(app, mission, make_account, sign_in)
    house.radia = make_account(roles.RADIO_OPERATOR, name="Radia", language="en", function="support")
    house.admin = make_account(roles.ADMINISTRATOR, name="Adama", language="en")
    house.boss = make_account(roles.OCHA_HEAD, name="Fanta", language="en", function="head")
    house.binta = make_account(roles.FOCAL_POINT, roles.SUBMITTER, name="Binta", language="fr")
    house.notice, house.plan = house.meet()
    house.site = house.files(house.ngo, make.site("Koro"))
    house.acts("take")
    house.acts("ask", side="humanitarian", ask="avoid_place")
    house.aid = aid_files(house)
    return house


def addresses(house):
    """Of every page there is, with everything that stands in this house."""
    case = house.case
    references = [
        house.notice,
        house.plan,
        house.site,
        case.reference,
        case.humanitarian_reference,
        case.mission_reference,
        *house.aid,
    ]
    names = {
        "reference": references,
        "what": [*PLANS.sheets, "movement"],
        "organisation_id": [str(house.ngo.audience.organisation_id)],
        "person_id": [str(house.binta.person_id)],
    }
    for rule in house.app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint.startswith(SAY_NOTHING):
            continue
        if not rule.arguments:
            yield rule.rule
        elif len(rule.arguments) == 1:
            for name in names.get(next(iter(rule.arguments)), ()):
                yield re.sub(r"<[^>]*>", name, rule.rule)


def in_order(house):
    """What takes something away comes last: any reason will do there."""
    case = house.case.reference
    return sorted(set(addresses(house)), key=lambda url: (url.endswith("/cancel"), f"/desk/{case}" in url, url))


def accounts(house):
    return [house.ngo, house.g9, house.officer, house.boss, house.admin, house.radia]


def summary(page):
    """The list of what is to be mended: (text, id of the field it links to)."""
    box = re.search(r'<div class="errors"(.*?)</div>', page.text, re.DOTALL)
    assert box, "no summary"
    said = [(re.sub(r"<[^>]+>", "", item), re.search(r'href="#([^"]+)"', item)) for item in _items(box[1])]
    return [(html.unescape(text).strip(), link[1] if link else "") for text, link in said]


def _items(box):
    items = re.findall(r"<li>(.*?)</li>", box, re.DOTALL)
    return items or re.findall(r"<p>(.*?)</p>", box, re.DOTALL)


def faults(page, shown, sent, url, language):
    """What a form that was refused does not do and must."""
    near = f"{shown.action} on {url}: {page.status_code}"
    if not (400 <= page.status_code < 500 or by_the_library(page, shown)):
        return [near]
    said = read(page, url)
    if not re.search(r'<div class="errors"[^>]*\brole="alert"[^>]*\btabindex="-1"[^>]*\bautofocus', page.text):
        return [f"{near}, no summary that has the focus"]
    found = []
    for text, link in summary(page):
        at_the_field = re.search(rf'id="{re.escape(link)}-error">(.*?)</p>', page.text, re.DOTALL) if link else None
        sentence = html.unescape(re.sub(r"<[^>]+>", "", at_the_field[1])) if at_the_field else text
        if not MENDS[language].search(sentence):
            found.append(f"{near}, no word of how to mend it: {sentence!r}")
        if link and link not in said.ids:
            found.append(f"{near}, a link to {link}, which is nowhere")
        elif link:
            tag, given = said.ids[link]
            described = f"{link}-error" in given.get("aria-describedby", "").split() and f"{link}-error" in said.ids
            if not (described and (tag == "button" or given.get("aria-invalid") == "true")):
                found.append(f"{near}, {link} says nothing at the field")
    if f'<html lang="{language}"' not in page.text:
        found.append(f"{near}, not in {language}")
    for name in shown.typed:
        secret = "password" in name or name in ("again", "new_password_confirm")
        shows = (f">{html.escape(sent[name])}<", f'"{html.escape(sent[name])}"')
        if not secret and not any(one in _plain(page) for one in shows):
            found.append(f"{near}, what was typed into {name} is lost")
    kept = {pair for form in said.forms if form.action == shown.action for pair in form.values}
    lost = [
        name for name, options in shown.choices.items() if sent.get(name) in options and (name, sent[name]) not in kept
    ]
    return found + [f"{near}, what was chosen for {name} is lost" for name in lost]


def untold(page, shown, sent):
    """Choices that there are not, and of which nothing is said. What is done at a stop is looked at once it is known to be one."""
    told = {link.removeprefix("f-") for _, link in summary(page)}
    wrong = {name for name in shown.choices if sent.get(name) == NO_CHOICE} - NO_ANSWER
    return [name for name in wrong if not told & {name, name.replace("-activity", "-halt")}]


def by_the_library(page, shown):
    """Flask-Security refuses with 200."""
    return page.status_code == 200 and shown.action.startswith(("/login", "/verify", "/change", "/tf-", "/mf-"))


def _plain(page):
    """With the quotes that Python's html writes."""
    return page.text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_form_says_what_is_wrong_with_a_link_and_loses_nothing(people, language):
    house = people
    with house.app.app_context(), transaction() as session:
        session.execute(update(Person).values(language=language))
    tried, refused, wrong = {}, set(), []
    where, written = set(), set()
    for who in (*accounts(house), None):
        browser = Visitor(house.app, who.uniquifier if who else None)
        browser.client.set_cookie(COOKIE, language)
        for url in in_order(house):
            page = browser.get(url)
            if page.status_code != 200 or page.mimetype != "text/html":
                continue
            forms = [form for form in read(page, url).forms if form.typed or form.choices]
            tries, taken = [], False
            for text, choose in MISTAKES:
                for shown in forms:
                    sent = shown.filled(text, choose)
                    if shown.action in NOT_ANSWERED or (shown.action, sent) in tries:
                        continue
                    tries.append((shown.action, sent))
                    if taken and shown.action not in {form.action for form in read(browser.get(url), url).forms}:
                        continue  # what was taken has taken it away
                    answer = outside(browser.client.post, shown.action, data=sent)
                    kind = _kind(house, shown.action)
                    tried.setdefault(kind, []).append(answer.status_code)
                    written |= {kind} if shown.typed else set()
                    if answer.status_code in (200, 302, 303) and not by_the_library(answer, shown):
                        taken = True
                        continue
                    wrong += faults(answer, shown, sent, url, language)
                    if kind not in ONE_AT_A_TIME:
                        wrong += [f"{url}: nothing is said of {name}" for name in untold(answer, shown, sent)]
                    refused.add(kind)
                    where.add(shown.action)
    assert not wrong, "\n".join(sorted(set(wrong)))
    each = {f"/plans/new/{what}" for what in PLANS.sheets} | {"/sites/new", f"/sites/{house.site}/amend"}
    assert where >= each, each - where
    assert tried.keys() >= MUST_BE_TRIED, MUST_BE_TRIED - tried.keys()
    never = set(tried) - refused
    assert never <= MAY_TAKE_ANYTHING | ONLY_TICKS, never
    ours = STANDS_HERE | STANDS_ON.keys()
    assert written - NOT_KEPT <= ours, written - NOT_KEPT - ours


def _kind(house, action):
    adapter = house.app.url_map.bind("localhost")
    return adapter.match(action.partition("?")[0].partition("#")[0], method="POST")[0]


MUST_BE_TRIED = {
    *(
        "notices.new",
        "notices.amend",
        "notices.cancel",
        "notices.postpone",
        "plans.write",
        "plans.amend",
        "requests.answer",
        "sites.new",
        "sites.amend",
    ),
    *("people.invite", "own_people.invite", "contacts.add_number", "roster.assign", "absences.note", "security.login"),
    *("desk.dismiss", "desk.relay", "relay.write", "relay.write_check_in", "on_behalf.new", "on_behalf.change"),
}
# Takes any words, or nothing, for an answer.
MAY_TAKE_ANYTHING = {"desk.find", "ours.find"}
# Passes over what is not on its list.
ONLY_TICKS = {"notices.tick"}
# Not given back after a session that ended: secrets, and what was only looked for.
# A report of aid: kept beside an account it would say who made it.
NOT_KEPT = {"aid_reports.new", "security.login", "security.verify", "security.change_password", *MAY_TAKE_ANYTHING}
