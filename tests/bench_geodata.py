"""What it costs to put a country's official places in force, beside a plain reading of the same files. Alone:
`python -m tests.bench_geodata`."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from deconflict.settings import DEFAULT_MISSION, DEFAULT_MISSIONS, ROOT
from tests.figures import Figure, figure, show, timed
from tests.reference import REFERENCE

FILES = {
    "codes": "cod2021_pcodes.csv",
    "settlements": "places.csv",
    "outlines": "adm3_lookup.geojson",
    "roads": "roads.geojson",
}
GOAL_S = 10.0
MEASURED = """
import resource, sys
from flask import Flask
from deconflict.cli_mission import mission
app = Flask("bare")
app.cli.add_command(mission)
done = app.test_cli_runner().invoke(args=["mission", "import", *sys.argv[1:]])
print(done.output, file=sys.stderr)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
sys.exit(done.exit_code)
"""


def importing() -> Iterator[Figure]:
    """Nothing where the official files are not at hand."""
    if not REFERENCE.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        profile = Path(folder) / "profile"
        shutil.copytree(DEFAULT_MISSIONS / DEFAULT_MISSION, profile, ignore=shutil.ignore_patterns("places"))
        words = [word for kind, name in FILES.items() for word in (f"--{kind}", str(REFERENCE / name))]
        command = [sys.executable, "-c", MEASURED, str(profile), *words, "--edition", "COD 2021-12-20", "--yes"]
        spent, done = timed(lambda: subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True))
        plain, _ = timed(_plainly)
    yield figure("official places of a country put in force", spent, "s", plain, goal=GOAL_S)
    yield figure("the same, memory at its peak", float(done.stdout), "MB")


def _plainly() -> None:
    for name in FILES.values():
        with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
            list(csv.DictReader(file)) if name.endswith(".csv") else json.load(file)


if __name__ == "__main__":
    show(list(importing()))
