"""Commands that need a mission profile at most, where there is no database, no key and no mail.

Flask finds commands by importing wsgi.py, which builds the whole application and rightly refuses to start without its
settings. An officer who changes a distance on a laptop has none of them. So when the start fails, wsgi.py asks here
whether the command that was typed needs the application at all. A web server never gets this one: it has no pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from flask import Flask

COMMANDS = {  # the name of a command, and the module that has it under this name
    "mission": "deconflict.cli_mission",
    "handover": "deconflict.cli_handover",
    "overlaps": "deconflict.overlaps.command",
    "texts": "deconflict.cli_texts",
}


def bare_app(arguments: Sequence[str]) -> Flask | None:
    """An application that knows the command typed and nothing else; None when that one needs more, or no command of flask was
    typed. `arguments` are those of the process, its own name first."""
    program, *words = arguments
    typed = next((word for word in words if word in COMMANDS), None)
    if typed is None or Path(program).stem not in ("flask", "__main__"):
        return None
    app = Flask("deconflict")
    app.cli.add_command(getattr(import_module(COMMANDS[typed]), typed))
    return app
