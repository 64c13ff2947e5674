"""What gunicorn and the flask command load."""

from __future__ import annotations

import sys

from deconflict import create_app
from deconflict.bare import bare_app
from deconflict.mission import MissionError
from deconflict.settings import SettingsError

try:
    app = create_app()
except (SettingsError, MissionError) as error:
    bare = bare_app(sys.argv)
    if bare is None:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    app = bare
