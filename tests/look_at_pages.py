"""`python -m tests.look_at_pages FOLDER`: looks, on a small phone, at a page of every make that the tests were given (pages_seen.py),
in both languages, by audit.js and by axe, and says which templates no test was given a page of. 1 where anything is wrong."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests/browser")]

from pages_seen import TEMPLATES, language, parts  # noqa: E402
from playwright.sync_api import Route  # noqa: E402
from visitor import audit, chromium, visiting  # noqa: E402

LANGUAGES = ("fr", "en")
WORKERS = 2
ORIGIN = "http://pages.test"
# Others are made of it, or what it holds stands in another page.
HELD_BY_OTHERS = frozenset(
    {"base.html", "own/form.html", "security/base.html", "offline/bare.html", "offline/inside.html"}
)
WITHOUT_THE_APP = frozenset({"errors/500.html"})  # filled where nothing else may work any more, and nobody is told


def of_every_make(folder: Path) -> list[Path]:
    """As few pages as hold every part that there is, by language."""
    chosen: list[Path] = []
    kept = [(path, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.html"))]
    for tag in LANGUAGES:
        left = {path: parts(html) for path, html in kept if language(html) == tag}
        missing: set[str] = set().union(*left.values())
        while missing:
            best = max(left, key=lambda path: len(left[path] & missing))
            missing -= left.pop(best)
            chosen.append(best)
    return chosen


def never_given(folder: Path) -> set[str]:
    there = {
        path.relative_to(ROOT / "templates").as_posix()
        for path in (ROOT / "templates").rglob("*.html")
        if not path.name.startswith("_")
    }
    return there - set((folder / TEMPLATES).read_text(encoding="utf-8").split()) - HELD_BY_OTHERS - WITHOUT_THE_APP


def look(pages: list[Path]) -> list[str]:
    """What is wrong, each with the title of its page and the file where it lies."""
    wrong: list[str] = []
    here: list[Path] = []

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.is_navigation_request():
            route.fulfill(body=here[0].read_text(encoding="utf-8"), content_type="text/html; charset=utf-8")
        elif (asset := ROOT / "deconflict" / path.lstrip("/")).is_file() and asset.suffix != ".js":
            route.fulfill(path=asset)
        else:
            route.fulfill(body="")

    with chromium() as browser, visiting(browser, ORIGIN, scripts=True) as visitor:
        visitor.page.route("**/*", answer)
        for page in pages:
            here[:] = [page]
            visitor.page.goto(f"{ORIGIN}/")
            found = visitor.page.evaluate(audit()) + visitor.found_by_axe()
            wrong += [f"{visitor.page.title()} ({page}): {each}" for each in found]
    return wrong


def main(folder: Path) -> int:
    pages = of_every_make(folder)
    shares = [pages[turn::WORKERS] for turn in range(WORKERS)]
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as workers:
        wrong = [each for found in workers.map(look, shares) for each in found]
    wrong += [f"templates/{name}: no test is given a page of it" for name in sorted(never_given(folder))]
    print(
        "\n".join(wrong)
        or f"{len(pages)} pages that tests were given, one of every make in each language: looked at, well."
    )
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
