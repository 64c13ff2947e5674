"""What strangers and slips of the hand send to the doors: refused in words or as a page that does not exist, never a failure."""

from __future__ import annotations

import json

import make
import pytest
from accounts import PASSWORD
from deskhouse import DeskHouse
from pages import DAY, NOW, errors, file, notice, send, window

from deconflict.channels.smtp import Server
from deconflict.domain import roles
from deconflict.setting_forms import is_smtp
from deconflict.web.intake import number

HUGE = ("2147483648", "99999999999999999999", "9" * 5000)
NOT_NUMBERS = (*HUGE, "٣", "²", "-1", " 1", "1.0", "")


@pytest.fixture
def house(app, mission, make_account, sign_in):
    return DeskHouse(app, mission, make_account, sign_in)


@pytest.fixture
def ngo(app, make_account, sign_in):
    app.extensions["clock"] = lambda: NOW
    return sign_in(app.test_client(), make_account(roles.FOCAL_POINT, roles.SUBMITTER, organisation="ONG Alpha"))


# ---- NUL characters ------------------------------------------------------------------------------------------------


def test_a_nul_in_an_address_is_a_page_that_does_not_exist(client, house):
    for browser in (client, house.desk):
        for path in ("/a/x%00y", "/desk/4F%00K2", "/desk?mine=%001", "/k?%00=1", "/join?token=1.%00"):
            assert browser.get(path).status_code == 404, path


def test_a_nul_in_a_form_is_refused_in_words(client, ngo):
    for path, name in (("/k", "code"), ("/login", "email"), ("/join", "token"), ("/language", "next")):
        answer = client.post(path, data={name: "a\0b"})
        assert answer.status_code == 422, path
        assert "invisible" in answer.text, path
    assert ngo.post("/notices/new", data=notice(**{"stops-0-place": "Mop\0ti"})).status_code == 422
    assert ngo.post("/notices/new", data=notice(**{"a\0b": "1"})).status_code == 422
    assert client.post("/login", json={"email": "a\0b@people.example.org", "password": "x"}).status_code == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (r'{"email": "\ud800@people.example.org", "password": "x"}', 422),
        (r'{"email": "a@people.example.org", "password": "\udfffaaaaaaaa"}', 422),
        (r'{"\ud800": "x"}', 422),
        ('"x"', 400),
        ("[]", 400),
        ("7", 400),
        ("null", 400),
        ("{", 400),
        (b'{"email": "\xff"}', 400),
    ],
)
def test_json_that_nobody_can_write_down_is_refused_and_no_failure(client, body, status):
    answer = client.post("/login", data=body, content_type="application/json")
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("path", ["/login", "/mf-recovery", "/change", "/k", "/notices/new", "/desk/4F7K2/take"])
@pytest.mark.parametrize(
    "body",
    ["[" * 100_000, '{"a":' * 100_000, '{"a": ' + "[" * 900 + "]" * 900 + "}", '{"a": ' + "[" * 40 + "]" * 40 + "}"],
    ids=["lists", "objects", "closed", "forty"],
)
def test_json_without_a_floor_is_refused_at_every_door(client, path, body):
    answer = client.post(path, data=body, content_type="application/json")
    assert answer.status_code == 400
    assert "pas pu être lu" in answer.text


def test_a_hook_reads_no_json_without_a_floor(client):
    assert client.post("/hooks/twilio/reply", data="[" * 100_000, content_type="application/json").status_code == 403


def test_sound_json_still_signs_in(app, make_account):
    someone = make_account(roles.FOCAL_POINT)
    browser = app.test_client()
    wrong = browser.post("/login", json={"email": someone.email, "password": "wrong wrong wrong 😀"})
    assert wrong.status_code == 400
    assert browser.post("/login", json={"email": someone.email, "password": PASSWORD}).status_code == 200
    assert browser.get("/").status_code == 200


# ---- numbers that no row has -----------------------------------------------------------------------------------------


def test_one_parser_takes_up_to_nine_plain_digits():
    assert [number(text) for text in ("0", "7", "007", "999999999")] == [0, 7, 7, 999_999_999]
    assert [number(text) for text in (*NOT_NUMBERS, None)] == [None] * (len(NOT_NUMBERS) + 1)


def test_a_huge_number_in_an_address_is_a_page_that_does_not_exist(app, house, make_account, sign_in):
    administrator = sign_in(app.test_client(), make_account(roles.ADMINISTRATOR))
    for text in HUGE:
        assert administrator.get(f"/people/{text}").status_code == 404
        assert administrator.post(f"/people/{text}/invite").status_code == 404
        assert administrator.get(f"/people/organisations/{text}/invite").status_code == 404
        assert house.desk.post(f"/roster/{text}/end").status_code == 404
    assert administrator.get("/people/2147483647").status_code == 404


def test_a_round_an_alert_or_a_version_that_is_no_number_is_stale_or_unknown(house):
    house.meet()
    item = house.files(house.ngo, make.distribution("Koro", "10 Dec 09:00-15:00"))
    for text in NOT_NUMBERS:
        assert house.desk.post(house.url("take"), data={"round": text}).status_code == 409, text
        relayed = {"relay-alert": text, "relay-level": "desk", "relay-answer": "received", "relay-how": "phone"}
        answer = house.desk.post(house.url("relay"), data=relayed | {"relay-words": "Awa at 07:40"})
        assert answer.status_code == 422, text
        assert house.desk.post(f"/desk/items/{item}/read", data={"version": text}).status_code == 409, text


def test_a_stop_or_a_version_that_is_no_number_changes_nothing_typed(ngo):
    for text in NOT_NUMBERS:
        page = ngo.post("/notices/new", data=notice(_do=f"remove-{text}"))
        assert page.status_code == 200
        assert 'name="stops-2-place"' in page.text
    reference = file(ngo, "/notices/new", notice())
    for text in HUGE:
        answer = ngo.post(f"/notices/{reference}/amend", data=notice(_do="file", _base=text, persons="7", _reason="x"))
        assert answer.status_code == 409, text


# ---- dates ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["0001-01-01", "0001-06-01", "9999-12-31", "2062-12-10", "2006-12-10", "2028-06-03"])
def test_a_date_of_another_year_is_a_slip_and_said_beside_the_date(ngo, day):
    answer = send(
        ngo, "/notices/new", notice(**window("stops-0-depart", "06:00", "07:00") | {"stops-0-depart_date": day})
    )
    assert answer.status_code == 422
    assert {"f-stops-0-depart_date", "f-stops-0-depart_from"} & set(errors(answer)), errors(answer)


@pytest.mark.parametrize("day", ["2026-10-03", DAY, "2028-05-31"])
def test_sixty_days_back_to_eighteen_months_ahead_are_taken(ngo, day):
    moved = {name: day for name in notice() if name.endswith("_date")}
    assert send(ngo, "/notices/new", notice(**moved)).status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2091-12-07"])
def test_a_shift_of_another_year_is_refused(house, day):
    facts = {"area": "GAO", "step": "deputy", "person": str(house.officer.person_id), "from_time": "06:00"}
    assert house.desk.post("/roster", data=facts | {"from_date": day}).status_code == 422
    until = {"from_date": "2019-12-07", "until_date": day, "until_time": "23:59"}
    assert house.desk.post("/roster", data=facts | until).status_code == 422


# ---- what is written down and said -------------------------------------------------------------------------------------------


def test_links_and_tokens_never_stand_in_the_access_log(client, capsys, caplog):
    with caplog.at_level("INFO"):
        client.get("/a/very-private-link")
        client.post("/hooks/twilio/status/very-private-token")
        client.get("/very-private-nothing")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"request"' in line]
    assert [line["path"] for line in lines] == ["/a/<link>", "/hooks/<provider>/status/<token>", "-"]
    assert "very-private" not in json.dumps(lines)


def test_not_ready_says_no_reason_to_strangers_and_says_it_to_the_log(app, client, capsys):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready"})
    assert "heartbeat is old or missing" in capsys.readouterr().out


def test_signing_out_ends_every_session_of_that_account_and_of_no_other(app, make_account):
    someone, other = make_account(roles.FOCAL_POINT), make_account(roles.FOCAL_POINT)
    browsers = [app.test_client() for _ in range(3)]
    for browser, who in zip(browsers, (someone, someone, other), strict=True):
        browser.post("/login", data={"email": who.email, "password": PASSWORD})
    assert [browser.get("/").status_code for browser in browsers] == [200, 200, 200]
    browsers[0].post("/logout")
    assert [browser.get("/").status_code for browser in browsers] == [303, 303, 200]
    browsers[0].post("/login", data={"email": someone.email, "password": PASSWORD})
    assert browsers[0].get("/").status_code == 200


# ---- mail settings -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *("smtp://u:p@mail.example.org:587", "smtps://mail.example.org", "smtp://127.0.0.1:25?starttls=never"),
        *("smtp://u:p@mail.example.org:port", "smtp://u:p#x@mail.example.org", "smtp://u:pé@mail.example.org:587"),
        *("smtp://mail.example.org?starttls=never", "smtps://127.0.0.1?starttls=never", "smtp://h:25?tls=1"),
        *(
            "smtp://h:99999",
            "smtp://u:p%C3%A9@mail.example.org",
            "http://h",
            "smtp://",
            "smtp://[x/",
            "smtp://h?starttls=no",
        ),
    ],
)
def test_the_start_takes_the_mail_servers_that_the_channel_takes_and_no_other(url):
    try:
        Server.parse(url)
    except ValueError:
        assert not is_smtp(url)
    else:
        assert is_smtp(url)
