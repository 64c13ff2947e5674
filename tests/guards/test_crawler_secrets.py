"""What each account reads on its walk is held against the matrix and the rulings: no more, and no less."""

from __future__ import annotations

import pytest
from crawl import SEARCHES, STRANGER, Answer, Crawl, near
from doors import GETS
from planted import PEOPLE

# One walk for all of them: the group keeps them on one worker.
pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("crawl")]


def leaks(crawl: Crawl, account: str) -> list[str]:
    hidden = [plant for plant in crawl.plants if not crawl.may_see(crawl.accounts.get(account), plant)]
    by_text: dict[str, Answer] = {}
    for answer in crawl.answers(account):
        # A link's own page holds the link, a stranger's way to the sign-in the address he came from, a field that finds what was typed.
        echoes = account == STRANGER or GETS[answer.endpoint][0] == "link" or answer.endpoint in SEARCHES
        echoed = answer.key if echoes and answer.key else ""
        text = answer.whole.replace(echoed, "") if echoed else answer.whole
        by_text.setdefault(text, answer)
    return [
        f"{near(answer)}: {plant.what} of {plant.about} ({plant.value})"
        for text, answer in by_text.items()
        for plant in hidden
        if plant.value in text
    ]


@pytest.mark.parametrize(
    "account", [*PEOPLE, STRANGER], ids=lambda name: f"{name} {PEOPLE[name][2] if name in PEOPLE else ''}"
)
def test_nobody_reads_anywhere_what_the_matrix_does_not_open(crawl, account):
    assert leaks(crawl, account) == []


@pytest.mark.parametrize("account", PEOPLE, ids=lambda name: f"{name} {PEOPLE[name][2]}")
def test_everybody_reads_somewhere_what_the_matrix_opens(crawl, account):
    who = crawl.accounts[account]
    everything = "\n".join({answer.whole for answer in crawl.answers(account) if answer.status == 200})
    unseen = [
        f"{plant.what} of {plant.about} ({plant.value})"
        for plant in crawl.plants
        if plant.must and crawl.may_see(who, plant) and plant.value not in everything
    ]
    assert unseen == []


def test_administrators_and_auditors_read_no_content_at_all(crawl):
    content = [plant for plant in crawl.plants if plant.element not in ("organisation", "person")]
    for account in ("Admina-zq", "Audita-zq", "Radia-zq", "Hcea-zq", "Clara-zq", "Ngofa-zq", "Chaira-zq", "Prisca-zq"):
        own = crawl.accounts[account]
        text = "\n".join({answer.whole for answer in crawl.answers(account)})
        links = [key for answer in crawl.answers(account) if GETS[answer.endpoint][0] == "link" for key in [answer.key]]
        found = [p for p in content if p.value in text and p.value not in links and not crawl.may_see(own, p)]
        assert found == []


def test_the_two_sides_of_a_case_never_hold_the_same_code_nor_the_desk_s(crawl):
    codes = [code for case in crawl.world.cases.values() for code in case.values()]
    codes += [facts.reference for facts in crawl.facts.values()]
    assert len(codes) == len(set(codes))
