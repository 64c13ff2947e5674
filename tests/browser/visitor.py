"""Somebody with a browser. Every page they come to is looked at: how wide, how heavy, labels, headings, contrast, and that it
asked nobody else for anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

import axe_playwright_python
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, sync_playwright

from tests.weights import sent

CHROMIUM = "/usr/bin/chromium"
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = (360, 740)
HEAVIEST_BYTES = 25_000  # of a page with its styles and scripts, compressed and nothing kept: four seconds on the line of a field base
PATIENCE_MS = 15_000
LARGE_MAP = "/vendor/leaflet/"  # on request, and outside the budget of a page
REFUSALS = (400, 409, 422, 429)


@cache
def audit() -> str:
    return (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")


@cache
def axe() -> str:
    """axe-core, as a script that adds itself to the page."""
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


# All rules of WCAG 2.2 A and AA and the best practices, also of what is folded away.
AXE = """async () => {
  const folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((details) => (details.open = true));
  const found = await axe.run(document, { resultTypes: ["violations"] });
  folded.forEach((details) => (details.open = false));
  return found.violations.map((v) => `axe ${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", ")}`);
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES), headless=True)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """`wrong` collects what any page so far did badly, each with its address; `weights` bytes by address."""

    page: Page
    url: str
    language: str
    scripts: bool = True
    wrong: list[str] = field(default_factory=list)
    weights: dict[str, int] = field(default_factory=dict)
    _assets: dict[str, int] = field(default_factory=dict)
    _opened: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("request", self._asked)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.page.url}: {error}"))

    # -- going about

    def opens(self, path: str, *, refused: bool = False) -> None:
        """`refused`: there may be nothing more to be done there."""
        answer = self.page.goto(self.url + path)
        assert answer is not None
        self._look(answer, (404, *REFUSALS) if refused else ())

    def presses(self, what: str | Locator, *, refused: bool = False) -> None:
        """A button or link, given as CSS or found already; the page that follows is looked at. `refused`: it may be the form sent
        back with what is wrong, or no page because too much was asked."""
        target = self.page.locator(what) if isinstance(what, str) else what
        with self.page.expect_navigation() as coming:
            target.evaluate("e => e.click()") if refused else target.click()
        self._look(coming.value, REFUSALS if refused else ())

    def fills(self, form: Mapping[str, str]) -> None:
        """Fields of the form in the middle, by name; lists, choices and ticks too."""
        for name, value in form.items():
            found = self.page.locator(f'main [name="{name}"]:not([type="hidden"])')
            kind = found.first.evaluate("e => e.type")
            if kind in ("radio", "checkbox"):
                self.page.locator(f'main [name="{name}"][value="{value}"]').check()
            elif kind == "select-one":
                found.select_option(value)
            else:
                found.fill(value)

    def unfolds(self, inside: str) -> None:
        """Opens the details that hold something, given as CSS."""
        self.page.locator("details", has=self.page.locator(inside)).locator("summary").first.click()

    def signs_in(self, email: str, password: str) -> None:
        self.opens("/login")
        self.fills({"email": email, "password": password})
        self.presses("main form button")
        assert "/login" not in self.page.url, self.text

    # -- what is to be seen

    @property
    def text(self) -> str:
        """What a person reads in the middle of the page, on one line."""
        return _on_one_line(self.page.locator("main").inner_text())

    def sees(self, *words: str) -> None:
        for each in words:
            assert _on_one_line(each) in self.text, f"{each!r} is not on {self.page.url}: {self.text}"

    def all_was_well(self) -> None:
        assert self.weights, "no page was looked at"
        assert not self.wrong, "\n".join(self.wrong)

    # -- looking

    def _look(self, answer: Response | None, also: tuple[int, ...] = ()) -> None:
        assert answer is not None, self.page.url
        assert answer.status < 400 or answer.status in also, f"{answer.status} on {self.page.url}: {self.text}"
        here = self.page.url
        if self.scripts and self.page.locator("script[data-worker]").count():
            self.page.locator("html[data-there]").wait_for()  # what helps comes after the page
        self.wrong += [f"{here}: {each}" for each in self.page.evaluate(audit()) + self.found_by_axe()]
        spoken = self.page.locator("html").get_attribute("lang")
        if spoken != self.language:
            self.wrong.append(f"{here}: speaks {spoken}")
        links = self._links()
        weight = sent(answer.body()) + sum(self._asset(link) for link in links)
        self.weights[here.removeprefix(self.url)] = weight
        if weight > HEAVIEST_BYTES:
            large = " with the large map" if any(LARGE_MAP in link for link in links) else ""
            self.wrong.append(f"{here}: weighs {weight} bytes{large}")

    def looks_again(self) -> None:
        """At a page that a script has changed."""
        self.wrong += [f"{self.page.url}: {each}" for each in self.page.evaluate(audit()) + self.found_by_axe()]

    def found_by_axe(self) -> list[str]:
        """Nothing where pages run no scripts: axe waits by timers, which stand still there."""
        if not self.scripts:
            return []
        self.page.evaluate(axe())
        found: list[str] = self.page.evaluate(AXE)
        return found

    def _links(self) -> list[str]:
        found: list[str] = self.page.evaluate(
            "() => [...document.querySelectorAll('link[href], img[src], script[src]')]"
            ".map((e) => e.getAttribute('href') ?? e.getAttribute('src')).filter((a) => !a.startsWith('data:'))"
        )
        return found

    def _asset(self, link: str) -> int:
        if link not in self._assets:
            self._assets[link] = sent(self.page.context.request.get(urljoin(self.url, link)).body())
        return self._assets[link]

    def _asked(self, request: Request) -> None:
        if request.is_navigation_request():
            self._opened.add(request.url.split("#")[0])
        if not request.url.startswith((self.url + "/", "data:")):
            self.wrong.append(f"{self.page.url}: asks {request.url}")

    def _heard(self, message: ConsoleMessage) -> None:
        """Of a page itself that is refused chromium speaks as well; `_look` judges it."""
        of_a_page = (
            message.location["url"].split("#")[0] in self._opened
            and "the server responded with a status of" in message.text
        )
        if message.type in ("error", "warning") and not of_a_page:
            self.wrong.append(f"{self.page.url}: {message.text}")


def _on_one_line(text: str) -> str:
    """French has spaces that do not break."""
    return " ".join(text.split())


@contextmanager
def visiting(
    browser: Browser,
    url: str,
    language: str = "fr",
    size: tuple[int, int] = PHONE,
    scripts: bool = False,
    fingers: bool = False,
) -> Iterator[Visitor]:
    """A browser that knows nothing yet, on a screen of `size`; without scripts unless asked for, with a mouse or with fingers."""
    locale = {"fr": "fr-FR", "en": "en-GB"}[language]
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=locale,
        java_script_enabled=scripts,
        has_touch=fingers,
        is_mobile=fingers,
    )
    yield Visitor(context.new_page(), url, language, scripts)
    context.close()
