"""Who may see which page: declared on the view, checked here before it runs, refused when nothing is declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_security import current_user
from werkzeug.wrappers import Response as AnyResponse

from deconflict.domain import roles
from deconflict.domain.audience import Audience
from deconflict.log import log

View = TypeVar("View", bound=Callable[..., Any])


class Door(Enum):
    """Audiences that are not roles."""

    PUBLIC = "anybody, signed in or not"
    EVERYONE = "whoever is signed in"
    NOBODY = "switched off: the answer is 404"


PUBLIC, EVERYONE, NOBODY = Door.PUBLIC, Door.EVERYONE, Door.NOBODY
Declared = Door | frozenset[str]

# Endpoints that are not ours, so that they cannot carry the mark.
NAMED: dict[str, Declared] = {
    "static": PUBLIC,
    "security.static": NOBODY,
    "security.login": PUBLIC,
    "security.logout": EVERYONE,
    "security.verify": EVERYONE,
    "security.change_password": EVERYONE,
    "security.two_factor_setup": EVERYONE,
    "security.two_factor_setup_validate": EVERYONE,
    "security.two_factor_token_validation": PUBLIC,  # between password and code nobody is signed in yet
    "security.two_factor_rescue": NOBODY,  # writes to an administrator by mail; recovery codes are the way
    "security.tf_select": NOBODY,  # there is one kind of second step
    "security.mf_recovery_codes": EVERYONE,
    "security.mf_recovery": PUBLIC,
}

# What somebody without a second factor may still do while one is asked of him.
WITHOUT_SECOND_FACTOR = frozenset(
    {
        "security.logout",
        "security.verify",
        "security.two_factor_setup",
        "security.two_factor_setup_validate",
    }
)


# Whoever keeps the people of his organisation could add and retire some in another's name: a password alone does not open these.
KEEPING_PEOPLE = "own_people"


class SignedOut(Exception):
    """The page asks for sign-in and nobody is signed in: what was typed may be worth keeping."""


class Undeclared(Exception):
    """A page without an audience is a mistake of ours, and stays shut."""


def audience(*who: str | Door) -> Callable[[View], View]:
    """Marks a view: role codes, or one Door. Raises ValueError for a role nobody can have."""
    door = _declaration(who)

    def mark(view: View) -> View:
        view.audience = door  # type: ignore[attr-defined]
        return view

    return mark


def _declaration(who: tuple[str | Door, ...]) -> Declared:
    if len(who) == 1 and isinstance(who[0], Door):
        return who[0]
    codes = frozenset(str(code) for code in who)
    if not codes or codes - roles.ALL:
        raise ValueError(f"not an audience: {who}")
    return codes


def declared(app: Flask, endpoint: str) -> Declared | None:
    """What the endpoint's view says of itself, or the list above."""
    return NAMED.get(endpoint) or getattr(app.view_functions[endpoint], "audience", None)


def may_open(app: Flask, endpoint: str, who: Audience) -> bool:
    """Whether a link to it would work: for navigation. Endpoints that do not exist cannot be opened."""
    if endpoint not in app.view_functions:
        return False
    door = declared(app, endpoint)
    return door in (PUBLIC, EVERYONE) or (isinstance(door, frozenset) and who.may(*door))


def current_audience() -> Audience:
    """Whoever is signed in, or he acts for, as every disclosure decision needs it. Only for pages that ask for sign-in."""
    who: Audience | None = g.get("acting") or current_audience_or_none()
    if who is None:
        raise Undeclared("this page is public: nobody may be signed in")
    return who


@contextmanager
def acting(who: Audience) -> Iterator[None]:
    """While a view of ours runs, what it reads and writes is `who`'s: of somebody at OCHA who enters a notice for its owner. Guards,
    menus and whatever asks who is signed in see the person himself."""
    g.acting = who
    try:
        yield
    finally:
        g.pop("acting", None)


def current_audience_or_none() -> Audience | None:
    """As above; None when nobody is signed in."""
    if "audience" not in g:
        g.audience = _audience_of(current_user) if current_user.is_authenticated else None
    return g.audience


def _audience_of(account: Any) -> Audience:
    person = account.person
    return Audience(
        person_id=person.id,
        organisation_id=person.organisation_id,
        side=person.organisation.side,
        roles=frozenset(role.name for role in account.roles),
        scope=person.scope,
        language=person.language,
    )


def init_app(app: Flask) -> None:
    app.before_request(_guard)
    app.before_request(_ask_second_factor)
    app.after_request(_keep_idle)
    app.jinja_env.globals.update(endpoints=lambda: app.view_functions, second_factor_required=second_factor_required)


BY_ITSELF = "X-By-Itself"


def _asks_by_itself() -> bool:
    """A page that stays open asks whether it is still as things stand: nobody pressed anything, so the idle time runs on. Whoever
    says so of a request of his own only shortens his own session."""
    return BY_ITSELF in request.headers


def _keep_idle(response: Response) -> Response:
    """Nothing of the session is written back then: its age is that of the last press."""
    if _asks_by_itself():
        session.modified = False
    return response


def _guard() -> None:
    if session and not _asks_by_itself():  # providers and health checks get no cookie
        session.permanent = True  # every answer starts the idle time again
    if request.endpoint is None:
        return
    door = declared(current_app, request.endpoint)
    if door is PUBLIC:
        return
    if door is None:
        log.error("page without an audience", endpoint=request.endpoint)
        if current_app.testing or current_app.debug:
            raise Undeclared(request.endpoint)
    if door is None or door is NOBODY:
        abort(404)
    who = current_audience_or_none()
    if who is None:
        raise SignedOut
    if isinstance(door, frozenset) and not who.may(*door):
        abort(404)  # as if it did not exist: a 403 would say that it does


def second_factor_required() -> bool:
    """Whoever sees both sides, files for the mission or invites people needs more than a password (domain.roles)."""
    who = current_audience_or_none()
    return bool(current_app.config["SECOND_FACTOR_REQUIRED"] and who and who.may(*roles.SECOND_FACTOR))


def _ask_second_factor() -> AnyResponse | None:
    endpoint = request.endpoint
    if endpoint is None or endpoint in WITHOUT_SECOND_FACTOR or declared(current_app, endpoint) is PUBLIC:
        return None
    keeping = request.blueprint == KEEPING_PEOPLE and bool(current_app.config["SECOND_FACTOR_REQUIRED"])
    if not (second_factor_required() or keeping) or current_user.tf_primary_method:
        return None
    return redirect(url_for("security.two_factor_setup"), 303)
