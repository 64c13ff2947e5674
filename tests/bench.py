"""`make bench`: what the engine costs among many parts, and the system with the demo loaded, in under twelve minutes. Prints a
table and writes the same figures to var/bench.json, each beside a plain reference of the same run, because figures of two
machines say little. BENCH_PARTS=100000 leaves out the larger sizes."""

from __future__ import annotations

import html
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from sqlalchemy import select, text

from deconflict.domain.country import Mission
from deconflict.domain.geodesy import distance_m
from deconflict.domain.states import LIVE_ITEMS, OPEN_CASES
from deconflict.jobs.scheduler import EVERY_S
from deconflict.matching.again import look_again
from deconflict.matching.marks import mark_ahead
from deconflict.matching.matcher import judge_item, match_due
from deconflict.settings import DEFAULT_MISSIONS, ROOT
from deconflict.store.base import db, transaction
from deconflict.store.cases import Case
from deconflict.store.items import Item
from deconflict.store.queries import filing_of, version_of
from tests import (
    bench_ahead,
    bench_alerts,
    bench_coordinates,
    bench_effect,
    bench_files,
    bench_geodata,
    bench_outbox,
    bench_paint,
    bench_places,
    bench_queue,
    bench_ways,
)
from tests.demo_house import Client, Demo, Processes, play_demo, running
from tests.figures import Figure, figure, load, median_ms, quantile, resident_mb, save, show, timed

LONGEST_S = 715  # of the whole run
CLIENTS = 4
LOAD_S = 5.0
HEAVIEST_BYTES = 60_000


def _unbraked(folder: Path) -> Path:
    """The profile without the brake: sixty filings in a few minutes that all meet something look like a mistake in a rule."""
    missions = folder / "missions"
    shutil.copytree(DEFAULT_MISSIONS, missions)
    for sop in missions.glob("*/sop.toml"):
        text = sop.read_text(encoding="utf-8")
        sop.write_text(re.sub(r"(?m)^alerts_per_hour = \d+", "alerts_per_hour = 1000000", text), encoding="utf-8")
    return missions


def main() -> int:
    figures: list[Figure] = []
    began, busy = time.monotonic(), os.getloadavg()[0]
    with _bounded(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures += _engine(folder / "engine.json")
        _say("coordinates")
        figures += bench_coordinates.coordinates()
        _say("places")
        figures += bench_places.search()
        figures += bench_geodata.importing()
        _say("playing the demo")
        playing = time.monotonic()
        demo = play_demo(folder, _unbraked(folder))
        figures.append(figure("demo played", time.monotonic() - playing, "s", goal=60.0))
        with demo.app.app_context():
            _say("matching")
            figures += [*_matcher(demo), *_cycle(demo)]
            patrols = bench_alerts.patrols(demo)
            db.session.remove()
        with running(demo, folder) as processes:
            time.sleep(2 * EVERY_S)  # the scheduler works off what was filed just now
            _say("pages")
            people = {who: Client(demo.port).signs_in(demo.email(who), demo.password) for who in PEOPLE}
            people[""] = Client(demo.port)
            paths = _paths(demo, people)
            figures += [*_weights(people, paths), *_rates(people, paths)]
            _say("first paint at 50 kbit/s")
            figures += bench_paint.paint(demo, paths)
            _say(f"{bench_files.MOVEMENTS} movements in a file")
            figures += bench_files.files(demo, people["awa"])
            _say(f"{bench_alerts.FILINGS} filings among {bench_alerts.LIVE} live items")
            with demo.app.app_context():
                bench_alerts.live_items(demo)
                db.session.remove()
            figures += bench_ahead.pages(people["aminata"])
            figures += bench_alerts.filing_to_alert(demo, people["awa"], patrols)
            _say("ways out")
            figures += bench_ways.ways(demo, people["aminata"], bench_alerts.LIVE)
            _say("another SOP")
            figures += bench_effect.effect(demo)
            figures += _memory(processes)
        _say(f"{bench_outbox.DUE} alerts due at once")
        figures += bench_outbox.hand_over(folder)
        _say(f"{bench_queue.CASES} open cases")
        figures += bench_queue.queue(folder)
    machine = (
        f"Python {platform.python_version()}, {os.cpu_count()} cores with load {busy:.1f} before, clients on them too"
    )
    print(f"\nseed {bench_alerts.SEED}, {machine}, {time.monotonic() - began:.0f} s")
    show(figures)
    save(figures, ROOT / "var" / "bench.json")
    return 0


def _engine(target: Path) -> list[Figure]:
    """In a process of its own, so that its memory is its own."""
    subprocess.run([sys.executable, "-m", "tests.bench_engine", str(target)], check=True, stdout=subprocess.DEVNULL)
    return load(target)


# ---- in this process: matcher, cycle --------------------------------------------------------------------------------


def _matcher(demo: Demo) -> Iterable[Figure]:
    """Every humanitarian item against its neighbours, then the whole demo as the sweep does it."""
    mission, now = demo.player.mission, datetime.now(UTC)
    mine = select(Item).where(Item.state.in_(LIVE_ITEMS), Item.side == "humanitarian").order_by(Item.id)
    items = list(db.session.scalars(mine))
    spent, answers = timed(lambda: [judge_item(db.session(), mission, item, now) for item in items])
    pairs = sum(len(answer.judgements) for answer in answers)
    reading, _ = timed(lambda: [filing_of(version_of(db.session(), item)) for item in items])
    plain, _ = timed(lambda: [distance_m((14.5, -4.2), (14.1 + n / 1e4, -3.5)) for n in range(1000)])
    yield figure("matcher, a judged pair", spent / max(pairs, 1) * 1e3, "ms", plain)  # 1000 distances: s is ms
    _settle_all(mission, now)
    with transaction() as session:
        swept = mark_ahead(session, now)
    spent, _ = timed(lambda: _settle_all(mission, now))
    yield figure(f"sweep of the demo, {swept} items", spent, "s", reading)


def _settle_all(mission: Mission, now: datetime) -> None:
    """Until nothing has a mark: what is looked at again is settled a few items a turn."""
    while look_again(mission, now) + match_due(mission, now):
        pass


def _cycle(demo: Demo) -> Iterable[Figure]:
    """A turn at which nothing is due, beside the barest five transactions a turn could have."""
    cycle, now = demo.player.cycle, datetime.now(UTC)
    for _ in range(3):
        cycle.run(now)  # whatever was still due, and the slots of this second
    idle = median_ms(lambda: cycle.run(now))
    yield figure("cycle with nothing due", idle, "ms", median_ms(_bare_turn), goal=EVERY_S * 100.0)


def _bare_turn() -> None:
    for _ in range(5):
        db.session.execute(text("SELECT 1")).all()
        db.session.rollback()


# ---- pages ------------------------------------------------------------------------------------------------------------

PEOPLE = (
    "awa",
    "aminata",
    "kofi",
    "salif",
)  # an NGO's focal point, the officer on duty, a CIMIC desk, the administrator


def _paths(demo: Demo, people: Mapping[str, Client]) -> dict[str, tuple[str, str]]:
    """Who opens what, by the name of the kind of page."""
    with demo.app.app_context():
        open_case = select(Case.reference).where(Case.state.in_(OPEN_CASES), Case.area == "MOPTI").order_by(Case.id)
        case = db.session.scalars(open_case.where(Case.severity == "critical")).first()
        item = db.session.scalars(select(Item).where(Item.side == "humanitarian").order_by(Item.id)).first()
        assert item is not None
        notice = item.reference
        db.session.remove()
    return {
        "sign-in": ("", "/login"),
        "code page": ("", "/k"),
        "check-in page": ("", "/c"),
        "page without a network": ("", bench_paint.WITHOUT_NETWORK),
        "front page": ("awa", "/"),
        "own list": ("awa", "/notices"),
        "notice form": ("awa", "/notices/new"),
        "own notice": ("awa", _first_link(people["awa"], "/notices")),
        "own requests": ("awa", "/requests"),
        "own items": ("awa", "/ours"),
        "own items on a map": ("awa", "/ours/map"),
        "site form": ("awa", "/sites/new"),
        "plan form": ("kofi", "/plans/new/patrol"),
        "own plans": ("kofi", "/plans"),
        "queue": ("aminata", "/desk"),
        "case page": ("aminata", f"/desk/{case}"),
        "a day ahead": ("aminata", "/desk/ahead"),
        "case map": ("aminata", f"/desk/{case}/map"),
        "new filings": ("aminata", "/desk/items"),
        "item at the desk": ("aminata", f"/desk/items/{notice}"),
        "ended cases": ("aminata", "/desk/ended"),
        "duty roster": ("aminata", "/roster"),
        "people": ("salif", "/people"),
        "demo phones": ("", "/demo/phones"),
    }


def _first_link(client: Client, path: str) -> str:
    found = re.search(rb'href="(' + path.encode() + rb'/[0-9A-Z]{5})"', client.get(path).body)
    assert found is not None, path
    return found[1].decode()


def _weights(people: Mapping[str, Client], paths: Mapping[str, tuple[str, str]]) -> Iterator[Figure]:
    """Bytes of a page as it is sent, with all that a first visit fetches for it; the reference is the same, not compressed."""
    for name, (who, path) in paths.items():
        answer = people[who].get(path)
        if answer.status != 200:
            raise RuntimeError(f"{path} answers {answer.status} to {who}")
        fetched = re.findall(rb'<(?:link|script|img|input)[^>]* (?:href|src)="(/[^"]+)"', answer.body)
        every = [path, *(html.unescape(one.decode()) for one in dict.fromkeys(fetched))]
        plain, sent = (sum(len(people[who].get(one, takes).body) for one in every) for takes in ("", "gzip"))
        yield figure(f"weight of {name}", sent, "bytes", plain, goal=HEAVIEST_BYTES)


def _rates(people: Mapping[str, Client], paths: Mapping[str, tuple[str, str]]) -> Iterator[Figure]:
    """Requests per second and their 95th percentile from four clients on this machine, beside the page that does nothing."""
    bare, bare_p95 = _hammer(people[""], "/healthz")
    yield figure("healthz, requests", bare, "per s")
    yield figure("healthz, p95", bare_p95, "ms")
    for name in ("own list", "notice form", "queue", "case page"):
        who, path = paths[name]
        rate, p95 = _hammer(people[who], path)
        yield figure(f"{name}, requests", rate, "per s", bare)
        yield figure(f"{name}, p95", p95, "ms", bare_p95)


def _hammer(client: Client, path: str) -> tuple[float, float]:
    """(requests per second, 95th percentile in ms) of LOAD_S seconds."""

    def asks(end: float) -> list[float]:
        mine, spent = client.twin(), []
        while (before := time.perf_counter()) < end:
            if mine.get(path).status != 200:
                raise RuntimeError(f"{path} failed under load")
            spent.append(time.perf_counter() - before)
        mine.close()
        return spent

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        each = [s for one in pool.map(asks, [began + LOAD_S] * CLIENTS) for s in one]
    return len(each) / (time.perf_counter() - began), quantile(each, 0.95) * 1e3


# ---- memory, and the rest ------------------------------------------------------------------------------------------------


def _memory(processes: Processes) -> Iterator[Figure]:
    """Resident memory after all that, beside a bare interpreter's."""
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as bare:
        time.sleep(0.5)
        plain = resident_mb(bare.pid)
    yield figure("memory of the web server", resident_mb(processes.web.pid), "MB", plain)
    yield figure("memory of the scheduler", resident_mb(processes.scheduler.pid), "MB", plain)


@contextmanager
def _bounded() -> Iterator[None]:
    """Whatever hangs is given up, and the processes are stopped on the way out."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"not done in {LONGEST_S} s")

    signal.signal(signal.SIGALRM, over)
    signal.alarm(LONGEST_S)
    try:
        yield
    finally:
        signal.alarm(0)


def _say(what: str) -> None:
    print(f"- {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
