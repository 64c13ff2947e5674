"""`python weigh.py tables|routes FILE`: reads the file and prints, as JSON, what was said and what it cost. In a process of its own, so
that the most memory that it ever had is that of one file."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from deconflict.files.limits import BadFile
from deconflict.files.routes import read_routes
from deconflict.files.tables import read_tables


def main(kind: str, path: str) -> None:
    raw = Path(path).read_bytes()
    before, began = peak_mb(), time.monotonic()
    try:
        found = (read_tables if kind == "tables" else read_routes)(raw)
        said = f"{len(found)} read"
    except BadFile as error:
        said = error.sentence % error.facts
    print(json.dumps({"said": said, "seconds": time.monotonic() - began, "mb": peak_mb() - before}))


def peak_mb() -> float:
    """The kernel's own mark of this program; that of getrusage still holds what its parent needed before it began."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1_000


if __name__ == "__main__":
    main(*sys.argv[1:])
