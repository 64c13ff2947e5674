"""A telephone that loses its network, on a small screen in French: what is written on it, what it says of that, what it sends, what
somebody finds who takes it away."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from house import PASSWORD
from sqlalchemy import select
from visitor import CHROMIUM, PHONE, SWITCHES, Visitor

from deconflict.store.base import db
from deconflict.store.items import Item

pytestmark = pytest.mark.browser

PHRASE = "quatre mots du fleuve lent"
PAGE = "/offline/fr"
PLACES = ("Mopti", "Bankass")
# All that is kept under the name of the site, as whoever takes the telephone would read it.
DUMP = """async () => {
  const [{ name } = {}] = await indexedDB.databases();
  if (!name) return null;
  const store = await new Promise((done) => { const o = indexedDB.open(name); o.onsuccess = () => done(o.result); });
  const all = await new Promise((done) => {
    const r = store.transaction("kept").objectStore("kept").getAll();
    r.onsuccess = () => done(r.result);
  });
  store.close();
  const bytes = (thing) => new TextDecoder("latin1").decode(thing);
  const rows = all.map((row) => JSON.stringify(row, (_, value) =>
    value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? bytes(value) : value));
  const kept = [];
  for (const shelf of await caches.keys())
    for (const request of await (await caches.open(shelf)).keys()) kept.push(await (await caches.match(request)).text());
  return { rows, kept, others: [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie] };
}"""
CUT = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "ERR_CONNECTION", "503")


class Telephone:
    """A browser with a memory of its own: it is switched off and on again with all that it kept."""

    def __init__(self, browser, house, folder, language="fr"):
        self._browser, self._house, self._folder, self._language = browser, house, folder, language
        self.visitor = self._on()

    def _on(self):
        locale = {"fr": "fr-FR", "en": "en-GB"}[self._language]
        self._context = self._browser.browser_type.launch_persistent_context(
            str(self._folder),
            executable_path=CHROMIUM,
            args=list(SWITCHES),
            headless=True,
            viewport={"width": PHONE[0], "height": PHONE[1]},
            locale=locale,
        )
        self._session, self._belief = self._context.new_cdp_session(self._context.pages[0]), None
        self._session.send("Page.enable")
        return Visitor(self._context.pages[0], self._house.url, self._language)

    @property
    def page(self):
        return self.visitor.page

    def off(self):
        """Nothing that went wrong was not the cut."""
        wrong = [each for each in self.visitor.wrong if not any(cut in each for cut in CUT)]
        assert not wrong, "\n".join(wrong)
        self._context.close()

    def restarts(self):
        self.off()
        self.visitor = self._on()

    def network(self, on, *, noticed=True):
        """Cuts it or brings it back. Pages that open meanwhile are told by the telephone itself where it notices, else by nobody: what
        the browser believes then depends on the machine that it runs on."""
        self._context.set_offline(not on)
        believes = on or not noticed
        said = f"Object.defineProperty(Navigator.prototype, 'onLine', {{ get: () => {str(believes).lower()}, configurable: true }});"
        if self._belief:
            self._session.send("Page.removeScriptToEvaluateOnNewDocument", self._belief)
        self._belief = self._session.send("Page.addScriptToEvaluateOnNewDocument", {"source": said})
        if noticed:
            self.page.evaluate(f"() => {{ {said} dispatchEvent(new Event('{'online' if on else 'offline'}')); }}")

    def signs_in(self, name="ngo"):
        self.visitor.signs_in(self._house.actor(name).mailbox.address, PASSWORD)
        self.page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")

    def prepares(self):
        self.visitor.opens(PAGE)
        self.page.locator("#first").fill(PHRASE)
        self.page.locator("#second").fill(PHRASE)
        self.page.locator("#prepare button").click()
        self.page.locator("#kept").wait_for()

    def unlocks(self, phrase=PHRASE):
        self.page.locator("#passphrase").fill(phrase)
        self.page.locator("#unlock button").click()

    def comes_back(self):
        """Opens the page again and unlocks it."""
        self.page.goto(self._house.url + PAGE)
        self.unlocks()
        self.page.locator("#kept").wait_for()

    def writes(self, day, **more):
        self.page.locator("#write").click()
        self.visitor.fills(movement(day) | more)

    def finishes(self):
        self.page.locator("#paper form .button").last.evaluate("() => 0")
        self.page.locator('#paper form button:not([type="button"])').click()

    def queues(self, day, **more):
        """Written and finished without a network."""
        self.network(False)
        self.comes_back()
        self.writes(day, **more)
        self.finishes()
        self.says("NOT SENT YET")

    def says(self, sentence):
        self.page.get_by_text(self._house.say(sentence), exact=False).first.wait_for()

    def answered(self, words):
        self.page.locator("#entries .said", has_text=words).wait_for()

    def kept(self):
        return self.page.evaluate(DUMP)


@pytest.fixture
def phone(browser, house, tmp_path):
    telephone = Telephone(browser, house, tmp_path / "telephone")
    yield telephone
    telephone.off()


@pytest.fixture
def prepared(phone):
    phone.signs_in()
    phone.prepares()
    return phone


@pytest.fixture
def day(morning):
    return (morning + timedelta(days=5)).date().isoformat()


def movement(day):
    return {
        "kind": "TRANSIT_STAFF",
        "stops-0-place": PLACES[0],
        "stops-0-depart_date": day,
        "stops-0-depart_from": "06:00",
        "stops-0-depart_to": "07:00",
        "stops-1-place": PLACES[1],
        "stops-1-arrive_date": day,
        "stops-1-arrive_from": "09:00",
        "stops-1-arrive_to": "10:00",
        "vehicles": "2",
        "persons": "6",
        "escort": "none",
        "level": "redacted",
        "confirmed_by": "nobody",
        "disclaimer": "2026-11",
    }


def items(house):
    """What is filed, by its reference."""
    with house.app.app_context():
        found = db.session.scalars(select(Item.reference)).all()
        db.session.rollback()
        return found


def arrives(phone, house):
    """Waits until it has been answered; what is filed then."""
    phone.page.locator("#entries li.box").wait_for()
    return items(house)


def test_written_without_a_network_it_survives_a_restart_and_is_sent_once(prepared, house, day):
    phone = prepared
    phone.queues(day)
    assert items(house) == []
    phone.restarts()
    phone.network(False)
    phone.page.goto(house.url + PAGE)
    phone.unlocks("quatre mots du fleuve")
    phone.says("This passphrase does not open it.")
    phone.unlocks()
    phone.says("NOT SENT YET")
    phone.visitor.sees("Mopti - Bankass")
    phone.network(True)
    [reference] = arrives(phone, house)
    phone.answered(reference)
    phone.says("This system does not know of every armed presence. Without a message, conclude nothing.")
    assert house.say("NOT SENT YET") not in phone.visitor.text
    phone.comes_back()
    phone.page.wait_for_timeout(500)
    assert len(items(house)) == 1
    assert len([row for row in phone.kept()["rows"] if '"waits"' in row]) == 0


def test_whoever_takes_it_away_reads_nothing(prepared, day):
    phone = prepared
    phone.queues(day, overnight="Koro", communications="70 00 00 07", plates="")
    found = json.dumps(phone.kept(), ensure_ascii=False)
    for word in (*PLACES, "Koro", "70 00 00 07", "TRANSIT_STAFF", day, PHRASE, "OCHA", "fleuve", "DIST_FOOD"):
        assert word not in found, word
    phone.page.goto(phone.visitor.url + PAGE)
    assert "Mopti" not in phone.visitor.text
    assert "OCHA" not in phone.page.content()


def test_an_answer_that_was_lost_makes_no_twin(prepared, house, day):
    phone = prepared
    lost = []

    def swallow(route):
        route.fetch()  # it arrives, and its answer does not
        lost.append(route.request.url)
        route.abort()

    phone.page.route("**/offline/fr/send", swallow)
    phone.writes(day)
    phone.finishes()
    phone.says("No answer came. It is tried again.")
    phone.says("NOT SENT YET")
    assert len(lost) == len(items(house)) == 1
    # It may have arrived, and what would be changed now would be answered as it first stood.
    phone.page.locator('#entries [data-do="open"]').wait_for(state="hidden")
    phone.page.unroute("**/offline/fr/send")
    phone.page.locator("#send").click()
    phone.answered(items(house)[0])
    assert len(items(house)) == 1


def test_what_is_in_doubt_is_not_filed_and_goes_on_as_a_draft(prepared, house, day):
    phone = prepared
    phone.network(False)
    phone.comes_back()
    phone.writes(day, **{"stops-1-place": "Nulle Part"})
    phone.finishes()
    phone.network(True)
    phone.says("It is NOT sent: it waits among your drafts, with what is to be mended. OCHA knows nothing of it yet.")
    assert items(house) == []
    phone.comes_back()
    phone.says("It is NOT sent: it waits among your drafts, with what is to be mended. OCHA knows nothing of it yet.")
    phone.visitor.presses("#entries li.box a")
    assert phone.page.locator("#not-sent").is_visible()
    assert phone.page.locator('main [name="stops-1-place"]').input_value() == "Nulle Part"


def test_what_is_empty_is_said_at_once_with_links(prepared):
    phone = prepared
    phone.network(False)
    phone.comes_back()
    phone.page.locator("#write").click()
    phone.page.locator("#more").click()
    phone.finishes()
    links = phone.page.locator("#lacking a")
    assert links.first.is_visible()
    found = [link.get_attribute("href") for link in links.all()]
    assert "#f-stops-0-place" in found
    assert "#f-stops-2-arrive_from" in found
    assert "#f-persons" in found
    links.get_by_text("Personnes").click()
    assert phone.page.evaluate("() => document.activeElement.name") == "persons"
    assert phone.page.evaluate("() => document.activeElement.id") == "f-persons"


def test_nothing_typed_is_lost_when_the_telephone_goes_out_while_somebody_writes(prepared, day):
    phone = prepared
    phone.network(False)
    phone.comes_back()
    phone.writes(day)
    phone.says("Kept on this phone at")
    phone.page.locator('main [name="persons"]').fill("11")
    phone.page.wait_for_timeout(1500)
    phone.restarts()
    phone.network(False)
    phone.comes_back()
    phone.says("Not finished")
    phone.page.locator('#entries [data-do="open"]').click()
    phone.page.locator("#paper").wait_for()
    for name, value in (movement(day) | {"persons": "11"}).items():
        field = phone.page.locator(f'main [name="{name}"]')
        if field.first.get_attribute("type") in ("radio", "checkbox"):
            assert phone.page.locator(f'main [name="{name}"][value="{value}"]').is_checked(), name
        else:
            assert field.input_value() == value, name


def test_one_that_was_only_looked_at_is_sent_all_the_same(prepared, house, day):
    phone = prepared
    phone.network(False)
    phone.comes_back()
    phone.writes(day)
    phone.finishes()
    phone.page.locator('#entries [data-do="open"]').click()
    phone.page.locator("#back").click()
    phone.says("NOT SENT YET")
    phone.network(True)
    assert len(arrives(phone, house)) == 1


def test_after_three_days_it_is_gone(prepared, house, day):
    phone = prepared
    phone.queues(day)
    assert len(phone.kept()["rows"]) == 3
    phone.page.evaluate(
        """async () => {
          const [{ until }] = await vault.entries();
          if (until < Date.now() + 71.9 * 3600e3) throw new Error("too soon");
          if (await vault.purge(until - 1)) throw new Error("too early");
          if ((await vault.purge(until)) !== 1) throw new Error("too late");
        }"""
    )
    assert len([row for row in phone.kept()["rows"] if "waits" in row]) == 0
    phone.network(True)
    phone.comes_back()
    phone.says("Deleted after their time, and NEVER sent (OCHA has not heard of them):")
    assert phone.page.locator("#gone-many").inner_text() == "1"
    phone.page.locator("#seen").click()
    phone.page.locator("#gone").wait_for(state="hidden")
    assert items(house) == []


def test_signing_out_wipes_it_and_asks_before(prepared, house, day):
    phone = prepared
    phone.queues(day)
    # Before there is a network: what waits would leave the moment that it comes.
    phone.page.route("**/offline/session", lambda route: route.abort())
    phone.network(True)
    phone.page.goto(house.url + "/notices")
    warning = phone.page.locator("#not-sent")
    warning.wait_for()
    asked = []
    phone.page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    phone.visitor.unfolds("form[data-leaves]")
    phone.page.locator("form[data-leaves] button").click()
    phone.page.wait_for_timeout(300)
    assert asked == [house.say("Something on this phone is not sent yet. Signing out deletes it.")]
    assert phone.kept()["rows"]
    phone.page.once("dialog", lambda dialog: dialog.accept())
    with phone.page.expect_navigation():
        phone.page.locator("form[data-leaves] button").click()
    assert phone.kept() is None
    left = "async () => [(await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length]"
    assert phone.page.evaluate(left) == [0, 0]


def test_the_answer_to_signing_out_wipes_where_no_script_does(prepared, house):
    phone = prepared
    phone.page.goto(house.url + "/notices")
    phone.page.evaluate("() => HTMLFormElement.prototype.submit.call(document.querySelector('form[data-leaves]'))")
    phone.page.locator('input[name="password"]').wait_for()
    phone.page.wait_for_timeout(500)
    assert phone.kept() is None


def test_everything_can_be_deleted_without_the_passphrase(prepared):
    phone = prepared
    phone.network(False)
    phone.page.goto(phone.visitor.url + PAGE)
    phone.page.locator("#forget summary").click()
    with phone.page.expect_navigation():
        phone.page.locator("#forget button").click()
    phone.page.locator("#prepare").wait_for()
    assert phone.kept() is None or phone.kept()["rows"] == []


def test_a_session_that_ended_keeps_it_until_its_writer_is_back(prepared, house, day):
    phone = prepared
    phone.network(False)
    phone.comes_back()
    phone.writes(day)
    phone.finishes()
    phone.page.context.clear_cookies()
    phone.network(True)
    phone.says("You are signed out: sign in, come back here, and it is sent.")
    assert items(house) == []
    phone.page.locator("#inside #sign-in a").click()
    phone.page.locator('input[name="password"]').wait_for()
    phone.visitor.fills({"email": house.actor("ngo").mailbox.address, "password": PASSWORD})
    phone.page.locator("main form button").click()
    phone.page.locator("#unlock").wait_for()
    phone.unlocks()
    assert len(arrives(phone, house)) == 1


def test_a_line_that_dies_and_comes_back_unnoticed_sends_it_all_the_same(prepared, house, day):
    phone = prepared
    phone.network(False, noticed=False)
    phone.comes_back()
    phone.writes(day)
    phone.finishes()
    phone.says("NOT SENT YET")
    phone.network(True, noticed=False)
    phone.page.locator("#entries li.box").wait_for(timeout=40_000)
    assert len(items(house)) == 1


def test_it_is_not_sent_in_the_name_of_somebody_else(prepared, house, day):
    phone = prepared
    phone.queues(day)
    phone.page.context.clear_cookies()
    phone.network(True)
    phone.says("You are signed out: sign in, come back here, and it is sent.")
    phone.signs_in("other_ngo")
    phone.comes_back()
    phone.says("Somebody else is signed in. What stands here is sent only for whoever prepared this phone.")
    assert items(house) == []


def test_a_form_whose_answer_never_came_is_in_the_page_and_sent_again(phone, house, day):
    phone.signs_in()
    phone.visitor.opens("/notices/new")
    phone.visitor.fills(movement(day) | {"overnight": 'Koro "<b>&amp;'})
    phone.network(False)
    phone.page.locator('main button[value="review"].button:not(.visually-hidden)').click()
    phone.says("Do not assume that it was sent.")
    phone.network(True)
    with phone.page.expect_navigation():
        phone.page.locator("main form button").click()
    phone.visitor.sees("Mopti", 'Koro "<b>&amp;')
    with phone.page.expect_navigation():
        phone.page.locator('main button[value="file"]').click()
    assert len(items(house)) == 1


@pytest.mark.parametrize("noticed", [True, False])
def test_a_page_that_cannot_be_had_shows_what_can_be_done_without_a_network(prepared, house, noticed):
    phone = prepared
    phone.network(False, noticed=noticed)
    phone.page.goto(house.url + "/notices")
    phone.says("No network.")
    phone.page.locator("#unlock").wait_for()


def test_a_password_is_put_into_no_page(phone, house):
    phone.signs_in()
    phone.visitor.opens("/change")
    phone.visitor.fills(
        {"password": PASSWORD, "new_password": "une autre phrase", "new_password_confirm": "une autre phrase"}
    )
    phone.network(False)
    phone.page.locator("main form button").click()
    phone.says("No network.")
    assert PASSWORD not in phone.page.content()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_can_be_installed_and_reads_well(browser, house, tmp_path, language, day):
    phone = Telephone(browser, house, tmp_path / language, language)
    page = f"/offline/{language}"
    phone.visitor.opens(page)  # axe and the audit look at it, before
    session = phone.page.context.new_cdp_session(phone.page)
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    assert session.send("Page.getAppManifest")["errors"] == []
    phone.off()


def test_the_opened_page_reads_well_too(prepared, day):
    phone = prepared
    phone.visitor.looks_again()
    phone.writes(day)
    phone.visitor.looks_again()
    phone.page.locator('main [name="persons"]').fill("")
    phone.finishes()
    phone.visitor.looks_again()


def test_whoever_signs_in_on_the_way_has_a_page_that_opens_without_a_network(phone, house):
    phone.page.goto(house.url + PAGE)
    phone.page.get_by_role("link", name=house.say("Sign in first")).click()
    phone.visitor.fills({"email": house.actor("ngo").mailbox.address, "password": PASSWORD})
    phone.page.locator("main form button").click()
    phone.page.locator("#first").fill(PHRASE)
    phone.page.locator("#second").fill(PHRASE)
    phone.page.locator("#prepare button").click()
    phone.page.locator("#kept").wait_for()
    phone.page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")
    assert not phone.page.locator("#unready").is_visible()
    phone.network(False)
    phone.comes_back()


def test_where_the_page_cannot_be_kept_that_is_said(phone, house):
    phone.page.add_init_script("ServiceWorkerContainer.prototype.register = () => Promise.reject(new Error('no'))")
    phone.visitor.signs_in(house.actor("ngo").mailbox.address, PASSWORD)
    phone.prepares()
    phone.says("This page does NOT open without a network yet: open it once more while there is one.")


def test_one_that_is_not_taken_keeps_no_other_back_and_says_so(prepared, house, day):
    phone = prepared
    phone.network(False)
    phone.comes_back()
    for persons in ("6", "7"):
        phone.writes(day, persons=persons)
        phone.finishes()
        phone.says("NOT SENT YET")
    refused = []

    def refuse(route):
        if refused:
            return route.continue_()
        refused.append(route.request.url)
        return route.fulfill(status=422, body="no")

    phone.page.route("**/offline/fr/send", refuse)
    phone.network(True)
    assert len(arrives(phone, house)) == 1
    phone.says("NOT SENT: it was not taken")
    phone.page.locator("#send").click()  # by hand it is tried once more
    phone.page.wait_for_function("() => document.querySelectorAll('#entries li.box').length === 2")
    assert len(items(house)) == 2
    phone.visitor.wrong[:] = [each for each in phone.visitor.wrong if "status of 422" not in each]  # as it was asked to


def test_what_was_finished_stays_finished_when_it_is_opened_again_and_left(prepared, house, day):
    phone = prepared
    phone.queues(day)
    phone.page.locator('#entries [data-do="open"]').click()
    phone.page.locator("#paper").wait_for()
    phone.page.locator('main [name="persons"]').fill("")
    asked = []
    phone.page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    phone.page.locator("#back").click()
    phone.page.locator("#lacking").wait_for()
    assert asked == [house.say("Something is missing now: it will NOT be sent until it is finished. Leave it so?")]
    phone.page.locator('main [name="persons"]').fill("8")
    phone.page.locator("#back").click()
    phone.says("NOT SENT YET")
    phone.network(True)
    assert len(arrives(phone, house)) == 1


def test_a_position_stands_for_a_place(prepared, house, day):
    phone = prepared
    phone.queues(day, **{"stops-0-place": "", "stops-0-position": "14.4843 -4.1830"})


def test_a_telephone_that_was_put_down_is_closed_when_it_is_taken_up(prepared):
    phone = prepared
    phone.page.evaluate("() => { const real = Date.now; Date.now = () => real() + 11 * 60 * 1000; }")
    with phone.page.expect_navigation():
        phone.page.locator("#write").click()
    phone.page.locator("#unlock").wait_for()
    assert phone.page.locator("#paper").count() == 0


def test_what_is_deleted_in_one_window_is_closed_in_the_other(prepared, house):
    phone = prepared
    other = phone.page.context.new_page()
    other.goto(house.url + PAGE)
    other.locator("#passphrase").fill(PHRASE)
    other.locator("#unlock button").click()
    other.get_by_text(house.say("It is open in another window of this phone: close it there first.")).wait_for()
    other.locator("#forget summary").click()
    with phone.page.expect_navigation():
        other.locator("#forget button").click()
    phone.page.locator("#prepare").wait_for()
    other.close()
