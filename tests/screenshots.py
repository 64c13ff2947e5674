"""`python -m tests.screenshots OUT`: every kind of page of the demo as a picture, on a phone and on a desk, in French and in
English, to be looked at with the eyes of those who will use it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page
from sqlalchemy import select

from deconflict.schemas.sop_figures import PARTS, named, with_figures
from deconflict.services import sop_versions
from deconflict.services.sop_effect import work_out
from deconflict.store.base import db
from deconflict.store.cases import Case
from deconflict.store.items import Item
from tests.browser.visitor import chromium
from tests.demo_house import Demo, play_demo, running

WIDTHS = (360, 1280)
LANGUAGES = ("fr", "en")
REVIEW = 'main .actions button[name="_do"][value="review"]'


@dataclass(frozen=True)
class Shot:
    """`who` is a key of the demo's people, empty for a stranger; `press` what is pressed before the picture is taken."""

    name: str
    who: str
    path: str
    press: tuple[str, ...] = ()


def main(out: Path) -> int:
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo = play_demo(folder)
        shots = list(_shots(demo))
        with running(demo, folder), chromium() as browser:
            for language in LANGUAGES:
                for width in WIDTHS:
                    _take(browser, demo, shots, language, width, out)
    print(f"{len(shots) * len(LANGUAGES) * len(WIDTHS)} pictures in {out}")
    return 0


def _shots(demo: Demo) -> Iterator[Shot]:
    with demo.app.app_context():
        ours = select(Case).where(Case.area == "MOPTI").order_by(Case.starts_at)
        cases = list(db.session.scalars(ours))
        item = select(Item).where(Item.area == "MOPTI", Item.side == "humanitarian").order_by(Item.id.desc())
        notice = db.session.scalars(item).first()
        db.session.remove()
    assert notice is not None
    yield Shot("sign-in", "", "/login")
    yield Shot("code", "", "/k")
    yield Shot("phones", "", "/demo/phones")
    yield Shot("phone", "", "/demo/phones", ("main tbody a",))
    for who, menu in (("awa", "ngo"), ("kofi", "cimic"), ("aminata", "officer"), ("salif", "administrator")):
        yield Shot(f"front-{menu}", who, "/")
    yield Shot("notices", "awa", "/notices")
    yield Shot("notice-form", "awa", "/notices/new")
    yield Shot("notice-form-wrong", "awa", "/notices/new", (REVIEW,))
    yield Shot("notice", "awa", "/notices", ("main tbody a.mono",))
    yield Shot("notice-amend", "awa", "/notices", ("main tbody a.mono", 'main a[href$="/amend"]'))
    yield Shot("notice-cancel", "awa", "/notices", ("main tbody a.mono", 'main a[href$="/cancel"]'))
    for name in ("ours", "ours/map", "ours/calendar"):
        yield Shot(name.replace("/", "-"), "fanta", f"/{name}")
    yield Shot("ours-who", "awa", "/ours", ('main tbody a[href^="/ours/"]',))
    yield Shot("requests", "fanta", "/requests")
    yield Shot("request", "fanta", "/requests", ("main tbody a",))
    yield Shot("plans", "kofi", "/plans")
    yield Shot("plan-choose", "kofi", "/plans/new")
    yield Shot("plan-patrol", "kofi", "/plans/new/patrol")
    yield Shot("plan-event", "sophie", "/plans/new/event")
    yield Shot("plan", "kofi", "/plans", ("main tbody a.mono",))
    yield Shot("plan-request", "kofi", "/requests", ("main tbody a",))
    yield Shot("queue", "aminata", "/desk")
    yield Shot("queue-blind", "aminata", "/desk?blind=1")
    for state in sorted({case.state for case in cases}):
        case = next(case for case in cases if case.state == state)
        yield Shot(f"case-{state}", "aminata", f"/desk/{case.reference}")
    told = max(cases, key=lambda case: case.round)
    yield Shot("case-log", "aminata", f"/desk/{told.reference}/log")
    yield Shot("case-map", "aminata", f"/desk/{told.reference}/map")
    yield Shot("ahead", "aminata", "/desk/ahead")
    yield Shot("ahead-week", "aminata", "/desk/ahead/week")
    yield Shot("items", "aminata", "/desk/items")
    yield Shot("item", "aminata", f"/desk/items/{notice.reference}")
    yield Shot("ended", "aminata", "/desk/ended")
    for name in ("calls", "wall", "held"):
        yield Shot(name, "aminata", f"/desk/{name}")
    yield Shot("case-delivery", "aminata", f"/desk/{told.reference}/delivery")
    yield Shot("roster", "aminata", "/roster")
    for name in ("roster/now", "roster/notes", "absences", "numbers", "drills", "texts", "relay"):
        yield Shot(name.replace("/", "-"), "aminata", f"/{name}")
    draft = _sop_draft(demo)
    for name in ("sop", "sop/clocks", "sop/versions"):
        yield Shot(name.replace("/", "-"), "aminata", f"/{name}")
    yield Shot("sop-version", "helene", f"/sop/versions/{draft}")
    for part in PARTS:
        yield Shot(f"sop-figures-{part}", "aminata", f"/sop/versions/{draft}/figures/{part}")
    yield Shot("telling", "awa", "/telling")
    yield Shot("people", "salif", "/people")
    yield Shot("people-of-one", "salif", "/people", ("main tbody a",))
    for who, menu in (("awa", "ngo"), ("kofi", "cimic"), ("aminata", "officer")):
        yield Shot(f"colleagues-{menu}", who, "/people/ours")
    yield Shot("missing", "aminata", "/desk/00000")


def _sop_draft(demo: Demo) -> int:
    """A version in which some rules reach otherwise, with what it would do."""
    cast, mission = demo.player.stage.cast, demo.player.mission
    wanted = {
        "rule.R01a.within_km": "1",
        "rule.R01b.within_km": "12",
        "rule.R05a.within_h": "48",
        "ack.high.max_h": "8",
    }
    text, wrong = with_figures(named(mission.sop_text, f"{datetime.now(UTC):%Y-%m-%d}-ML"), wanted)
    assert not wrong
    with demo.app.app_context():
        draft = sop_versions.write(None, "", text, cast["aminata"], mission, datetime.now(UTC))
        work_out(mission, datetime.now(UTC))
        db.session.remove()
    return draft


def _take(browser: Browser, demo: Demo, shots: list[Shot], language: str, width: int, out: Path) -> None:
    pages: dict[str, Page] = {}
    for shot in shots:
        page = pages.get(shot.who) or _enter(browser, demo, shot.who, language, width)
        pages[shot.who] = page
        page.goto(demo.url + shot.path)
        for what in shot.press:
            target = page.locator(what).first
            if not target.count():
                print(f"{shot.name}: nothing to press at {what}", file=sys.stderr)
                break
            with page.expect_navigation():
                target.click()
        page.screenshot(path=out / f"{shot.name}.{language}.{width}.png", full_page=True)
    for page in pages.values():
        page.context.close()


def _enter(browser: Browser, demo: Demo, who: str, language: str, width: int) -> Page:
    locale = {"fr": "fr-FR", "en": "en-GB"}[language]
    height = 740 if width < 700 else 900
    context = browser.new_context(viewport={"width": width, "height": height}, locale=locale, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{demo.url}/login")
    if who:
        page.fill('[name="email"]', demo.email(who))
        page.fill('[name="password"]', demo.password)
        with page.expect_navigation():
            page.locator("main form button").click()
        if page.locator("html").get_attribute("lang") != language:
            with page.expect_navigation():
                page.locator("form.language button").click()
    return page


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("python -m tests.screenshots OUT")
    raise SystemExit(main(Path(sys.argv[1])))
