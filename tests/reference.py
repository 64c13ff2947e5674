"""Official data of Mali, as developers and the project's checks have them beside the project."""

from __future__ import annotations

import os
from pathlib import Path

from deconflict.settings import ROOT

REFERENCE = Path(os.environ.get("REFERENCE_DATA", ROOT / "../shared/data")) / "mali"
