"""What is never stored, of armed forces (D3.4) or of a team (D1.5), is typed into every form in which somebody writes in his own words: it
is refused at that very field, what was found is named, and what was typed stands there still. The forms are those of the pages, so that a
new field is tried with the rest."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

import make
import pytest
from deskhouse import DeskHouse, aid_files
from guards.doors import POSTS
from planted import Visitor, outside
from sqlalchemy import select, update

from deconflict.channels.port import Code, SendFailed
from deconflict.domain import roles
from deconflict.domain.access_incidents import Incident
from deconflict.domain.asset_asked import Asked, Reviewed
from deconflict.domain.asset_requests import ALTERNATIVES, CRITERIA
from deconflict.domain.close_out import Answer
from deconflict.domain.dialogue import Meeting
from deconflict.domain.filing import Level, MissionPlan
from deconflict.domain.hazard_notice import Hazard
from deconflict.domain.states import MessageState
from deconflict.domain.zone import Zone
from deconflict.services import access_incidents, asset_requests, close_outs, hazards, holds, meetings
from deconflict.store.alerts import Message
from deconflict.store.base import transaction
from deconflict.web.plans import PAGES as PLANS

TOO_MUCH = "2e Cie, 24 pax, ind. LION 21, 148.5 MHz, 12.7 mm"
TOO_MUCH_OF_A_TEAM = "350 ménages, 500 000 FCFA, +223 70 00 00 01"
FOUND = re.compile("“(2e Cie|24 pax|350 ménages|500 000 FCFA)”")
# Read as something else than words, and refused as that.
NO_WORDS = re.compile(
    r"(aid-place|present_\w+|(first|last)-place|stops-\d+-(position|(arrive|depart)_(date|from|to))|(begins|ends|from|since|until)_(date|time)|until|code|code-\d+|radius_m|half_width_km|plates|word|notice|plan|on|review_on|place"
    r"|vehicles|persons|days|hours|first|last|_call_(date|time)|number|mailbox|coverage_(date|time))"
)
# Nothing of it is kept but, of the last, its length.
FORGOTTEN = {
    *(("acknowledge.send", "code"), ("check_in.send", "code")),
    *(("desk.find", "find"), ("ours.find", "find"), ("numbers.confirm", "words")),
    ("desk.take_group", "dismiss-reason"),  # of another button of its form
    ("sop_versions.begin", "name"),  # one word of letters and figures
    ("aid_reports.act", "other"),  # a reference
}
# What a team told of itself, written down for it: the table of its own people holds, D1.5's (domain.unwanted).
OF_A_TEAM = {"on_behalf.new", "on_behalf.site"}
# Who works with an organisation that notifies is called as it calls him.
NAMES = {"own_people.invite"}
PREFERRED = {"side": "mission", "kind": "mission"}
FILL = {"days": "1", "hours": "0", "until": "2020-03-01", "email": "new@desk.example.org", "name": "Somebody"}
AREA = MissionPlan(
    "AVOID_AREA",
    Level.MATCH_ONLY,
    make.presence("Kidal", "10 Dec 00:00-23:00", None),
    zone=Zone("villages"),
    known_from="force",
)


@dataclass
class Form:
    """One form of a page as it would be sent: the first of every choice is chosen. `words`: in which somebody writes freely."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    def __init__(self, here: str) -> None:
        super().__init__()
        self.here, self.forms, self._form, self._select = here, [], None, ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form" and given.get("method", "get") == "post":
            self._form = Form(given.get("action") or self.here)
            self.forms.append(self._form)
        if self._form is None:
            return
        name, value, values = given.get("name", ""), given.get("value", ""), self._form.values
        kind = given.get("type", "text") if tag == "input" else tag
        if tag == "select":
            self._select = name
        elif tag == "option" and value and (value == PREFERRED.get(self._select) or not values.get(self._select)):
            values[self._select] = value
        elif (kind == "radio" and ("checked" in given or value == PREFERRED.get(name) or name not in values)) or (
            kind == "checkbox" and "checked" in given
        ):
            values[name] = value
        elif name and tag in ("input", "textarea") and kind not in ("radio", "checkbox"):
            values[name] = value or FILL.get(name, "")
            if kind in ("text", "textarea"):
                self._form.words.append(name)
        elif tag == "button" and name and name not in values:
            values[name] = value

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None


class House(DeskHouse):
    """In which every form with words is open to somebody."""

    def __init__(self, app, mission, make_account, sign_in):
        super().__init__(app, mission, make_account, sign_in)
        self.boss = make_account(roles.OCHA_HEAD, name="Fanta", language="en", function="head")
        self.radia = make_account(roles.RADIO_OPERATOR, name="Radia", language="en", function="support")
        self.admin = make_account(roles.ADMINISTRATOR, name="Adama", language="en", function="support")
        app.config.update(SECOND_FACTOR_REQUIRED=False)
        self.notice, self.plan = self.meet(plan_level=Level.MATCH_ONLY)
        self.leaving = self.files(self.ngo, make.distribution("Gao", "7 Dec 18:00-20:00"))
        self.site = self.files(self.ngo, make.site("Douentza"))
        self.area = self.files(self.officer, AREA)
        place = (make.fix(make.PLACES["Kidal"][0]),)
        with app.app_context():
            danger = Hazard("flood", place, self.now, self.now + timedelta(days=7), "drivers")
            met = Meeting("cell", "MOPTI", on=self.now.date(), topics=("sop",))
            self.meeting = meetings.plan(met, True, self.officer.audience, "meeting", mission, self.now)
            self.hazard = hazards.enter(danger, self.ngo.audience, "hazard", mission, self.now)
        self.over = self.files(self.g9, make.patrol("Koro", "6 Dec 10:00-11:00"))
        self.aid = aid_files(self)
        with app.app_context():
            close_outs.close_out(self.over, Answer(aid_given=False), "", self.g9.audience, mission, self.now)
            for act in (holds.ask_hold, holds.confirm_hold):
                who, why = (self.boss, ("why",)) if act is holds.ask_hold else (self.officer, ())
                act("item", self.plan, *why, who.audience, mission.catalogue, self.now)
        self.asked = [self._asks(), self._asks()]
        with app.app_context():
            found = dict.fromkeys(ALTERNATIVES, "would_not")
            asset_requests.review(self.asked[1], 1, Reviewed(found, ""), self.officer.audience, mission, self.now)
            what = Incident("movement", self.now.date(), "ML050202", "denied", True, "", self.leaving)
            self.asked.append(access_incidents.log_incident(what, "k", self.ngo.audience, mission, self.now))
        self._nothing_reaches_the_mission()
        assert self.acts("ask", side="mission", ask="avoid_place").status_code == 303
        self.turn()
        self._hold_back()

    def _nothing_reaches_the_mission(self):
        def refuses(outgoing, now):
            raise SendFailed(False, Code.BAD_ADDRESS)

        self.sms.send = self.mail.send = refuses

    def _asks(self):
        with self.app.app_context():
            day, said = self.now.date(), dict.fromkeys(CRITERIA, ("yes", ""))
            what = Asked("armed_escort", "mission", day, day, "Piste", said, self.leaving)
            return asset_requests.ask(what, str(next(self._keys)), self.ngo.audience, self.mission, self.now)

    def _hold_back(self):
        with self.app.app_context(), transaction() as session:
            first = session.scalars(select(Message.id).order_by(Message.id)).first()
            session.execute(update(Message).where(Message.id == first).values(state=MessageState.HELD))

    def addresses(self):
        case = self.case
        own = [case.humanitarian_reference, case.mission_reference]
        references = [
            self.site,
            self.notice,
            self.plan,
            self.leaving,
            self.area,
            self.over,
            self.hazard,
            self.meeting,
            case.reference,
            *own,
            *self.asked,
            *self.aid,
        ]
        names = {
            "reference": references,
            "what": [*PLANS.sheets],
            "person_id": [str(self.g9.person_id), str(self.officer.person_id)],
        }
        for rule in self.app.url_map.iter_rules():
            wanted = rule.endpoint.partition(".")[0]
            whose = self.ngo if wanted == "on_behalf" else self.g9
            names["organisation_id"] = [str(whose.audience.organisation_id)]
            if "GET" not in rule.methods or wanted in ("static", "security", "hooks", "health", "metrics", "demo"):
                continue
            if not rule.arguments:
                yield rule.rule
            elif len(rule.arguments) == 1:
                yield from (re.sub(r"<[^>]*>", name, rule.rule) for name in names.get(min(rule.arguments), ()))


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return House(app, mission, make_account, sign_in)


def door(house, action):
    """The endpoint behind an address."""
    return house.app.url_map.bind("localhost").match(action.partition("?")[0].partition("#")[0], method="POST")[0]


def names_it(page, name, text):
    """Whether what was found stands at the field, in whose words it is still there."""
    said = {at: html.unescape(words) for at, words in re.findall(r'id="([^"]+)-error">(.*?)</p>', page.text)}
    (where,) = [tag for tag in re.findall(r"<(?:input|textarea)[^>]*>", page.text) if f' name="{name}"' in tag]
    at = re.search(r' id="([^"]+)"', where)[1]
    kept = f'value="{text}"' in where or f">{text}<" in page.text
    found = bool(FOUND.search(said.get(at, "")))
    return found and kept and 'aria-invalid="true"' in where and f'href="#{at}"' in page.text


def faults(house, who):
    """By door and field: what was not refused as it should be. And the doors whose words were tried."""
    browser, done, wrong, tried = Visitor(house.app, who.uniquifier), set(), [], set()
    for url in sorted(set(house.addresses())):
        page = browser.get(url)
        if page.status_code != 200 or page.mimetype != "text/html":
            continue
        found = Forms(url)
        found.feed(page.text)
        for form, name in [(one, name) for one in found.forms for name in one.words]:
            endpoint = door(house, form.action)
            if (form.action, name) in done or (endpoint, re.sub(r"-\d+$", "", name)) in FORGOTTEN:
                continue
            done.add((form.action, name))
            of_a_team = who.audience.side == "humanitarian" or endpoint in OF_A_TEAM
            if of_a_team and endpoint in NAMES:
                continue
            text = TOO_MUCH_OF_A_TEAM if of_a_team else TOO_MUCH
            answer = outside(browser.client.post, form.action, data=form.values | {name: text})
            is_read = bool(NO_WORDS.fullmatch(name))
            if not 400 <= answer.status_code < 500 or not (is_read or names_it(answer, name, text)):
                wrong.append((endpoint, name, answer.status_code))
            if not is_read:
                tried.add(endpoint)
    return sorted(set(wrong)), tried


HEARD = {"relay.write", "relay.write_check_in"} | OF_A_TEAM
ASKED = {"access_incidents.new", "access_incidents.correct"} | {
    f"asset_requests.{act}" for act in ("act", "correct", "new")
}
OFFICER = (
    HEARD
    | ASKED
    | {
        "asset_requests.review",
        *("areas.new", "areas.amend", "areas.cancel", "handing_over.write", "hazards.new", "hazards.correct"),
        *("meetings.new", "meetings.write", "meetings.follow"),
        *(
            f"desk.{act}"
            for act in ("agree", "call", "called", "check_in", "decide_held", "dismiss", "relay", "release")
        ),
        *("desk.note", "desk.note_item", "desk.note_site"),
    }
)
TRIED = {
    "g9": {f"plans.{act}" for act in ("amend", "cancel", "close_out", "postpone", "sharing", "write")}
    | {"own_people.invite", "passing.note", "requests.answer", "aid_reports.new", "aid_reports.act", "hazards.new"},
    "officer": OFFICER | {"aid_reports.new", "aid_reports.act"},
    "boss": OFFICER
    | {
        "asset_requests.decide",
        "sop_versions.endorse",
        "desk.accept_risk",
        "desk.change_case_hold",
        "desk.change_item_hold",
    },
    "radia": HEARD | {"hazards.new"},
    "ngo": {f"notices.{act}" for act in ("new", "amend", "cancel", "keep", "postpone", "sharing")}
    | {"sites.new", "sites.amend", "sites.sharing", "aid_reports.new", "hazards.new", "hazards.correct"}
    | ASKED,
    "admin": {"people.add_organisation", "people.invite"},
}


@pytest.mark.parametrize("account", TRIED)
def test_what_is_never_stored_is_refused_wherever_words_are_typed(house, account):
    wrong, tried = faults(house, getattr(house, account))
    assert wrong == []
    assert tried == TRIED[account]


# Behind a page or a button of its own, or in a file: test_desk_phone.py, test_desk_queue.py, test_on_behalf.py,
# test_offline.py, test_drafts.py, test_again.py, test_uploads.py, test_sop_versions.py, test_committee_words.py.
ELSEWHERE = {
    *("consultations.reply", "consultations.summary", "consultations.override", "conditions.act"),
    *("sittings.cancel", "sittings.decide", "sittings.minutes"),
    *("on_behalf.change", "on_behalf.cancel", "offline.send", "notices.give_back", "notices.use_pattern"),
    *("sop_versions.propose", "sop_versions.send_file"),
    *("qips.new", "qips.amend", "qips.step"),  # test_qips.py
    *("uploads.take_in", "uploads.columns", "desk.ask", "desk.send_now", "desk.write_after_note", "desk.dismiss_group"),
}
# A button, a choice, a day, an address or a code.
WITHOUT_WORDS = {
    *(
        "absences.end",
        "absences.note",
        "desk.find",
        "drills.start",
        "handing_over.read",
        "ours.find",
        "on_behalf.begin",
        "places.search",
        "procedures.end_feed",
        "procedures.make_feed",
    ),
    *(f"contacts.{act}" for act in ("add_mailbox", "add_number", "put_first", "remove")),
    *(f"desk.{act}" for act in ("closing", "give_back", "hand_back", "have", "read", "take")),
    *("desk.take_group", "desk.hand_back_group", "desk.take_here", "desk.has_looked"),
    *(f"desk.{act}_site" for act in ("left", "resume", "return", "settle", "suspend", "take", "verify")),
    *(f"numbers.{act}" for act in ("confirm", "drill", "read_back", "try_number")),
    *(f"own_people.{act}" for act in ("contract", "invite_again", "retire", "take_back")),
    *(f"people.{act}" for act in ("clear_second_step", "contract", "deactivate", "reinvite", "take_back")),
    "aid_reports.withdraw",
    *("plans.again", "plans.drop_draft", "requests.acknowledge", "roster.assign", "roster.end", "telling.choose"),
    *(f"notices.{act}" for act in ("again", "check_in", "drop_draft", "drop_pattern", "tick")),
    *(f"uploads.{act}" for act in ("ask", "drop", "go_on", "leave", "mend", "right", "send", "take_up", "which_list")),
    *(f"hazards.{act}" for act in ("make_shown", "set_aside", "renew", "end", "withdraw")),
    *("meetings.cancel", "meetings.done"),
    *("take_out.own", "take_out.desk"),
    *("consultations.open_one", "consultations.note_sectors"),
    *(f"sittings.{act}" for act in ("new", "move", "renew", "on_agenda")),
    *(f"sop_versions.{act}" for act in ("begin", "mend", "sign", "take_back", "withdraw", "work_out")),
    "sop_figures.change",
    *("asset_requests.link", "asset_requests.unlink", "access_incidents.act", "access_incidents.take_out"),
    "handing_over.draft",  # shows again what was typed, and keeps nothing
    *(f"convoys.{act}" for act in ("join", "open_one", "close_one")),
    *(f"sites.{act}" for act in ("second", "confirm", "suspend", "resume", "left", "reopen", "close", "drop_draft")),
}


def test_a_new_door_is_tried_or_takes_no_words():
    assert POSTS.keys() == set().union(*TRIED.values(), ELSEWHERE, WITHOUT_WORDS)
