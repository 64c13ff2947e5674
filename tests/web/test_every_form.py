"""Every form of the app, filled with rubbish by everybody who can open it: it says what is wrong, where and with a link to the field, and
loses nothing that was typed."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import make
import pytest
from deskhouse import DeskHouse
from mends import MENDS
from planted import Visitor, outside

from deconflict.domain import roles
from deconflict.web.kept_forms import STANDS_HERE, STANDS_ON
from deconflict.web.plans import PAGES as PLANS

TYPED = {"text", "email", "tel", "number", "textarea", "date", "time", "search"}
RUBBISH = "x<\"'é> 99/99"
# Pages whose forms say nothing back, whatever is typed: what they knew, a stranger would learn (RUL-18). Or none of ours.
SAY_NOTHING = ("acknowledge.", "check_in.", "hooks.", "health.", "metrics.", "static", "demo.")
# Forms that take any words for an answer, by the address they are sent to.
TAKE_ANY_WORDS = {"/desk/search"}


@dataclass
class Shown:
    """One form of a page: where it is sent, what stands in it and what somebody could type."""

    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    choices: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """The forms of a page that are sent by POST, and every id and its element."""

    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.forms, self.ids = here, [], {}
        self._form: Shown | None = None
        self._select = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "id" in given:
            self.ids[given["id"]] = (tag, given)
        if tag == "form" and given.get("method", "get").lower() == "post":
            self._form = Shown(given.get("action") or self.here)
            self.forms.append(self._form)
        if self._form is None or ("name" not in given and tag != "option"):
            return
        name, kind = given.get("name", ""), given.get("type", "text") if tag == "input" else tag
        if kind == "select":
            self._select = name
            self._form.choices.add(name)
        elif kind == "option" and "selected" in given:
            self._form.values.append((self._select, given.get("value", "")))
        elif kind in ("radio", "checkbox"):
            self._form.choices.add(name)
            if "checked" in given:
                self._form.values.append((name, given.get("value", "on")))
        elif kind in TYPED:
            self._form.typed.append(name)
        elif kind == "hidden":
            self._form.values.append((name, given.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None


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


def faults(page, shown, sent, url):
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
        if not MENDS.search(sentence):
            found.append(f"{near}, no word of how to mend it: {sentence!r}")
        if link and link not in said.ids:
            found.append(f"{near}, a link to {link}, which is nowhere")
        elif link:
            tag, given = said.ids[link]
            plain = tag in ("input", "select", "textarea") and given.get("type") not in ("radio", "checkbox")
            described = [one for one in given.get("aria-describedby", "").split() if one in said.ids]
            if plain and not (described and given.get("aria-invalid") == "true"):
                found.append(f"{near}, {link} says nothing at the field")
    for name in shown.typed:
        secret = "password" in name or name in ("again", "new_password_confirm")
        shows = (f">{html.escape(sent[name])}<", f'"{html.escape(sent[name])}"')
        if not secret and not any(one in _plain(page) for one in shows):
            found.append(f"{near}, what was typed into {name} is lost")
    return found


def by_the_library(page, shown):
    """Flask-Security refuses with 200."""
    return page.status_code == 200 and shown.action.startswith(("/login", "/verify", "/change", "/tf-", "/mf-"))


def _plain(page):
    """With the quotes that Python's html writes."""
    return page.text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


def test_every_form_says_what_is_wrong_with_a_link_and_loses_nothing(people):
    house = people
    tried, refused, wrong = {}, set(), []
    where = set()
    for who in (*accounts(house), None):
        browser = Visitor(house.app, who.uniquifier if who else None)
        for url in in_order(house):
            page = browser.get(url)
            if page.status_code != 200 or page.mimetype != "text/html":
                continue
            for shown in read(page, url).forms:
                if not shown.typed or shown.action == "/language":
                    continue
                for rubbish in (RUBBISH, ""):
                    sent = dict(shown.values) | dict.fromkeys(shown.typed, rubbish)
                    answer = outside(browser.client.post, shown.action, data=sent)
                    tried.setdefault(_kind(house, shown.action), []).append(answer.status_code)
                    if answer.status_code in (200, 302, 303) and not by_the_library(answer, shown):
                        continue
                    wrong += faults(answer, shown, sent, url)
                    refused.add(_kind(house, shown.action))
                    where.add(shown.action)
                    break
    assert not wrong, "\n".join(sorted(set(wrong)))
    each = {f"/plans/new/{what}" for what in PLANS.sheets} | {"/sites/new", f"/sites/{house.site}/amend"}
    assert where >= each, each - where
    assert tried.keys() >= MUST_BE_TRIED, MUST_BE_TRIED - tried.keys()
    never = set(tried) - refused
    assert never <= MAY_TAKE_ANYTHING, never
    ours = STANDS_HERE | STANDS_ON.keys()
    assert tried.keys() - NOT_KEPT <= ours, tried.keys() - NOT_KEPT - ours


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
MAY_TAKE_ANYTHING: set[str] = set()
# Not given back after a session that ended: secrets.
NOT_KEPT: set[str] = {"security.login", "security.verify", "security.change_password"}
