"""How whatever was answered on the walk says it: no place in a title or an address, nothing from outside, light, kept by nobody."""

from __future__ import annotations

import json
import re

import pytest
from crawl import Answer, Crawl, near

# One walk for all of them: the group keeps them on one worker.
pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("crawl")]

PAGE_BYTES = 20_000  # as it leaves, of the 60 kB that the whole first visit may take
PLACES = ("Gossi", "Bankass", "Koro", "Gao", "Douentza", "Ansongo", "Kidal", "Bandiagara")
XMLNS = "http://www.w3.org/2000/svg"
LASTING = {"offline.manifest"}  # the same for everybody, of a page that says nothing
FOR_SCRIPTS = {"offline.sheet": {"html", "kept_s", "whose", "at", "format"}, "offline.session": {"token", "whose"}}
OURS = "http://127.0.0.1:8000/"


def pages(crawl: Crawl) -> list[Answer]:
    shown = [answer for answer in crawl.gets + crawl.posts if "attachment" not in answer.header("Content-Disposition")]
    return list({answer.body: answer for answer in shown if answer.type == "text/html"}.values())


def whereabouts(crawl: Crawl) -> list[str]:
    secret = (
        "place as typed",
        "coordinates",
        "square",
        "hour",
        "date-time group",
        "title",
        "overnight",
        "organisation",
    )
    return [*PLACES, *(plant.value for plant in crawl.plants if plant.what in secret)]


def test_no_address_no_title_and_no_redirect_says_where_or_who(crawl):
    never = whereabouts(crawl)
    for answer in crawl.gets + crawl.posts:
        for place in never:
            assert place not in answer.header("Location"), near(answer)
    for answer in pages(crawl):
        title = re.search(r"<title>(.*?)</title>", answer.body, re.DOTALL)
        linked = re.findall(r'(?:href|src|action|formaction)="([^"]*)"', answer.body)
        assert title, near(answer)
        for place in never:
            assert place not in title[1], near(answer)
            assert not any(place in address for address in linked), near(answer)


def test_titles_name_no_reference_either(crawl):
    for answer in pages(crawl):
        title = re.search(r"<title>(.*?)</title>", answer.body, re.DOTALL)
        assert not any(reference in title[1] for reference in crawl.keys["reference"]), near(answer)


def test_no_page_names_an_address_outside(crawl):
    for answer in pages(crawl):
        found = [u for u in re.findall(r"(?:https?:)?//[\w.-]+[^\s\"'<>]*", answer.body) if not u.startswith(OURS)]
        assert [u for u in found if not u.startswith(XMLNS)] == [], near(answer)
        loaded = re.findall(
            r'<(?:img|script|link|iframe|object|embed|source|use)\b[^>]*(?:src|href|data)="([^"]*)"', answer.body
        )
        assert all(address.startswith(("/", "data:image/", "#")) for address in loaded), near(answer)


def test_no_page_holds_a_script_or_a_style_of_its_own(crawl):
    for answer in pages(crawl):
        scripts = re.findall(r"<script\b[^>]*>", answer.body)
        assert all(" src=" in tag for tag in scripts), near(answer)
        assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"|javascript:", answer.body), near(answer)


def test_pages_are_light_and_kept_by_nobody(crawl):
    for answer in crawl.gets + crawl.posts:
        assert answer.bytes < PAGE_BYTES, f"{near(answer)}: {answer.bytes} bytes"
        kept = "max-age=86400" if answer.endpoint in LASTING else "no-store"
        assert answer.header("Cache-Control") == kept, near(answer)
        assert answer.header("Referrer-Policy") == "no-referrer", near(answer)
        assert "default-src 'none'" in answer.header("Content-Security-Policy"), near(answer)


def test_what_machines_read_says_how_the_system_is_and_no_more(crawl):
    for answer in crawl.gets:
        if answer.type == "application/json":
            assert json.loads(answer.body).keys() == FOR_SCRIPTS.get(answer.endpoint, {"status"}), near(answer)
