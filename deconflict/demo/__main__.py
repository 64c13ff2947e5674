"""`python -m deconflict.demo --port 8000`"""

from __future__ import annotations

import sys

try:
    from deconflict.demo.runner import main
except ModuleNotFoundError as error:
    if (error.name or "deconflict").startswith("deconflict"):
        raise
    print(f"The package {error.name} is missing. Run: make demo", file=sys.stderr)
    raise SystemExit(1) from None

raise SystemExit(main())
