"""What is compiled once for all apps of a process is the same as what each would have compiled."""

from __future__ import annotations

import pytest
from flask import Flask, render_template, url_for
from jinja2 import DictLoader
from werkzeug.routing import BaseConverter


class Loud(BaseConverter):
    def to_url(self, value: object) -> str:
        return str(value).upper()


@pytest.mark.parametrize(("source", "said"), [("one {{ 1 + 1 }}", "one 2"), ("two {{ 1 + 2 }}", "two 3")])
def test_a_template_of_another_source_under_the_same_name_is_another(source: str, said: str):
    for _ in range(2):
        app = Flask("once")
        app.jinja_loader = DictLoader({"page.html": source})  # type: ignore[assignment]
        with app.app_context():
            assert render_template("page.html") == said


@pytest.mark.parametrize(
    ("converters", "defaults", "address"),
    [
        ({}, None, "/a/x%20y/z?more=1"),
        ({"default": Loud}, None, "/a/X Y/Z?more=1"),
        ({}, {"other": "z"}, "/a/x%20y/z?more=1"),
        ({"default": Loud}, {"other": "z"}, "/a/X Y/Z?more=1"),
    ],
)
def test_an_address_goes_by_the_converters_and_defaults_of_its_own_app(
    converters: dict[str, type[BaseConverter]], defaults: dict[str, str] | None, address: str
):
    app = Flask("once")
    app.url_map.converters |= converters
    app.add_url_rule("/a/<one>/<other>", "a", lambda one, other: "", defaults=defaults)
    with app.test_request_context():
        assert url_for("a", one="x y", other="z", more=1) == address
