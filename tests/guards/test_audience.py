"""Every page says who it is for; the list of those that cannot say it themselves is exact."""

from __future__ import annotations

import pytest

from deconflict.domain import roles
from deconflict.web.audience import NAMED, Door, declared

# Whoever adds a page for everybody adds it here too, and says why.
PUBLIC_ENDPOINTS = {
    "static",  # style and icon
    "security.login",
    "security.two_factor_token_validation",  # between password and code
    "security.mf_recovery",
    "language.choose",
    "people.join",  # the link of an invitation is the key
    "procedures.feed",  # the word that the address ends with is the key
    "acknowledge.page",  # reference and code are the key (RUL-18)
    "acknowledge.send",
    "acknowledge.button",  # the link of an e-mail is the key
    "acknowledge.press",
    "check_in.page",  # as for messages
    "check_in.send",
    "hooks.status",  # signed by the provider
    "hooks.receipt",
    "hooks.reply",
    "hooks.key",
    "hooks.recording",  # the words of every call; the provider fetches them
    "offline.page",  # what a telephone keeps: nothing on them says what it is for
    "offline.lost",
    "offline.worker",
    "offline.manifest",
    "health.healthz",
    "health.readyz",
    "metrics.metrics",  # the bearer token of the settings is the key
}


@pytest.fixture
def endpoints(app):
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def test_every_endpoint_declares_its_audience(app, endpoints):
    bare = [endpoint for endpoint in sorted(endpoints) if declared(app, endpoint) is None]
    assert not bare, f"without an audience: {bare}"


def test_nothing_is_public_that_is_not_listed(app, endpoints):
    public = {endpoint for endpoint in endpoints if declared(app, endpoint) is Door.PUBLIC}
    assert public - PUBLIC_ENDPOINTS == set()
    assert PUBLIC_ENDPOINTS - public == set(), "listed, but absent or not public"


def test_the_named_list_names_only_what_exists_and_nothing_of_ours(app, endpoints):
    assert set(NAMED) <= endpoints
    ours = {e for e in NAMED if not app.view_functions[e].__module__.startswith(("flask", "functools"))}
    assert not ours, f"these can carry the mark themselves: {ours}"


def test_every_audience_is_a_door_or_roles_that_exist(app, endpoints):
    for endpoint in endpoints:
        door = declared(app, endpoint)
        assert isinstance(door, Door) or door <= roles.ALL, endpoint


def test_whoever_is_signed_out_gets_no_page_that_is_not_public(app, client):
    for rule in app.url_map.iter_rules():
        if declared(app, rule.endpoint) is Door.PUBLIC or "GET" not in rule.methods:
            continue
        path = rule.rule
        for name, converter in rule._converters.items():
            path = path.replace(f"<{name}>", "x").replace(f"<int:{name}>", "1").replace(f"<path:{name}>", "x")
            del converter
        answer = client.get(path)
        assert answer.status_code in (303, 404), rule.endpoint
        assert answer.status_code == 404 or answer.location.startswith("/login"), rule.endpoint


def test_an_administrator_s_audience_never_includes_content(app, endpoints):
    """People and their own sign-in: an administrator runs the house and reads nobody's notices, plans or cases."""
    opened = {e for e in endpoints if isinstance(door := declared(app, e), frozenset) and roles.ADMINISTRATOR in door}
    assert {e.partition(".")[0] for e in opened} <= {
        "people",
        "texts",
    }  # the words of templates, which are about nobody
