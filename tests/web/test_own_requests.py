"""What OCHA asks one side, as that side reads it: its own item, the words of the request, and nothing else of the other."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from pages import NOW, errors, fields, file, notice, patrol, same, words
from sqlalchemy import select, text

from deconflict.domain import roles
from deconflict.domain.errors import NotFound, Refused
from deconflict.domain.states import MessageState
from deconflict.jobs.release import release_due
from deconflict.matching.matcher import match_due
from deconflict.services import cases, requests
from deconflict.store.alerts import Alert, Message
from deconflict.store.base import cipher, db, transaction
from deconflict.store.cases import Case, Request
from deconflict.web.audience import EVERYONE, audience
from deconflict.web.own_requests import mark

PLANTED = "overnight-7731"
SAID_TO_NOBODY = ("PAT_LONG", "longue portée", "Long-range", "R01a", "critical", "ONG Alpha", PLANTED)


class Both:
    """Both sides signed in, an officer, a clock, and one distribution that a patrol meets."""

    def __init__(self, app, mission, make_account, sign_in):
        self.app, self.mission, self.now = app, mission, NOW
        app.extensions["clock"] = lambda: self.now
        self.awa = make_account(roles.FOCAL_POINT, organisation="ONG Alpha", phone="+22370000011")
        self.lars = make_account(roles.CIMIC, organisation="Mission", phone="+22370000012")
        self.officer = make_account(roles.CMCOORD, organisation="OCHA", phone="+22370000013")
        self.ngo, self.g9 = (sign_in(app.test_client(), who) for who in (self.awa, self.lars))
        self.other = sign_in(app.test_client(), make_account(roles.FOCAL_POINT, organisation="Association Badenya"))
        self.desk = sign_in(app.test_client(), self.officer)
        self.notice = file(self.ngo, "/notices/new", notice(overnight=PLANTED))
        self.plan = file(self.g9, "/plans/new/patrol", patrol())
        self.match()

    def match(self):
        self.now += timedelta(minutes=1)
        with self.app.app_context():
            match_due(self.mission, self.now)

    def case(self):
        with self.app.app_context():
            return db.session.scalars(select(Case)).one()

    def references(self):
        case = self.case()
        return {"humanitarian": case.humanitarian_reference, "mission": case.mission_reference}

    def ask(self, side, what="avoid_place"):
        case = self.case()
        self.now += timedelta(minutes=1)
        with self.app.app_context():
            requests.ask(case.reference, case.round, side, what, self.officer.audience, self.mission, self.now)
        return f"/requests/{self.references()[side]}"

    def everything_leaves(self):
        """As the scheduler would have sent it."""
        with self.app.app_context(), transaction() as session:
            for message in session.scalars(select(Message)):
                message.state = MessageState.SENT

    def dismiss(self):
        case = self.case()
        self.now += timedelta(minutes=1)
        with self.app.app_context():
            cases.dismiss(case.reference, case.round, "test", "essai", self.officer.audience, self.mission, self.now)

    def mark(self, noun, number):
        with self.app.app_context():
            return mark(noun, number)

    def request(self):
        with self.app.app_context():
            return db.session.scalars(select(Request).order_by(Request.id.desc())).first()

    def amend(self, client, address, **more):
        self.now += timedelta(minutes=1)
        file(client, f"{address}/amend", fields(client.get(f"{address}/amend")) | more)
        self.match()


@pytest.fixture
def both(app, mission, make_account, sign_in):
    return Both(app, mission, make_account, sign_in)


def answer_form(page):
    return {"request": re.search(r'name="request" value="([0-9a-f]{16})"', page.text)[1]}


def alert_form(page):
    return {"alert": re.search(r'name="alert" value="([0-9a-f]{16})"', page.text)[1]}


def test_before_anything_was_said_there_is_nothing(both):
    for side, client in (("humanitarian", both.ngo), ("mission", both.g9)):
        assert client.get(f"/requests/{both.references()[side]}").status_code == 404
        assert "/requests/" not in client.get("/requests").text


def test_asking_one_side_shows_nothing_to_the_other(both):
    both.ask("mission")
    assert both.ngo.get(f"/requests/{both.references()['humanitarian']}").status_code == 404
    assert "/requests/" not in both.ngo.get("/requests").text


def test_the_mission_reads_a_place_half_days_and_whether_people_gather(both):
    said = words(both.g9.get(both.ask("mission")))
    assert "Bankass" in said
    assert "jeudi 10 décembre 2026" in said
    assert "06:00-12:00" in said
    assert "12:00-18:00" in said
    assert re.search(r"(People gather there|Des gens s'y rassemblent) (Yes|Oui)", said)


def test_an_organisation_reads_a_place_and_half_days_and_not_more(both):
    said = words(both.ngo.get(both.ask("humanitarian")))
    assert "Bankass" in said
    assert "12:00-18:00" in said
    assert "gather" not in said


@pytest.mark.parametrize("side", ["humanitarian", "mission"])
def test_a_partys_page_holds_nothing_of_the_other_nor_of_the_judgement(both, side):
    client = {"humanitarian": both.ngo, "mission": both.g9}[side]
    page = client.get(both.ask(side))
    own = {"humanitarian": ("ONG Alpha", PLANTED), "mission": ("PAT_LONG", "longue portée", "Long-range")}[side]
    other = {"humanitarian": both.plan, "mission": both.notice}[side]
    case = both.case()
    hidden = [case.reference, other, *both.references().values(), *SAID_TO_NOBODY]
    for word in {*hidden} - {*own, both.references()[side]}:
        assert word not in page.text, word
    assert "1,4 km" not in page.text


def test_the_request_is_found_by_its_own_side_alone(both, client):
    address = both.ask("mission")
    assert both.g9.get(address).status_code == 200
    for somebody in (both.ngo, both.other, both.desk):
        assert somebody.get(address).status_code == 404
        assert somebody.post(f"{address}/answer", data={"request": "1", "answer": "accept"}).status_code == 404
        assert somebody.post(f"{address}/acknowledge", data={"alert": "1"}).status_code == 404
    assert client.get(address).status_code == 303  # to sign-in
    assert both.request().state == "open"


def test_another_organisation_of_the_same_side_sees_nothing(both):
    address = both.ask("humanitarian")
    assert both.ngo.get(address).status_code == 200
    assert both.other.get(address).status_code == 404
    assert "/requests/" not in both.other.get("/requests").text


def test_a_request_waits_in_the_list_until_it_is_answered(both):
    address = both.ask("mission")
    assert address in both.g9.get("/requests").text
    page = both.g9.get(address)
    both.g9.post(f"{address}/answer", data=answer_form(page) | {"answer": "accept", "text": "nous passons à Koro"})
    row = both.request()
    assert (row.state, row.answer, row.answered_by_id) == ("accepted", "nous passons à Koro", both.lars.person_id)
    after = both.g9.get(address)
    assert "nous passons à Koro" in after.text
    assert "/answer" not in after.text


def test_an_answer_that_is_none_keeps_the_text(both):
    address = both.ask("mission")
    page = both.g9.post(
        f"{address}/answer", data=answer_form(both.g9.get(address)) | {"answer": "maybe", "text": "à voir"}
    )
    assert page.status_code == 422
    assert fields(page)["text"] == "à voir"
    assert errors(page)
    assert both.request().state == "open"


def test_a_request_of_another_file_is_not_answered_through_this_one(both):
    address = both.ask("mission")
    assert both.g9.post(f"{address}/answer", data={"request": "99", "answer": "accept"}).status_code == 404


def test_an_alert_is_acknowledged_in_the_app_by_whom_it_was_for(both):
    address = both.ask("mission")
    page = both.g9.get(address)
    assert both.g9.post(f"{address}/acknowledge", data=alert_form(page)).status_code == 303
    with both.app.app_context():
        alert = db.session.scalars(select(Alert).where(Alert.person_id == both.lars.person_id)).one()
        assert (alert.state, [a.method for a in alert.acknowledgements]) == ("acknowledged", ["in_app"])
    assert 'name="alert"' not in both.g9.get(address).text


def test_a_newer_request_takes_the_place_of_the_older(both):
    both.ask("mission")
    address = both.ask("mission", "change_time")
    page = both.g9.get(address)
    assert page.text.count('name="request"') == 1
    assert answer_form(page)["request"] == both.mark("request", both.request().id)


def test_an_owner_who_amends_cannot_read_off_what_it_did(both, mission):
    """RUL-6: whether the change helped or not, the page is the same until the hour at which parties hear."""
    seen = []
    address = both.ask("mission")
    both.everything_leaves()
    both.amend(both.g9, f"/plans/{both.plan}", **{"stops-0-place": "Koro"})
    assert both.case().state == "closed"
    seen.append(both.g9.get(address))
    both.amend(both.g9, f"/plans/{both.plan}", **{"stops-0-place": "Bankass"})
    assert both.case().state == "detected"
    seen.append(both.g9.get(address))
    told = [re.search(r'<section class="ask".*?</section>', page.text, re.DOTALL)[0] for page in seen]
    assert told[0] == told[1]
    assert [page.text.count('name="alert"') for page in seen] == [1, 1]
    form = {"request": both.mark("request", both.request().id), "answer": "accept"}
    assert both.g9.post(f"{address}/answer", data=form).status_code == 422


def test_that_a_file_is_over_is_said_at_the_fixed_hour_and_not_before(both, mission):
    address = both.ask("mission")
    both.everything_leaves()
    before = both.g9.get(address)
    both.dismiss()
    assert same(both.g9.get(address)) == same(before)
    batch = mission.pack.clocks.next_batch_at(both.now)
    both.now = batch - timedelta(seconds=1)
    assert same(both.g9.get(address)) == same(before)
    both.now = batch
    page = both.g9.get(address)
    assert 'name="answer" value="accept"' not in page.text
    assert f"{both.references()['mission']}-2" in page.text  # the closing text, to be acknowledged
    assert both.g9.post(f"{address}/acknowledge", data=alert_form(page)).status_code == 303
    assert 'name="alert"' not in both.g9.get(address).text


def test_that_a_file_is_over_is_said_when_the_officer_tells_it_earlier(both, mission):
    address = both.ask("mission")
    both.everything_leaves()
    both.dismiss()
    with both.app.app_context():
        assert cases.tell_closing_now(both.case().reference, both.officer.audience, mission.catalogue, both.now)
    page = both.g9.get(address)
    assert 'name="answer" value="accept"' not in page.text
    assert f"{both.references()['mission']}-2" in page.text


def test_the_minimal_alert_says_to_call_and_nothing_else(both, mission):
    both.now += timedelta(hours=1)
    with both.app.app_context():
        release_due(mission, both.now)
    page = both.ngo.get(f"/requests/{both.references()['humanitarian']}")
    assert page.status_code == 200
    assert 'class="ask"' not in page.text
    assert both.plan not in page.text
    address = f"/requests/{both.references()['humanitarian']}/acknowledge"
    assert both.ngo.post(address, data=alert_form(page)).status_code == 303


def test_open_requests_stand_first_in_the_list(both, mission):
    address = both.ask("mission")
    both.g9.post(f"{address}/answer", data=answer_form(both.g9.get(address)) | {"answer": "decline"})
    both.g9.post(f"{address}/acknowledge", data={"alert": "0"})
    second = file(both.g9, "/plans/new/patrol", patrol(_key="c" * 32))
    both.match()
    with both.app.app_context():
        open_case = next(c for c in db.session.scalars(select(Case)) if c.mission and c.mission.reference == second)
        requests.ask(
            open_case.reference, open_case.round, "mission", "call_desk", both.officer.audience, mission, both.now
        )
    rows = re.findall(r'href="(/requests/\w+)"', both.g9.get("/requests").text)
    assert rows == [f"/requests/{open_case.mission_reference}", address]


def test_the_own_item_is_linked_to_be_amended(both):
    page = both.g9.get(both.ask("mission"))
    assert f"/plans/{both.plan}/amend" in page.text
    page = both.ngo.get(both.ask("humanitarian"))
    assert f"/notices/{both.notice}/amend" in page.text


def test_titles_say_neither_place_nor_day(both):
    page = both.g9.get(both.ask("mission"))
    title = re.search(r"<title>(.*?)</title>", page.text, re.DOTALL)[1]
    assert not re.search("Bankass|2026|décembre", title)


def test_a_night_bears_the_day_of_its_evening(both):
    from deconflict.domain.disclosure import half_days
    from deconflict.web.filing_words import half_day_words

    with both.app.test_request_context():
        (half,) = half_days(
            datetime(2026, 12, 11, 2, tzinfo=UTC), datetime(2026, 12, 11, 3, tzinfo=UTC), "Africa/Bamako"
        )
        assert "jeudi 10 décembre 2026" in half_day_words(half)


def test_half_days_of_one_day_are_said_one_by_one(both):
    from deconflict.domain.disclosure import half_days
    from deconflict.web.filing_words import half_days_words

    with both.app.test_request_context():
        dawn, dusk = datetime(2026, 12, 11, 7, tzinfo=UTC), datetime(2026, 12, 11, 19, tzinfo=UTC)
        said = half_days_words(half_days(dawn, dusk, "Africa/Bamako"))
        assert said.startswith("vendredi 11 décembre 2026, matin (06:00-12:00), après-midi (12:00-18:00), nuit (")
        assert "samedi" not in said


@pytest.mark.parametrize(
    ("days", "wanted"), [(3, r"^du vendredi 11 .* au lundi 14 .*$"), (80_000, r"^à partir du vendredi 11 .*$")]
)
def test_a_long_presence_is_said_from_and_to_and_one_without_an_end_as_such(both, days, wanted):
    from deconflict.domain.disclosure import half_days
    from deconflict.web.filing_words import half_days_words

    begins = datetime(2026, 12, 11, 8, tzinfo=UTC)
    with both.app.test_request_context(headers={"Accept-Language": "fr"}):
        assert re.match(wanted, half_days_words(half_days(begins, begins + timedelta(days=days), "Africa/Bamako")))
        assert half_days_words(()) == ""


# ---- a field that none of our keys opens --------------------------------------------------------------------------------


def spoils(both, reference):
    """As after the loss of a key: the sealed part of every version of it is nonsense."""
    with both.app.app_context(), transaction() as session:
        done = session.execute(
            text(
                "UPDATE item_version SET communications = 'gAAAAABnonsense' "
                "WHERE item_id = (SELECT id FROM item WHERE reference = :reference)"
            ),
            {"reference": reference},
        )
        assert done.rowcount > 0


def test_what_cannot_be_read_is_said_to_its_owner_and_fails_nowhere(both):
    address = both.ask("humanitarian")
    spoils(both, both.notice)
    listed = both.ngo.get("/requests")
    assert listed.status_code == 200
    assert address.rpartition("/")[2] in listed.text
    page = both.ngo.get(address)
    assert page.status_code == 422
    assert 'name="request"' not in page.text
    for act in ("answer", "acknowledge"):
        assert both.ngo.post(f"{address}/{act}", data={}).status_code == 422
    for stranger in (both.other, both.g9):
        assert stranger.get("/requests").status_code == 200
        assert stranger.get(address).status_code == 404


def test_an_unreadable_case_is_sensitive_and_asks_nothing(both):
    case = both.case()
    spoils(both, both.notice)
    with both.app.app_context():
        assert cases.is_sensitive_case(db.session(), db.session.get_one(Case, case.id), both.mission.catalogue)
    for path in ("/desk", f"/desk/{case.reference}"):
        assert both.desk.get(path).status_code in (200, 404)
    with both.app.app_context(), pytest.raises((Refused, NotFound)):
        requests.ask(
            case.reference, case.round, "mission", "avoid_place", both.officer.audience, both.mission, both.now
        )


def test_a_plan_that_cannot_be_read_is_refused_in_words_when_its_other_side_is_asked(both):
    case = both.case()
    spoils(both, both.plan)
    with both.app.app_context(), pytest.raises(Refused, match="could not be read"):
        requests.ask(
            case.reference, case.round, "mission", "avoid_place", both.officer.audience, both.mission, both.now
        )
    assert both.desk.get(f"/desk/{case.reference}").status_code == 200


def test_a_field_that_no_page_looks_after_is_a_page_and_no_failure(app, client, make_account, sign_in):
    @app.get("/broken-for-this-test")
    @audience(EVERYONE)
    def broken():
        return cipher.open("gAAAAABnonsense")

    for code, status in ((roles.CMCOORD, 409), (roles.FOCAL_POINT, 404)):
        answer = sign_in(app.test_client(), make_account(code)).get("/broken-for-this-test")
        assert answer.status_code == status
