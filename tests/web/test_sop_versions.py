"""A new version of the SOP from its first figure to the second signature, at the desk and in the matcher."""

from __future__ import annotations

import io
import re
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial

import make
import pytest
from deskhouse import DeskHouse
from pages import words
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from world import at_once

from deconflict.domain import roles
from deconflict.domain.by_identity import ByIdentity
from deconflict.domain.errors import Refused
from deconflict.domain.filing import Level
from deconflict.domain.sop_text import digest
from deconflict.schemas.sop_figures import figures
from deconflict.services import sop_in_force, sop_versions
from deconflict.services.sop_in_force import as_published
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.sop import SopVersion, version_by_id
from deconflict.store.work import MatcherLock
from deconflict.web.figure_words import label

LIST = "/sop/versions"


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return SopHouse(app, mission, make_account, sign_in)


class SopHouse(DeskHouse):
    """With two heads of office: one proposes, the other signs."""

    def __init__(self, app, mission, make_account, sign_in):
        super().__init__(app, mission, make_account, sign_in)
        self.first_head, self.second_head = (
            self.browser(make_account(roles.OCHA_HEAD, name=name, language="en", function="head"))
            for name in ("Hawa", "Moussa")
        )

    def begins(self, name="2019-12-ML-2", browser=None):
        answer = (browser or self.first_head).post(f"{LIST}/begin", data={"name": name})
        assert answer.status_code == 303, words(answer)
        return answer.headers["Location"]

    def seen(self, page):
        return digest(self.text(page))

    def text(self, page):
        return self.desk.get(f"{page}/sop.toml").text

    def effect(self, page):
        """Names the effect that stands on the page now."""
        marks = re.findall(r'name="effect" value="([^"]*)"', self.desk.get(page).text)
        return marks[0] if marks else ""

    def does(self, page, act, browser=None, **typed):
        data = {"seen": self.seen(page), "effect": self.effect(page), **typed}
        return (browser or self.first_head).post(f"{page}/{act}", data=data)

    def worked_out(self, page):
        with self.app.app_context():
            effect = version_by_id(db.session(), int(page.rsplit("/", 1)[1])).effect
            db.session.rollback()
            return effect

    def endorses(self, browser=None, **typed):
        said = {"seen": digest(self.now_in_force().sop_text), "body": "HCT", "day": "2019-12-05"} | typed
        return (browser or self.first_head).post(f"{LIST}/endorsement", data=said)

    def changes(self, page, part="rules", **figures):
        typed = {name.replace("__", "."): value for name, value in figures.items()}
        answer = self.does(page, f"figures/{part}", **typed)
        assert answer.status_code == 303, words(answer)
        self.turn()  # the scheduler works out what it would do

    def proposes(self, page, **more):
        return self.does(page, "propose", reason="Le comité de coordination l'a demandé", **more)

    def publishes(self, page):
        assert self.proposes(page).status_code == 303
        answer = self.does(page, "sign", self.second_head)
        assert answer.status_code == 303
        return words(self.second_head.get(page))

    def judged_by(self):
        with self.app.app_context():
            lock = db.session.get(MatcherLock, 1, populate_existing=True)
            return lock.sop_version

    def now_in_force(self):
        with self.app.app_context():
            found = as_published(db.session(), self.mission)
            db.session.rollback()
            return found


# ---- the way -----------------------------------------------------------------------------------------------------------


def test_a_wider_rule_opens_a_case_after_two_people_have_signed_it_and_nobody_started_anything_again(house):
    house.files(house.ngo, make_distribution())
    house.files(house.g9, make_patrol())
    assert house.cases() == []
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    said = words(house.first_head.get(page))
    assert "R01b: Within (km) 5 → 30" in said
    assert "Cases that would open: 1" in said
    assert house.cases() == []  # working it out writes nothing
    assert house.proposes(page).status_code == 303
    house.turn()
    assert house.cases() == []
    assert house.does(page, "sign", house.second_head).status_code == 303
    house.turn()
    case = house.case
    assert case.sop_version == "2019-12-ML-2"
    assert "R01b" in str(case.judgement)
    assert "SOP version 2019-12-ML-2." in words(house.desk.get("/sop"))
    assert "30 km" in words(house.desk.get("/sop"))
    assert "judged by another version" not in words(house.desk.get("/sop"))
    with house.app.app_context():
        verbs = [e.verb for e in db.session.scalars(select(AuditEntry).where(AuditEntry.noun == "sop"))]
    assert {"sop_write", "sop_effect", "sop_propose", "sop_publish"} <= set(verbs)


def published(house, name, part="rules", **figures):
    """A version with these figures comes into force; what it was said to do."""
    house.turn(timedelta(seconds=20))
    page = house.begins(name)
    house.changes(page, part, **figures)
    effect = house.worked_out(page)["counts"]
    house.publishes(page)
    house.turn()
    return effect


def test_a_figure_that_is_put_back_closes_what_it_had_opened_and_opens_it_again(house):
    """The likeliest second version takes back the first. What is said before is what the matcher does."""
    house.files(house.ngo, make_distribution())
    house.files(house.g9, make_patrol())
    assert published(house, "wide", rule__R01b__within_km="30") == {"opens": 1}
    assert house.case.state == "detected"
    assert published(house, "back", rule__R01b__within_km="5") == {"closes": 1}
    assert house.case.state == "closed"
    assert published(house, "wide-again", rule__R01b__within_km="30") == {"reopens": 1}
    assert house.case.state == "detected"


def test_a_milder_one_is_called_milder_and_other_figures_other(house):
    house.meet()
    severity = house.case.severity
    assert published(house, "milder", rule__R01a__within_km="1") == {"falls": 1}
    assert house.case.severity != severity
    assert published(house, "graver", rule__R01a__within_km="2") == {"rises": 1}
    assert house.case.severity == severity
    assert published(house, "other", rule__R01b__within_km="1") == {"differs": 1}
    assert house.case.severity == severity
    assert published(house, "same", rule__R12__within_km="1") == {}


def test_a_clock_that_runs_keeps_its_end_and_the_next_counts_by_the_new_version(house):
    house.meet()
    before = house.case.hold_until
    assert before is not None
    published(house, "slower", "clocks", alert_release__critical__max_min="14")
    assert house.case.hold_until == before
    house.files(house.ngo, make.distribution("Koro", "12 Dec 09:00-15:00", level=Level.REDACTED))
    house.files(house.g9, make.patrol("Koro", "12 Dec 13:00-16:00", level=Level.REDACTED))
    new = house.cases()[-1]
    assert new.hold_until - new.opened_at == timedelta(minutes=14)


def test_what_it_said_is_what_happened(house):
    """The effect that was read before signing, and the cases that the matcher makes of it."""
    house.files(house.ngo, make_distribution())
    house.files(house.g9, make_patrol())
    house.meet()
    page = house.begins()
    house.changes(page, rule__R01b__within_km="40", rule__R01b__severity="medium")
    with house.app.app_context():
        effect = version_by_id(db.session(), int(page.rsplit("/", 1)[1])).effect
        db.session.rollback()
    before = {case.reference: case.severity for case in house.cases()}
    house.publishes(page)
    house.turn()
    after = {case.reference: case.severity for case in house.cases()}
    assert len(after) - len(before) == effect["counts"].get("opens", 0) > 0
    moved = {change["case"]: change["after"] for change in effect["changes"] if change["kind"] in ("rises", "falls")}
    assert {ref: str(after[ref]) for ref in before if after[ref] != before[ref]} == moved


def test_clocks_hold_from_the_signature_on(house):
    page = house.begins()
    house.changes(page, "clocks", ack__critical__max_h="1,5", asking__batches="6h30 18:00")
    said = words(house.first_head.get(page))
    assert "Acknowledgement of an alert: critical: at most (hours) 2 → 1.5" in said
    assert "No case would open, close or change." in said
    house.publishes(page)
    found = house.now_in_force()
    assert [f"{hour:%H:%M}" for hour in found.pack.clocks.ask_batches] == ["06:30", "18:00"]
    assert "1 h 30" in words(house.desk.get("/sop/clocks"))


def test_rules_that_one_process_took_up_are_not_taken_back_by_one_that_was_started_earlier(house):
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    house.publishes(page)
    house.turn()
    version = house.judged_by()
    with house.app.app_context():
        house.cycle.run(house.now)  # of the same files, from before anything was published
    assert house.judged_by() == version == "2019-12-ML-2"


# ---- two people --------------------------------------------------------------------------------------------------------


def test_who_proposed_it_does_not_sign_it(house):
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    house.proposes(page)
    data = {"seen": house.seen(page), "effect": house.effect(page)}
    answer = house.first_head.post(f"{page}/sign", data=data, follow_redirects=True)
    assert "two people answer for the rules" in words(answer)
    assert house.now_in_force().pack.version == house.mission.pack.version
    assert house.does(page, "sign", house.desk).status_code == 303  # an officer may be the second
    assert house.now_in_force().pack.version == "2019-12-ML-2"


def test_an_officer_writes_and_only_a_head_of_office_proposes_or_endorses(house):
    page = house.begins(browser=house.desk)
    house.changes(page, rule__R01b__within_km="30")
    assert house.proposes(page, browser=house.desk).status_code == 404
    assert house.endorses(house.desk).status_code == 404
    for browser in (house.head_desk, house.browser(house.ngo), house.browser(house.g9)):
        for act in ("begin", f"{page.rsplit('/', 1)[1]}/sign", f"{page.rsplit('/', 1)[1]}/withdraw"):
            assert browser.post(f"{LIST}/{act}", data={"name": "x", "seen": house.seen(page)}).status_code == 404
    for browser in (house.browser(house.ngo), house.browser(house.g9)):
        assert browser.get(LIST).status_code == browser.get(page).status_code == 404


def test_a_head_of_sub_office_reads_the_version_and_not_which_cases_it_would_open(house):
    """He may not know of sensitive ones (R10), and an effect names them."""
    house.meet()
    page = house.begins()
    house.changes(page, rule__R01a__within_km="1")
    answer = house.head_desk.get(page)
    assert answer.status_code == 200
    assert "R01a: Within (km) 2 → 1" in words(answer)
    assert house.case.reference not in answer.text
    assert "would do" not in words(answer)


def test_a_text_that_changed_after_it_was_read_is_not_signed(house):
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    old = house.seen(page)
    house.changes(page, rule__R01b__within_km="60")
    stale = house.first_head.post(f"{page}/propose", data={"seen": old, "reason": "x"}, follow_redirects=True)
    assert "Somebody" in words(stale)
    assert "Waits for a second signature" not in words(house.desk.get(page))


def test_of_two_that_were_begun_together_the_second_begins_again(house):
    one, other = house.begins("first"), house.begins("second")
    house.changes(one, rule__R01b__within_km="30")
    house.changes(other, rule__R01b__within_km="2.5")
    house.publishes(one)
    house.turn()
    assert "Another version has come into force" in words(house.first_head.get(other))
    assert house.proposes(other).status_code == 422
    assert house.now_in_force().pack.version == "first"


def test_nobody_signs_for_an_effect_that_is_old_or_that_he_has_not_read(house):
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    house.proposes(page)
    read = {"seen": house.seen(page), "effect": house.effect(page)}
    house.files(house.ngo, make_distribution())
    house.files(house.g9, make_patrol())
    house.does(page, "work-out", house.desk)  # a colleague, while the page is open
    assert "It is being worked out" in words(house.second_head.get(page))
    house.turn(timedelta(seconds=20))
    answer = house.second_head.post(f"{page}/sign", data=read, follow_redirects=True)
    assert "Have its effect worked out first" in words(answer)
    assert "Cases that would open: 1" in words(answer)
    house.now += timedelta(hours=2)
    read["effect"] = house.effect(page)
    answer = house.second_head.post(f"{page}/sign", data=read, follow_redirects=True)
    assert "Have its effect worked out first" in words(answer)
    house.does(page, "work-out", house.second_head)
    house.turn()
    assert house.does(page, "sign", house.second_head).status_code == 303
    assert house.now_in_force().pack.version == "2019-12-ML-2"


def test_two_that_are_signed_in_the_same_second_do_not_both_come_into_force(house):
    """By whoever read before either was: the second reads that the first is in force."""
    pages = [house.begins("one"), house.begins("two")]
    for page, km in zip(pages, ("30", "25"), strict=True):
        house.changes(page, rule__R01b__within_km=km)
        house.turn(timedelta(seconds=20))
        assert house.proposes(page).status_code == 303
    read = [(int(page.rsplit("/", 1)[1]), house.seen(page), house.effect(page)) for page in pages]
    before, won, by = house.now_in_force(), [], house.officer.audience

    def sign(which):
        try:
            sop_versions.sign(*which, by, before, house.now)
            won.append(which[0])
        except (Refused, OperationalError):
            pass

    at_once(house.app, *(partial(sign, which) for which in read))
    with house.app.app_context():
        states = list(db.session.scalars(select(SopVersion.state).order_by(SopVersion.id)))
    assert sorted(states) == ["published", "waiting"]
    assert len(won) == 1
    assert house.now_in_force().sop_id == won[0]


def test_what_is_to_be_mended_goes_back_to_a_draft_and_is_proposed_anew(house):
    page = house.begins()
    house.changes(page, rule__R01b__within_km="300")
    house.proposes(page)
    assert house.does(page, "mend", house.second_head).status_code == 303
    house.turn(timedelta(seconds=20))
    house.changes(page, rule__R01b__within_km="30")
    assert house.does(page, "sign", house.second_head).status_code == 303  # and says that it is no longer so
    assert house.now_in_force().sop_id == 0
    house.publishes(page)
    assert house.now_in_force().pack.version == "2019-12-ML-2"


def test_one_that_fits_no_more_says_so_and_holds_up_no_other(house):
    first, second = house.begins("first"), house.begins("second")
    with house.app.app_context(), transaction() as session:
        row = session.get_one(SopVersion, int(first.rsplit("/", 1)[1]))
        row.text = row.text.replace('"CROWD"', '"CROWDS"')
        row.digest = digest(row.text)
    house.turn(timedelta(seconds=20))
    house.turn(timedelta(seconds=20))
    said = words(house.first_head.get(first))
    assert "No rules can be made of it any more" in said
    assert "CROWDS" in said
    assert house.proposes(first).status_code == 422
    assert house.first_head.get(f"{first}/figures/rules").status_code == 200
    assert "No case would open" in words(house.first_head.get(second))


def test_what_nobody_signs_lapses_and_what_is_taken_back_was_never_in_force(house):
    page, other = house.begins("one"), house.begins("two")
    house.changes(page, rule__R01b__within_km="30")
    house.proposes(page)
    assert house.does(other, "withdraw").status_code == 303
    house.now += timedelta(days=15)
    house.turn()
    assert "Lapsed: nobody signed it" in words(house.desk.get(page))
    assert "Withdrawn" in words(house.desk.get(other))
    assert house.does(page, "sign", house.second_head).status_code == 303
    assert house.now_in_force().pack.version == house.mission.pack.version
    assert house.begins("one") != page  # its name is free again


# ---- what is typed -----------------------------------------------------------------------------------------------------


def test_a_figure_that_is_none_is_said_beside_it_and_everything_typed_stays(house):
    page = house.begins()
    answer = house.does(page, "figures/rules", **{"rule.R01b.within_km": "fünf", "rule.R01a.within_km": "1,5"})
    assert answer.status_code == 422
    assert "Give a number" in words(answer)
    assert 'value="fünf"' in answer.text
    assert 'value="1,5"' in answer.text
    far = house.does(page, "figures/rules", **{"rule.R01b.within_km": "9000"})
    assert "Give a number from 0 to 500." in words(far)
    clocks = house.does(page, "figures/clocks", **{"quiet.from": "25:00", "closing.batches": "noon"})
    assert "Give an hour such as 07:00." in words(clocks)
    assert "Give hours such as 07:00, 12:00." in words(clocks)
    assert house.text(page).count("within_km = 5\n") == house.mission.sop_text.count("within_km = 5\n")


def test_figures_that_make_a_rule_pointless_are_refused_with_the_reason(house):
    page = house.begins()
    answer = house.does(page, "figures/rules", **{"rule.R13.severity": "high"})
    assert answer.status_code == 422
    assert "These figures do not go together" in words(answer)
    assert "cap" in words(answer)


def test_a_whole_file_adds_a_rule_and_a_wrong_one_is_refused_by_its_lines(house):
    page = house.begins()
    text = house.text(page)
    rule = re.search(r'\[\[rule\]\]\nid = "R11".*?(?=\n# -- )', text, re.DOTALL)[0]
    longer = text.replace(
        rule,
        rule
        + "\n"
        + rule.replace('"R11"', '"R18"').replace("within_h = 48", "within_h = 96").replace('"medium"', '"low"'),
    )
    assert send(house, page, longer).status_code == 303
    assert "rule.R18" in words(house.desk.get(page)) or "R18" in words(house.desk.get(page))
    wrong = send(house, page, longer.replace('harm = "danger"', 'harm = "dnager"', 1))
    assert wrong.status_code == 422
    assert re.search(r"sop\.toml:\d+: ", words(wrong))
    assert "Nothing was changed" in words(wrong)
    for raw in (b"", b"\xff\xfe\x00broken", b"a = 1\n", b"x" * 300_000):
        assert send(house, page, raw).status_code == 422
    assert house.text(page) == longer


def test_a_reason_holds_no_strength_and_is_asked_for(house):
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    for reason, said in (("", "Say in a few words"), ("après la perte de 4 véhicules de la 2e Cie", "2e Cie")):
        answer = house.does(page, "propose", reason=reason)
        assert answer.status_code == 422
        assert said in words(answer)
    assert "après la perte" in answer.text


def test_names_are_one_word_and_nobody_else_s(house):
    page = house.begins("mine")
    house.changes(page, rule__R01b__within_km="30")
    house.publishes(page)
    taken = [house.mission.pack.version, "mine"]  # of the files, which cases were judged by, and of another
    for name in ("", "two words", "x" * 61, *taken):
        answer = house.first_head.post(f"{LIST}/begin", data={"name": name})
        assert answer.status_code == 422, name
        assert f'value="{name}"' in answer.text


def test_a_text_does_not_endorse_itself(house):
    page = house.begins()
    text = house.text(page).replace('status = "proposed_defaults_not_endorsed"', 'status = "endorsed"')
    answer = send(house, page, text)
    assert answer.status_code == 422
    assert "does not endorse itself" in words(answer)


def test_every_figure_of_the_profile_stands_on_one_of_the_pages_under_a_name(house):
    page = house.begins()
    shown = "".join(house.first_head.get(f"{page}/figures/{part}").text for part in ("rules", "clocks", "engine"))
    with house.app.test_request_context():
        for figure in figures(house.mission.sop_text):
            assert f'name="{figure.name}"' in shown
            assert label(figure.key) != figure.name, figure.name


def test_comments_and_order_stay_when_a_figure_changes(house):
    page = house.begins()
    house.changes(page, rule__R01b__within_km="7")
    before, after = house.mission.sop_text.splitlines(), house.text(page).splitlines()
    assert len(before) == len(after)
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [
        'sop_version = "2019-12-ML-2"',
        "within_km = 7",
    ]


# ---- endorsement -------------------------------------------------------------------------------------------------------


def test_the_banner_goes_when_an_endorsement_is_written_down_and_is_back_with_the_next_version(house):
    banner = "No country team has endorsed them."
    assert banner in house.desk.get("/desk").text
    for typed in ({"body": ""}, {"day": ""}, {"day": "2020-01-01"}):
        assert house.endorses(**typed).status_code == 422
    assert house.endorses(note="procès-verbal 12").status_code == 303
    assert banner not in house.desk.get("/desk").text
    assert "Endorsed by HCT on 5 December 2019, as Hawa wrote down." in words(house.desk.get(LIST))
    old = digest(house.now_in_force().sop_text)
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    house.publishes(page)
    assert banner in house.desk.get("/desk").text
    house.endorses(seen=old)  # from a page that was opened before: what was endorsed is not what is in force
    assert banner in house.desk.get("/desk").text
    house.endorses()
    assert banner not in house.desk.get("/desk").text
    assert house.second_head.post(f"{LIST}/endorsement/2/back").status_code == 303
    assert banner in house.desk.get("/desk").text


# ---- both languages ----------------------------------------------------------------------------------------------------


def test_the_pages_speak_french_to_the_end(house):
    browser = house.browser(house.make_account(roles.OCHA_HEAD, name="Salif", language="fr", function="head"))
    page = house.begins(browser=browser)
    house.changes(page, rule__R01b__within_km="30")
    wrong = house.does(page, "figures/clocks", browser, **{"ack.critical.max_h": "9999"})
    assert "Donnez un nombre de 0 à 168." in words(wrong)
    said = words(browser.get(page))
    assert "R01b : À moins de (km) 5 → 30" in said
    assert "Ce qu'elle ferait à ce qui est notifié" in said
    assert "Versions des SOP" in words(browser.get(LIST))
    assert 'name="ack.critical.share" value="0,25"' in browser.get(f"{page}/figures/clocks").text
    for part in ("rules", "clocks", "engine"):
        assert "Inscrire ces chiffres dans le brouillon" in words(browser.get(f"{page}/figures/{part}"))


# ---- processes ---------------------------------------------------------------------------------------------------------


def test_a_published_text_that_does_not_fit_other_files_leaves_the_old_rules_and_says_so(house, monkeypatch):
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    house.publishes(page)
    with house.app.app_context(), transaction() as session:
        row = session.scalars(select(SopVersion)).one()
        row.text = row.text.replace('"CROWD"', '"CROWDS"')
    monkeypatch.setattr(sop_in_force, "_known", ByIdentity())  # another process, which has read nothing yet
    assert house.now_in_force().sop_id == 0
    assert "older rules are in use" in house.desk.get("/desk").text
    house.turn()
    assert house.judged_by() == house.mission.pack.version
    assert "judged by another version" in words(house.desk.get("/sop"))


def test_whoever_runs_the_server_is_told_that_the_file_is_not_what_holds(house):
    check = house.app.test_cli_runner().invoke(args=["mission", "check"]).output
    assert "Not in force" not in check
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    house.publishes(page)
    check = house.app.test_cli_runner().invoke(args=["mission", "check"]).output
    assert "Not in force: 2019-12-ML-2 was published in the browser" in check


def make_distribution():
    return make.distribution("Bankass", "10 Dec 09:00-15:00", level=Level.REDACTED)


def make_patrol():
    return make.patrol((14.2500, -3.5160), "10 Dec 13:00-16:00", level=Level.REDACTED)


def send(house, page, text):
    raw = text.encode() if isinstance(text, str) else text
    data = {"seen": house.seen(page), "file": (io.BytesIO(raw), "sop.toml")}
    return house.first_head.post(f"{page}/file", data=data, content_type="multipart/form-data")


# ---- what somebody tried -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "figure", "value"),
    [
        ("retention_days", "sms_body", "900000000"),
        ("retention_days", "audit", "1"),
        ("static_site", "archive_days", "999999999"),
        ("review", "critical_h", "1e9"),
        ("lead_times_h", "convoy_large", "1e300"),
        ("windows", "on_site_slack_h", "1e9"),
        ("overdue", "after_h", "1e300"),
        ("probing", "short_lived_h", "1e12"),
    ],
)
def test_figures_beyond_anything_are_refused_before_they_stop_something(house, table, figure, value):
    page = house.begins()
    text = re.sub(
        rf"(\[{table}\].*?\n{figure} = )[^\s#]+", rf"\g<1>{value}", house.text(page), count=1, flags=re.DOTALL
    )
    assert text != house.text(page)
    assert send(house, page, text).status_code == 422


def test_texts_that_hold_up_their_reader_are_refused_at_once(house):
    page = house.begins()
    text = house.text(page)
    for bomb in (".".join(["a"] * 30_000) + " = 1\n", "a = " + "[" * 900 + "\n", "a = [\n" + "[\n" * 20_000):
        began = time.monotonic()
        assert send(house, page, bomb + text).status_code == 422
        assert time.monotonic() - began < 20


def test_names_that_no_column_holds_are_refused(house):
    page = house.begins()
    text = house.text(page)
    for old, new in (
        ('id = "first"', f'id = "{"x" * 200}"'),
        ('sop_version = "2019-12-ML-2"', f'sop_version = "{"v" * 81}"'),
        ('sop_version = "2019-12-ML-2"', 'sop_version = "v\\u200b"'),
        ('id = "R12"', f'id = "{"R" * 40}"'),
    ):
        assert old in text
        assert send(house, page, text.replace(old, new, 1)).status_code == 422, new[:30]


def test_the_order_of_steps_and_the_seventh_digit_are_changes_too(house):
    page = house.begins()
    first, second = re.findall(r"\[\[step\]\].*?(?=\n\n)", house.text(page), re.DOTALL)[:2]
    swapped = house.text(page).replace(first, "@", 1).replace(second, first, 1).replace("@", second, 1)
    swapped = swapped.replace("at_share = 0.5", "at_share = 0", 1)
    assert send(house, page, swapped).status_code == 303
    assert "step.order" in words(house.desk.get(page))
    other = house.begins("digits")
    house.changes(other, rule__R01b__within_km="5.000001")
    assert "5.000001" in words(house.desk.get(other))


def test_what_no_text_may_hold_is_in_no_reason_of_a_rule(house):
    page = house.begins()
    old = 'why.en = "seen at the same place on the same day"'
    answer = send(house, page, house.text(page).replace(old, 'why.en = "after 40 soldiers of 2e Cie passed"', 1))
    assert answer.status_code == 422


def test_nobody_floods_the_list_and_what_waits_stands_on_top(house):
    waiting = house.begins("to-be-signed")
    house.changes(waiting, rule__R01b__within_km="30")
    assert house.proposes(waiting).status_code == 303
    for n in range(5):
        house.begins(f"draft-{n}")
    assert house.first_head.post(f"{LIST}/begin", data={"name": "draft-6"}).status_code == 422
    page = words(house.desk.get(LIST))
    assert page.index("to-be-signed") < page.index("draft-4") < page.index("draft-0")


def test_a_step_under_another_name_is_warned_of(house):
    page = house.begins()
    warned = "whoever stands on them is alerted at once"
    house.changes(page, rule__R01b__within_km="6")
    assert warned not in words(house.first_head.get(page))
    assert send(house, page, house.text(page).replace('id = "first"', 'id = "begin"', 1)).status_code == 303
    assert warned in words(house.first_head.get(page))


def test_less_time_to_keep_things_is_warned_of(house):
    page = house.begins()
    house.changes(page, "engine", retention_days__personal="20")
    assert "what is older goes as soon as it is in force" in words(house.first_head.get(page))


def test_of_two_schedulers_with_other_files_one_stands_back_after_a_publication_too(house):
    markets = replace(house.mission.pack.modifiers.market_day, weekdays={})
    pack = replace(house.mission.pack, modifiers=replace(house.mission.pack.modifiers, market_day=markets))

    def read(text):
        found = house.mission.read_sop(text)
        return replace(found, modifiers=replace(found.modifiers, market_day=markets))

    others = replace(house.cycle, mission=replace(house.mission, pack=pack, read_sop=read), worker="other")
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    house.publishes(page)
    profiles = []
    for cycle in (house.cycle, others, house.cycle, others):
        house.now += timedelta(seconds=6)
        with house.app.app_context():
            cycle.run(house.now)
            profiles.append(db.session.get(MatcherLock, 1, populate_existing=True).profile)
            db.session.rollback()
    assert len(set(profiles)) == 1


def test_one_case_that_nobody_can_read_hides_no_effect(house):
    house.meet()
    with house.app.app_context(), transaction() as session:
        session.scalars(select(Case)).one().judgement = {"spoilt": True}
    page = house.begins()
    house.changes(page, rule__R01b__within_km="30")
    assert house.worked_out(page)["counts"]
