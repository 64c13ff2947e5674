"""`python -m deconflict.overlaps FILE... --within-km 5 --within-h 6`"""

from __future__ import annotations

import sys

try:
    from deconflict.overlaps.command import overlaps
except ModuleNotFoundError as error:
    if (error.name or "deconflict").startswith("deconflict"):
        raise
    print(f"The package {error.name} is missing. Install requirements.txt.", file=sys.stderr)
    raise SystemExit(1) from None

overlaps(prog_name="python -m deconflict.overlaps")
