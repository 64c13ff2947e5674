"""How soon a page is of use on the line of a field base: 50 kbit/s with 800 ms to every answer, by the browser's own throttling,
for somebody whose browser holds nothing yet; and on a phone that keeps the page which writes without a network, with none.
The answer to a press is never the first visit: its browser holds what the page of that press brought.

Of use: the browser has painted, styles are there, and so is the heading with the first field, row or card below it, laid out in
its place. The first frame in which all that stands is asked for by the page's own clock, which begins with the click."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, ViewportSize

from deconflict.schemas.notices import DISCLAIMER_VERSION
from tests.browser.visitor import PHONE, Visitor, chromium
from tests.demo_house import Demo
from tests.figures import Figure, figure

LATENCY_MS = 800
BYTES_PER_S = 50_000 / 8
GOAL_S = 3.0
HEAVIEST_BYTES = 60_000
PATIENCE_MS = 60_000

# Asked at every frame: none comes while a stylesheet of the head is still on its way.
WATCH = """() => {
  const first = "main :is(:is(input, select, textarea):not([type=hidden]), tbody tr, .queue > li, .card, ol > li, figure, dl)";
  const laid = (e) => e && e.getBoundingClientRect().height > 1;
  const look = () => {
    const there = [...document.querySelectorAll(first)].some(laid);
    if (laid(document.querySelector("h1")) && there) requestAnimationFrame(() => { window.ofUse = performance.now(); });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
PAINTED = """() => Math.max(window.ofUse, performance.getEntriesByName("first-contentful-paint")[0].startTime)"""
READY = """() => window.ofUse && performance.getEntriesByName("first-contentful-paint").length"""


# From the press that unlocks to a form that can be written in, in seconds.
UNLOCKS = """async (phrase) => {
  const laid = async (what) => {
    for (let e; !((e = document.querySelector(what)) && e.getBoundingClientRect().height > 1);)
      await new Promise(requestAnimationFrame);
    return document.querySelector(what);
  };
  (await laid("#passphrase")).value = phrase;
  const began = performance.now();
  (await laid("#unlock button")).click();
  (await laid("#write")).click();
  await laid("#paper form :is(input, select):not([type=hidden])");
  return (performance.now() - began) / 1e3;
}"""
WITHOUT_NETWORK = "/offline/fr"
PHRASE = "quatre mots du fleuve lent"


@dataclass(frozen=True)
class Visit:
    """`page` is a key of the paths that `paint` is given. `stops`: the form gets so many first; `filled`: with all that a notice has;
    `press`: what is measured is the answer to this button of it."""

    name: str
    page: str
    stops: int = 0
    press: str = ""
    filled: bool = False


VISITS = (
    *(Visit(name, name) for name in ("sign-in", "own list", "notice form", "site form", "plan form")),
    Visit("six stops to mend", "notice form", stops=6, press="review"),
    Visit("a map to press", "notice form", press="map-0"),
    Visit("review page", "notice form", stops=3, press="review", filled=True),
    *(
        Visit(name, name)
        for name in ("own notice", "code page", "check-in page", "page without a network", "queue", "case page")
    ),
)


def paint(demo: Demo, paths: Mapping[str, tuple[str, str]]) -> Iterator[Figure]:
    """Seconds until each is of use, and all bytes that a first visit moves, beside those of the page alone. `paths`: who opens
    what, as a key of the demo's people (empty: a stranger) and an address, by the name of the page."""
    with chromium() as browser:
        cookies = {who: _cookies(browser, demo, who) for who in {paths[visit.page][0] for visit in VISITS}}
        for visit in VISITS:
            who, path = paths[visit.page]
            seconds, page, whole = _measure(browser, demo.url + path, visit, cookies[who])
            yield figure(f"first paint of {visit.name}", seconds, "s", goal=GOAL_S)
            moved = "answer with" if visit.press else "first visit to"
            yield figure(f"{moved} {visit.name}", whole, "bytes", page, goal=HEAVIEST_BYTES)
        yield from _on_the_phone(browser, demo.url + WITHOUT_NETWORK, cookies["awa"])


def _measure(
    browser: Browser, address: str, visit: Visit, cookies: list[dict[str, object]]
) -> tuple[float, float, float]:
    context = _context(browser)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": not visit.press})
    if visit.press:
        page.goto(address)
        while page.locator("main fieldset.group").count() < visit.stops:
            page.locator('main button[name="_do"][value="add"]').click()
    if visit.filled:
        Visitor(page, address, "fr").fills(_notice())
    moved = _counted(wire)
    page.add_init_script(f"({WATCH})()")
    _throttle(wire)
    if visit.press:
        page.locator(f'main button[name="_do"][value="{visit.press}"]').last.click(no_wait_after=True)
    else:
        page.goto(address, wait_until="commit", timeout=PATIENCE_MS)
    page.wait_for_function(READY, timeout=PATIENCE_MS)
    seconds = page.evaluate(PAINTED) / 1e3
    page.wait_for_load_state("networkidle", timeout=PATIENCE_MS)
    here = urlsplit(page.url).path
    whole = sum(moved.values())
    document = max((size for path, size in moved.items() if path == here), default=0)
    context.close()
    return float(seconds), float(document), float(whole)


def _on_the_phone(browser: Browser, address: str, cookies: list[dict[str, object]]) -> Iterator[Figure]:
    """The page that writes without a network once a phone keeps it, and the form that is sealed in it: no network answers."""
    context = _context(browser, "allow")
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    for name in ("first", "second"):
        page.fill(f"#{name}", PHRASE)
    page.locator("#prepare button").click()
    page.locator("#kept").wait_for()
    page.evaluate("() => navigator.serviceWorker.ready.then(() => 0)")
    context.set_offline(True)
    page.add_init_script(f"({WATCH})()")
    page.goto(address)
    page.wait_for_function(READY)
    yield figure("first paint of that page from the phone", page.evaluate(PAINTED) / 1e3, "s", goal=GOAL_S)
    yield figure("its form, from unlocking it", page.evaluate(UNLOCKS, PHRASE), "s", goal=GOAL_S)
    context.close()


def _notice() -> dict[str, str]:
    """What somebody types who leaves Mopti in four days, hands out food in Bankass and goes home."""
    day = (datetime.now(UTC) + timedelta(days=4)).date().isoformat()
    hours = {"0-depart": ("06", "07"), "1-arrive": ("09", "10"), "1-depart": ("15", "16"), "2-arrive": ("18", "20")}
    windows = {
        f"stops-{stop}_{part}": text
        for stop, (earliest, latest) in hours.items()
        for part, text in (("date", day), ("from", f"{earliest}:00"), ("to", f"{latest}:00"))
    }
    places = {
        "stops-0-place": "Mopti",
        "stops-1-place": "Bankass",
        "stops-2-place": "Mopti",
        "stops-1-activity": "DIST_FOOD",
    }
    facts = {"kind": "TRANSIT_STAFF", "vehicles": "2", "persons": "6", "escort": "none", "level": "redacted"}
    return facts | places | windows | {"disclaimer": DISCLAIMER_VERSION, "confirmed_by": "nobody"}


def _counted(wire: CDPSession) -> dict[str, float]:
    """Bytes on the line, heads included, by the path of what came."""
    paths: dict[str, str] = {}
    moved: dict[str, float] = {}

    def answered(event: dict[str, object]) -> None:
        paths[str(event["requestId"])] = urlsplit(event["response"]["url"]).path  # type: ignore[index]

    def finished(event: dict[str, object]) -> None:
        path = paths.get(str(event["requestId"]))
        if path is not None:
            moved[path] = moved.get(path, 0.0) + float(event["encodedDataLength"])  # type: ignore[arg-type]

    wire.on("Network.responseReceived", answered)
    wire.on("Network.loadingFinished", finished)
    return moved


def _throttle(wire: CDPSession) -> None:
    line = {"latency": LATENCY_MS, "downloadThroughput": BYTES_PER_S, "uploadThroughput": BYTES_PER_S}
    wire.send("Network.emulateNetworkConditions", {"offline": False, **line})


def _context(browser: Browser, workers: Literal["allow", "block"] = "block") -> BrowserContext:
    """Without the worker that pages leave behind, unless it is asked for: what passes through it is not throttled."""
    size: ViewportSize = {"width": PHONE[0], "height": PHONE[1]}
    return browser.new_context(viewport=size, locale="fr-FR", service_workers=workers)


def _cookies(browser: Browser, demo: Demo, who: str) -> list[dict[str, object]]:
    """What a browser holds of somebody who has signed in, and nothing else of him."""
    if not who:
        return []
    context = _context(browser)
    page: Page = context.new_page()
    page.goto(f"{demo.url}/login")
    page.fill('[name="email"]', demo.email(who))
    page.fill('[name="password"]', demo.password)
    with page.expect_navigation():
        page.locator("main form button").click()
    kept = [dict(cookie) for cookie in context.cookies()]
    context.close()
    return kept
