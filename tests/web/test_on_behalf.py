"""An officer or a radio operator enters, changes and cancels what an organisation called in."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from pages import KEY, NOW, errors, fields, notice, send, stored, words
from planted import plain
from sqlalchemy import func, select

from deconflict.channels.letters import Kind, render_letter
from deconflict.domain import roles
from deconflict.domain.on_behalf import Back, Level, ceiling
from deconflict.store.audit import AuditEntry
from deconflict.store.base import db, transaction
from deconflict.store.items import Item
from deconflict.store.letters import Letter
from deconflict.store.on_behalf import OnBehalf
from deconflict.store.people import Organisation


class House:
    """Awa answers for ONG Alpha, Moussa drives for it, Bina answers for Badenya; Radia sits at the radio, Oumou at the desk."""

    def __init__(self, app, make_account, sign_in):
        self.app, self.now, self._sign_in = app, NOW, sign_in
        app.extensions["clock"] = lambda: self.now
        self.awa = make_account(
            roles.FOCAL_POINT, name="Awa", organisation="ONG Alpha", phone="+22370000001", language="fr"
        )
        self.moussa = make_account(
            roles.SUBMITTER, name="Moussa", organisation="ONG Alpha", function="team", language="en"
        )
        self.bina = make_account(roles.FOCAL_POINT, name="Bina", organisation="Association Badenya", language="en")
        self.lars = make_account(roles.CIMIC, name="Lars", language="en")
        self.radia = make_account(roles.RADIO_OPERATOR, name="Radia", language="en", function="support")
        self.oumou = make_account(roles.CMCOORD, name="Oumou", language="en")
        self.fatou = make_account(roles.SUBOFFICE_HEAD, name="Fatou", language="en", function="head")
        self.radio = self.browser(self.radia)
        self.desk = self.browser(self.oumou)

    def browser(self, who):
        return self._sign_in(self.app.test_client(), who)

    @property
    def url(self):
        return f"/on-behalf/{self.awa.audience.organisation_id}/new"

    def rows(self):
        with self.app.app_context():
            rows = db.session.scalars(select(OnBehalf).order_by(OnBehalf.id)).all()
            return [(row.act, row.version, row.entered_by_id, row.caller_id, row.way, row.back) for row in rows]

    def letters(self):
        with self.app.app_context():
            rows = db.session.scalars(select(Letter).where(Letter.kind == Kind.ENTERED_FOR_YOU).order_by(Letter.id))
            return [(row.person.name, row.reference) for row in rows]

    def items(self):
        with self.app.app_context():
            return db.session.scalar(select(func.count()).select_from(Item))

    def code(self, reference):
        with self.app.app_context():
            return db.session.scalars(select(Item.code).where(Item.reference == reference)).one()


@pytest.fixture
def house(app, make_account, sign_in):
    return House(app, make_account, sign_in)


def call(house, **more):
    return {
        "_caller": str(house.awa.person_id),
        "_way": "phone",
        "_call_date": "2026-12-01",
        "_call_time": "07:50",
        "_back": "directory",
        "_number": "",
        "_language": "fr",
    } | more


def entered(house, browser=None, form=None, **more):
    """Through the form, the review and the read-back; the reference."""
    browser = browser or house.radio
    review = send(browser, house.url, (form or notice()) | call(house, **more))
    assert review.status_code == 200, errors(review)
    done = send(browser, house.url, fields(review) | {"_read_back": "yes"}, "file")
    assert done.status_code == 303, errors(done)
    return done.location.split("/")[2]


def test_what_a_notice_never_holds_is_refused_to_whoever_writes_it_down(house):
    form = notice(overnight="Chez Mme Diallo") | call(house)
    assert errors(send(house.desk, house.url, form)) == ["f-overnight"]
    urgent = notice(urgency="urgent", urgency_reason="350 ménages attendent") | call(house)
    assert errors(send(house.radio, house.url, urgent)) == ["f-urgency_reason"]


def test_what_is_never_stored_of_armed_forces_is_refused_as_a_reason_too(house):
    reference = entered(house)
    said, which = "2e Cie, 148.5 MHz", f"{reference} {house.code(reference)}"
    for act, name in (("cancel", "reason"), ("change", "_reason")):
        page = house.radio.post(f"/on-behalf/{act}", data={"code": which})
        typed = fields(page) | call(house) | {"_read_back": "yes", name: said}
        refused = send(house.radio, f"/on-behalf/{act}", typed)
        assert "f-reason" in errors(refused)
        assert "“2e Cie”" in words(refused)
        assert f'value="{said}"' in refused.text


# ---- entering --------------------------------------------------------------------------------------------------------


def test_a_radio_operator_enters_what_was_called_in_and_the_owner_hears_and_reads_of_it(house):
    assert 'href="/on-behalf"' in house.radio.get("/").text
    chosen = house.radio.post("/on-behalf/begin", data={"organisation": str(house.awa.audience.organisation_id)})
    assert chosen.location == house.url
    reference = entered(house)
    page = house.radio.get(f"/on-behalf/{reference}/filed")
    said = words(page)
    assert f"{reference} {house.code(reference)}" in said
    assert "Bankass" not in page.text
    item, version = stored(house.app, reference)
    assert (item.owner_id, version.filed_by_id) == (house.awa.audience.organisation_id, house.radia.person_id)
    assert house.rows() == [("file", 1, house.radia.person_id, house.awa.person_id, "phone", "directory")]
    assert house.letters() == [("Awa", reference)]
    own = words(house.browser(house.awa).get(f"/notices/{reference}"))
    assert "OCHA" in own
    assert "Awa" in own
    assert "Radia" not in own
    at_desk = words(house.desk.get(f"/desk/items/{reference}"))
    assert "Entered for its owner on Tuesday 1 December 2026 at 08:00 by Radia" in at_desk
    assert (
        "Caller: Awa, Tuesday 1 December 2026 at 07:50. By phone. We called back, on a number of the directory."
        in at_desk
    )


def test_the_letter_says_the_reference_and_neither_place_nor_hour(house):
    reference = entered(house)
    for language in ("fr", "en"):
        mail = render_letter(Kind.ENTERED_FOR_YOU, language, name="Radia", by="Radia", link="", reference=reference)
        assert reference in mail.subject + mail.body
        assert not re.search(r"Bankass|Mopti|\d\d:\d\d|OCHA|mission|humanit", mail.subject + mail.body, re.I)


def test_it_is_read_back_in_the_caller_s_language_before_it_is_sent(house):
    review = send(house.radio, house.url, notice(overnight="Chez Awa", plates="") | call(house))
    said = words(review)
    assert "Étape 2 : Bankass" in said
    assert "jeudi 10 décembre 2026" in said
    assert "Chez Awa" in said
    unread = send(house.radio, house.url, fields(review), "file")
    assert unread.status_code == 200
    assert "f-_read_back" in errors(unread)
    assert 'id="f-_read_back"' in unread.text
    assert house.items() == 0
    english = send(
        house.radio, house.url, notice() | call(house, _caller=str(house.moussa.person_id), level="match_only")
    )
    assert "Stop 2: Bankass" in words(english) or english.status_code == 422


def test_by_radio_what_could_hurt_most_is_not_read_out(house):
    form = notice(overnight="Chez Awa", communications="70 00 00 21", escort="provided", escort_by="host_forces")
    said = words(send(house.radio, house.url, form | call(house, _way="radio", _back="heard", level="match_only")))
    assert "anybody may listen" in said.lower()
    script = said.partition("Read this out")[2]
    assert "Chez Awa" not in script
    assert "70000021" not in script.replace(" ", "")
    assert not re.search("(F|f)orces (of the State|de l'État)", script)
    assert "Bankass" in script


def test_a_retry_after_a_lost_answer_makes_no_twin_and_no_second_letter(house):
    review = send(house.radio, house.url, notice() | call(house))
    form = fields(review) | {"_read_back": "yes"}
    first, second = (send(house.radio, house.url, form, "file") for _ in range(2))
    assert first.location == second.location
    assert (house.items(), len(house.rows()), len(house.letters())) == (1, 1, 1)


def test_a_voice_whose_name_is_not_kept_is_called_back_on_a_number_that_is(house):
    reference = entered(house, form=notice(level="match_only"), _caller="voice", _back="other", _number="70 00 00 77")
    assert house.rows()[0][3:] == (None, "phone", "other")
    assert "Caller: a voice that is known" in words(house.desk.get(f"/desk/items/{reference}"))
    assert "+22370000077" in words(house.desk.get(f"/desk/items/{reference}"))
    assert "+22370000077" in words(house.browser(house.awa).get(f"/notices/{reference}"))
    assert "+22370000077" not in words(house.browser(house.moussa).get(f"/notices/{reference}"))
    with house.app.app_context(), transaction() as session:  # it is over for long, and nothing has been taken away yet
        session.scalars(select(Item)).one().state = "ended"
    house.now += timedelta(days=60)
    late = words(house.browser(house.awa).get(f"/notices/{reference}"))
    assert "OCHA" in late
    assert "+22370000077" not in late
    assert "+22370000077" in words(house.desk.get(f"/desk/items/{reference}"))


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"_caller": ""}, "_caller", "Fill this in"),
        ({"_caller": "99999"}, "_caller", "Choose one"),
        ({"_caller": "voice", "_back": "heard", "_way": "radio"}, "_back", "Call back first"),
        ({"_back": "heard"}, "_back", "Call back first"),
        ({"_back": "other"}, "_number", "Write down the number"),
        ({"_back": "other", "_number": "12"}, "_number", "no such number"),
        ({"_way": ""}, "_way", "Fill this in"),
        ({"_call_date": "yesterday"}, "_call_date", "day/month/year"),
        ({"_call_date": "2026-11-20"}, "_call_date", "within two days"),
        ({"_call_time": "09:30"}, "_call_date", "within two days"),
        ({"_caller": "voice"}, "level", "called back on a number of the directory"),
        ({"_back": "other", "_number": "70 00 00 77"}, "level", "called back on a number of the directory"),
    ],
)
def test_what_is_not_known_of_the_call_is_asked_for_and_nothing_typed_is_lost(house, more, field, said):
    typed = notice() | call(house, **more)
    page = send(house.radio, house.url, typed)
    assert page.status_code == 422
    assert f"f-{field}" in errors(page)
    assert f'id="f-{field}"' in page.text
    assert said in words(page)
    kept = fields(page)
    assert {name: kept.get(name, "") for name in typed if name not in ("_way", "_back")} == {
        name: text for name, text in typed.items() if name not in ("_way", "_back")
    } | ({"_caller": ""} if more.get("_caller") == "99999" else {})
    assert house.items() == 0


def test_no_two_questions_bear_one_name_in_french(house, make_account):
    browser = house.browser(make_account(roles.RADIO_OPERATOR, name="Sira", language="fr", function="support"))
    page = send(browser, house.url, notice() | call(house, _way="", _call_date="", _call_time=""))
    summary = re.search(r'<div class="errors".*?</div>', page.text, re.DOTALL)[0]
    asked = [html.unescape(line).split("\xa0:")[0] for line in re.findall(r"<a [^>]*>(.*?)</a>", summary)]
    assert len(asked) == len(set(asked)) >= 3
    legends = re.findall(r"<legend[^>]*>(.*?)</legend>", page.text)
    assert len([legend for legend in legends if "Mode de déplacement" in legend]) == 1
    review = send(browser, house.url, notice() | call(house))
    assert "Départ\xa0: jeudi 10 décembre 2026" in html.unescape(review.text)


def test_by_radio_nobody_is_told_to_ask_for_a_number(house):
    for way, said in (("radio", "Ask for one by telephone, not by radio"), ("phone", "Add one if there is any")):
        review = send(house.radio, house.url, notice(level="match_only") | call(house, _way=way))
        assert said in words(review)


def test_somebody_of_another_organisation_is_no_caller(house):
    page = send(house.radio, house.url, notice() | call(house, _caller=str(house.bina.person_id)))
    assert (page.status_code, errors(page)) == (422, ["f-_caller"])


@pytest.mark.parametrize(
    ("default", "back", "answers", "most"),
    [
        (None, Back.DIRECTORY, False, Level.MATCH_ONLY),
        (None, Back.DIRECTORY, True, Level.FULL),
        (None, Back.OTHER, True, Level.MATCH_ONLY),
        ("redacted", Back.OTHER, False, Level.REDACTED),
        ("redacted", Back.HEARD, True, Level.REDACTED),
        ("match_only", Back.DIRECTORY, False, Level.MATCH_ONLY),
    ],
)
def test_no_voice_says_more_than_its_organisation_does(default, back, answers, most):
    assert ceiling(default, back, answers=answers) is most


def test_the_organisation_s_own_default_is_within_what_anybody_of_it_may_say(house):
    with house.app.app_context(), transaction() as session:
        session.get_one(Organisation, house.awa.audience.organisation_id).default_level = "redacted"
    who = {"_caller": str(house.moussa.person_id)}
    assert send(house.radio, house.url, notice() | call(house, **who)).status_code == 200
    full = send(house.radio, house.url, notice(level="full") | call(house, **who))
    assert errors(full) == ["f-level"]


# ---- changing and cancelling -----------------------------------------------------------------------------------------


def own(house, **more):
    """One that the organisation filed itself."""
    browser = house.browser(house.awa)
    review = send(browser, "/notices/new", notice(**more))
    return send(browser, "/notices/new", fields(review), "file").location.split("/")[2]


def test_with_reference_and_code_a_notice_is_changed_and_what_is_not_shown_stays(house):
    reference = own(house, overnight="Chez Awa", persons="6")
    which = f"{reference} {house.code(reference)}"
    page = house.radio.post("/on-behalf/change", data={"code": which})
    assert page.status_code == 200
    assert "Chez Awa" not in page.text
    form = fields(page) | call(house) | {"persons": "9", "_reason": "two more"}
    review = send(house.radio, "/on-behalf/change", form)
    assert review.status_code == 200, errors(review)
    assert "6 9" in words(review)
    done = send(house.radio, "/on-behalf/change", fields(review) | {"_read_back": "yes"}, "file")
    assert done.status_code == 303, errors(done)
    item, version = stored(house.app, reference)
    assert (item.version, version.filing["persons"], version.overnight) == (2, 9, "Chez Awa")
    assert house.rows()[0][:2] == ("amend", 2)
    assert house.letters() == [("Awa", reference)]


def test_no_more_may_be_told_after_a_change_than_before_but_by_a_focal_point_called_back(house):
    reference = own(house)
    which = f"{reference} {house.code(reference)}"
    page = house.radio.post("/on-behalf/change", data={"code": which})
    who = {"_caller": str(house.moussa.person_id)}
    form = fields(page) | call(house, **who) | {"persons": "9"}
    assert send(house.radio, "/on-behalf/change", form).status_code == 200
    assert errors(send(house.radio, "/on-behalf/change", form | {"level": "full"})) == ["f-level"]
    awa = form | call(house) | {"level": "full"}
    assert send(house.radio, "/on-behalf/change", awa).status_code == 200


def test_it_is_cancelled_with_reason_call_and_read_back(house):
    reference = own(house)
    which = f"{reference} {house.code(reference)}"
    page = house.radio.post("/on-behalf/cancel", data={"code": which})
    assert page.status_code == 200
    assert "Bankass" not in page.text
    empty = house.radio.post("/on-behalf/cancel", data=fields(page) | call(house) | {"reason": "the road is cut"})
    assert (empty.status_code, errors(empty)) == (422, ["f-_read_back"])
    assert fields(empty)["reason"] == "the road is cut"
    none = house.radio.post("/on-behalf/cancel", data=fields(page) | call(house) | {"_read_back": "yes", "reason": ""})
    assert (none.status_code, errors(none)) == (422, ["f-reason"])
    done = house.radio.post("/on-behalf/cancel", data=fields(empty) | {"_read_back": "yes"})
    assert done.location == f"/on-behalf/{reference}"
    assert stored(house.app, reference)[0].state == "cancelled"
    assert house.rows()[0][0] == "cancel"
    assert "Cancelled" in words(house.radio.get(done.location))
    again = house.radio.post("/on-behalf/change", data={"code": which})
    assert again.status_code == 422


@pytest.mark.parametrize("act", ["change", "cancel"])
def test_without_the_code_no_notice_opens_and_guessing_is_counted(house, act):
    reference = own(house)
    code = house.code(reference)
    wrong = f"{(int(code) + 1) % 10_000:04d}"
    bare, missing = (house.radio.post(f"/on-behalf/{act}", data={"code": typed}) for typed in (reference, "ZZZZZ"))
    assert (bare.status_code, missing.status_code) == (422, 422)
    assert plain(bare).replace(reference, "ZZZZZ") == plain(missing)
    for _ in range(5):
        page = house.radio.post(f"/on-behalf/{act}", data={"code": f"{reference} {wrong}"})
        assert errors(page) == ["f-code"]
        assert fields(page)["code"] == f"{reference} {wrong}"
    locked = house.radio.post(f"/on-behalf/{act}", data={"code": f"{reference} {code}"})
    assert locked.status_code == 422
    house.now += timedelta(minutes=16)
    assert house.radio.post(f"/on-behalf/{act}", data={"code": f"{reference} {code}"}).status_code == 200


def test_an_officer_who_may_read_it_needs_no_code_and_of_a_sensitive_one_others_do(house):
    reference = own(house)
    assert house.desk.post("/on-behalf/change", data={"code": reference}).status_code == 200
    form = notice(**{"stops-1-activity": "PROT_MON", "level": "match_only", "_key": "ab" * 16})
    browser = house.browser(house.awa)
    review = send(browser, "/notices/new", form)
    sensitive = send(browser, "/notices/new", fields(review), "file").location.split("/")[2]
    assert house.desk.post("/on-behalf/change", data={"code": sensitive}).status_code == 200
    head = house.browser(house.fatou)
    assert head.post("/on-behalf/change", data={"code": sensitive}).status_code == 422
    which = f"{sensitive} {house.code(sensitive)}"
    assert head.post("/on-behalf/change", data={"code": which}).status_code == 200


# ---- who, and what he gets -------------------------------------------------------------------------------------------


def test_a_radio_operator_reads_no_notice_and_no_answer(house):
    reference = entered(house)
    for page in (f"/notices/{reference}", f"/desk/items/{reference}", "/notices", "/desk"):
        assert house.radio.get(page).status_code == 404, page
    mine = house.radio.get(f"/on-behalf/{reference}")
    assert mine.status_code == 200
    assert house.desk.get(f"/on-behalf/{reference}").status_code == 404  # not hers: she has the desk's own page
    house.now += timedelta(hours=25)
    assert house.radio.get(f"/on-behalf/{reference}").status_code == 404


def test_nobody_else_enters_anything(app, house):
    for who in (house.awa, house.bina, house.lars):
        browser = house.browser(who)
        assert browser.get("/on-behalf").status_code == 404
        assert browser.get(house.url).status_code == 404
        for act in ("begin", "change", "cancel"):
            assert browser.post(f"/on-behalf/{act}", data={"code": "4F7K2 4821"}).status_code == 404
        assert send(browser, house.url, notice() | call(house), "file").status_code == 404
    assert house.items() == 0


def test_only_for_organisations_that_notify_movements(house):
    for organisation in (house.lars.audience.organisation_id, house.oumou.audience.organisation_id, 99999):
        assert house.radio.get(f"/on-behalf/{organisation}/new").status_code == 404
        page = house.radio.post("/on-behalf/begin", data={"organisation": str(organisation)})
        assert (page.status_code, errors(page)) == (422, ["f-organisation"])


def test_the_menu_stays_that_of_whoever_is_signed_in(house):
    page = house.radio.get(house.url)
    assert 'href="/notices/new"' not in page.text.partition("<main")[0]
    assert "Radia" in page.text


def test_fields_are_numbered_as_one_says_them_over_a_radio(house):
    page = house.radio.get(house.url).text
    numbers = dict(re.findall(r'<label for="f-([\w-]+)"><span class="number">([\d.]+)</span>', page))
    assert numbers["kind"] == "1"
    assert numbers["stops-0-place"] == "3.1"
    assert numbers["stops-1-place"] == "3.2"
    assert (
        "number" not in house.browser(house.awa).get("/notices/new").text.partition("<main")[2].partition("_stops")[0]
    )


def test_every_act_leaves_its_trace(house):
    entered(house)
    with house.app.app_context():
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.noun == "humanitarian")).all()
        verbs = {(entry.verb, entry.actor_id, entry.organisation_id) for entry in entries}
    owner = house.awa.audience.organisation_id
    assert verbs == {("file", house.radia.person_id, owner), ("on_behalf", house.radia.person_id, owner)}


def test_what_the_owner_filed_himself_says_nothing_of_hands(house):
    reference = own(house, _key=KEY)
    assert "OCHA pour vous" not in words(house.browser(house.awa).get(f"/notices/{reference}"))
