"""Who may import whom, read from the tree. A way that is not listed here is a decision: write it down with its reason."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "deconflict"

# layer -> layers it may use. Data moves one way: web, jobs, cli -> services -> matching -> store -> domain.
ALLOWED: dict[str, set[str]] = {
    "domain": set(),
    "setting_forms": set(),
    "settings": {"setting_forms"},
    "log": set(),
    "translations": set(),
    "schemas": {"domain"},
    "files": {"domain"},
    # Official places into a pack; read by whoever runs the server, and by no page.
    "geodata": {"domain", "files", "mission"},
    "channels": {"domain"},
    "store": {"domain"},
    "mission": {"domain", "schemas"},
    "matching": {"domain", "store"},
    "services": {"domain", "store", "matching", "channels"},
    "jobs": {"domain", "store", "matching", "channels", "services"},
    "web": {"domain", "schemas", "files", "store", "services", "log"},
    "api": {"domain", "schemas", "store", "services", "log"},
    "extensions": {"domain", "store", "settings"},
    "cli": {"domain", "store", "services", "jobs", "mission", "settings", "demo", "overlaps", "geodata"},
    # The engine on files, without the application.
    "overlaps": {"domain", "schemas", "mission", "settings"},
    # An application for commands that need none: it names their modules and imports the one that was typed.
    "bare": set(),
    # Plays a scenario through the same doors as people do, and starts both processes.
    "demo": {"domain", "schemas", "store", "matching", "services", "channels", "jobs", "mission", "settings", "app"}
    | {"setting_forms"},
    # create_app wires everything.
    "app": {"settings", "mission", "extensions", "log", "store", "web", "cli", "demo", "channels", "services"},
}

# (module, layer): why.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("web.hooks", "channels"): "a provider's call is read by the provider's own module",
    ("web.hooks", "extensions"): "marks itself exempt from form tokens: its calls are signed",
    ("web.acknowledge", "extensions"): "marks itself exempt from form tokens: a code or a link is its own proof",
    ("web.check_in_code", "extensions"): "marks itself exempt from form tokens: a code is its own proof",
    ("web.demo", "settings"): "switches itself off outside the demo",
    ("web.demo", "channels"): "answers as a fake phone, through the same signed hook as a provider",
    ("cli_mission", "channels"): "says which recordings for calls are wrong or missing before anything starts",
    ("channels.gateway", "schemas"): "its description is outside data, read through a schema that names the wrong line",
    ("extensions", "web"): "Babel asks web.language which language a reader wants",
}

# package -> layers or modules that may import it. One third-party package, one home.
HOMES: dict[str, set[str]] = {
    "flask": {"app", "bare", "web", "api", "cli", "extensions", "log", "demo"}
    # has_request_context decides between reading and writing transactions; the others receive the app they run in.
    | {"store.base", "jobs.scheduler", "services.demo_inbox"},
    "flask_sqlalchemy": {"store.base"},
    "flask_migrate": {"extensions", "demo"},
    "flask_wtf": {"extensions", "web.errors"},
    "flask_babel": {"extensions", "web", "api", "schemas"},
    "flask_security": {"extensions", "web", "store.people", "demo"},
    "qrcode": {"extensions"},
    "flask_compress": {"extensions"},
    "whitenoise": {"extensions"},
    "brotli": {"extensions"},
    "werkzeug": {"web", "api"},
    "markupsafe": {"web"},
    "sqlalchemy": {"store", "matching", "services", "jobs", "cli", "demo", "web.health"},
    "cryptography": {"setting_forms", "store.base", "demo"}
    | {"services.sheet"}  # seals the hourly file with its passphrase
    | {"store.desk"},  # says which item cannot be opened, shows the rest
    "marshmallow": {"schemas", "mission", "web", "api", "demo"},
    "phonenumbers": {"schemas"},
    "apscheduler": {"jobs.scheduler"},
    "twilio": {"channels.twilio_api", "channels.twilio_voice"},
    "requests": {"channels.twilio_api", "channels.gateway", "channels.transport", "channels.watcher"},
    "urllib3": {"channels.transport"},
    "structlog": {"log", "matching", "services", "jobs", "web", "api", "store.desk"},
    "prometheus_client": {"web.metrics"},
    "click": {"cli", "demo", "overlaps"},
    "babel": {"translations"},
    "gsm0338": {"domain.sms"},
    "rapidfuzz": {"domain.places"},
    "pygeodesy": {"domain.coordinates"},
    "pyproj": {"domain.geodesy"},
    "numpy": {"domain"},
    "shapely": {"domain"},
    "openpyxl": {"files"},
    "tomlkit": {"schemas.sop_figures"},
    "shapefile": {"geodata"},
    "icalendar": {"files"},
}

# From marshmallow the web takes the error it shows, and no schema of its own.
ONLY_NAMES = {("web", "marshmallow"): {"ValidationError"}, ("web", "sqlalchemy"): {"SQLAlchemyError"}}


def modules() -> list[tuple[str, ast.Module]]:
    """(`web.people`, its tree) of every file; the package itself is `app`."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__") or "app"
        found.append((name, ast.parse(path.read_text(encoding="utf-8"))))
    return found


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(dotted module, name taken from it or "") wherever it stands: at the top, in a function, for types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the layer"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}" if node.module == "deconflict" else str(node.module)
                yield whole, alias.name


def layer(module: str) -> str:
    """Commands are one layer, in however many files."""
    first = module.partition(".")[0]
    return "cli" if first.startswith("cli_") else first


def breaches(module: str, tree: ast.AST) -> Iterator[str]:
    """What this module imports and may not."""
    for dotted, name in imported(tree):
        top, _, rest = dotted.partition(".")
        if top == "deconflict":
            other = (
                layer(rest) if (PACKAGE / layer(rest)).exists() or (PACKAGE / f"{layer(rest)}.py").exists() else "app"
            )
            mine = layer(module)
            if other != mine and other not in ALLOWED.get(mine, set()) and (module, other) not in EXCEPTIONS:
                yield f"{module} imports {dotted}: {mine} may not use {other}"
        elif top not in sys.stdlib_module_names:
            homes = HOMES.get(top)
            if homes is None:
                yield f"{module} imports {top}, which has no home yet"
            elif not homes & {module, layer(module)}:
                yield f"{module} imports {top}, whose home is {sorted(homes)}"
            elif name not in ONLY_NAMES.get((layer(module), top), {name}):
                yield f"{module} takes {name} from {top}"


def test_every_import_goes_the_way_of_the_house():
    found = [breach for module, tree in modules() for breach in breaches(module, tree)]
    assert not found, "\n".join(found)


def test_every_layer_has_its_rule():
    assert {layer(module) for module, _ in modules()} <= set(ALLOWED)


def test_pages_and_commands_never_write_by_themselves():
    for module, tree in modules():
        if layer(module) in ("web", "api", "cli"):
            names = {name for _, name in imported(tree)}
            assert "transaction" not in names, f"{module}: only services open a transaction"


def test_the_domain_looks_at_no_clock():
    for module, tree in modules():
        if layer(module) not in ("domain", "matching", "services", "store", "schemas", "channels"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                asked = f"{ast.unparse(node.func.value)}.{node.func.attr}"
                assert asked not in ("datetime.now", "datetime.utcnow", "date.today", "time.time"), (
                    f"{module}:{node.lineno}"
                )


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("domain.overlap", "import flask"),
        ("domain.overlap", "from deconflict.store.base import db"),
        ("domain.overlap", "def f():\n    import sqlalchemy"),
        ("store.items", "from deconflict.services import filing"),
        ("services.filing", "from deconflict.web.audience import audience"),
        ("schemas.notices", "from deconflict.store.items import Item"),
        ("channels.smtp", "from deconflict import store"),
        ("jobs.cycle", "import twilio.rest"),
        ("web.notices", "from sqlalchemy import select"),
        ("web.notices", "from marshmallow import Schema"),
        ("web.notices", "import deconflict.matching.matcher"),
        ("web.notices", "import a_package_nobody_chose"),
        ("matching.matcher", "from deconflict import create_app"),
    ],
)
def test_the_guard_finds_a_breach(module, line):
    assert list(breaches(module, ast.parse(line)))
