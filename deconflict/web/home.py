"""The front page: what this person does here. Also what navigation offers, and the banner of an unendorsed SOP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, current_app, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user

from deconflict.domain.audience import Audience
from deconflict.domain.country import Mission
from deconflict.services.sop_in_force import waits_for
from deconflict.services.sop_versions import WRITERS
from deconflict.web import Banner, kept_forms
from deconflict.web.audience import EVERYONE, audience, current_audience, may_open
from deconflict.web.own_close_outs import waiting

bp = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page people go to. Its audience is the view's own."""

    endpoint: str
    label: object
    help: object
    menu: bool = True

    @property
    def url(self) -> str:
        return url_for(self.endpoint)


ENTRIES = (
    Entry("desk.queue", _l("Cases"), _l("What needs your decision, the most urgent first.")),
    Entry("desk.items", _l("New notices and plans"), _l("What was filed and nobody at the desk has read yet.")),
    Entry(
        "ahead.day",
        _l("Everything ahead"),
        _l("What both sides have filed: a map by half-day, and a week of half-days place by place."),
        menu=False,
    ),
    Entry("desk.sites", _l("Sites"), _l("Static sites to verify, due, out of date or in doubt.")),
    Entry("desk.duplicates", _l("Same aid, same place"), _l("Where two organisations may bring the same aid.")),
    Entry(
        "desk.close_outs",
        _l("Plans that are over"),
        _l("What the mission answered of aid, and what it has not answered."),
        menu=False,
    ),
    Entry(
        "areas.mine",
        _l("Areas that OCHA entered"),
        _l("Areas to avoid, of forces that file nothing here. Nobody but OCHA reads them."),
        menu=False,
    ),
    Entry(
        "procedures.index",
        _l("Who must act by when"),
        _l("QIPs, reports, requests and hazards: what waits, for whom, until when."),
        menu=False,
    ),
    Entry(
        "consultations.index",
        _l("Consultations on QIPs"),
        _l("Projects of the mission on which you are asked, and until when."),
        menu=False,
    ),
    Entry(
        "sittings.index",
        _l("Sittings of review committees"),
        _l("When committees sit on QIPs, what is on their agenda, what they decided."),
        menu=False,
    ),
    Entry(
        "hc_month.page",
        _l("Month of the Humanitarian Coordinator"),
        _l("Overrides of QIP consultations, and how committees keep to them."),
        menu=False,
    ),
    Entry(
        "asset_requests.index",
        _l("Escorts and military assets"),
        _l("What was asked for as a last resort, what else could be done, and what was decided."),
        menu=False,
    ),
    Entry(
        "access_incidents.index",
        _l("Access incidents"),
        _l("What hindered movements, by codes, and how often."),
        menu=False,
    ),
    Entry(
        "aid_reports.index",
        _l("Aid outside QIPs"),
        _l("What the mission gave that no QIP and no plan spoke of: reported, looked into, raised."),
        menu=False,
    ),
    Entry(
        "aid_reports.pack",
        _l("Aid outside QIPs by quarter"),
        _l("What was verified, by region and kind, and whether the mission answered."),
        menu=False,
    ),
    Entry(
        "hazards.index",
        _l("Hazards"),
        _l("Roads closed, explosive devices, fords out of use: enter one, read what is shown."),
        menu=False,
    ),
    Entry(
        "qips.index",
        _l("Quick Impact Projects"),
        _l("The mission's own projects: where each stands, and what is asked of you."),
        menu=False,
    ),
    Entry(
        "meetings.index",
        _l("Dialogue log"),
        _l("Meetings with forces, sessions in communities, training of contingents: what is due, what was held."),
        menu=False,
    ),
    Entry("roster.index", _l("Duty roster"), _l("Who is on duty for which area, now and next.")),
    Entry(
        "sop.rules",
        _l("Rules and clocks"),
        _l("What counts as an overlap, how much it matters, who is told by when."),
        menu=False,
    ),
    Entry("drills.index", _l("Drill"), _l("Try every number at once, and see which codes come back."), menu=False),
    Entry("requests.mine", _l("Requests to us"), _l("What OCHA asks your side to change, and what you answered.")),
    Entry(
        "ours.page",
        _l("What we filed"),
        _l("What waits for your answer, then everything of yours that is ahead: as a list, a map and a calendar."),
        menu=False,
    ),
    Entry("notices.mine", _l("Our notices"), _l("The movements your organisation has notified, and their state.")),
    Entry(
        "notices.new", _l("Notify a movement"), _l("Tell OCHA where a team goes and when. Takes about five minutes.")
    ),
    Entry(
        "uploads.mine",
        _l("Lists in files"),
        _l("Send what you keep in Excel, a list from Kobo or a route of a GPS."),
        menu=False,
    ),
    Entry("sites.mine", _l("Our sites"), _l("Where your organisation stands, and when each was last verified.")),
    Entry(
        "plans.mine",
        _l("Our plans"),
        _l("The patrols and events of your sector, their state, and what waits to be closed."),
    ),
    Entry(
        "plans.new",
        _l("New plan"),
        _l("A patrol, a convoy, a base, an activity for people, an area to avoid or a visible event."),
    ),
    Entry("people.index", _l("People"), _l("Organisations, who is in them, and invitations.")),
    Entry("people.ours", _l("Our colleagues"), _l("Who is in your organisation, and who added whom."), menu=False),
    Entry("absences.index", _l("Absences"), _l("Who of your own is away, so that alerts pass over them."), menu=False),
    Entry(
        "telling.index",
        _l("How we are told"),
        _l("Who passes messages to your teams, and what e-mails say."),
        menu=False,
    ),
    Entry(
        "directory.index", _l("Directory"), _l("Who could not be reached, organisation by organisation."), menu=False
    ),
    Entry("numbers.index", _l("Numbers"), _l("Numbers and mailboxes that are to be checked, and why."), menu=False),
    Entry(
        "acknowledge.page", _l("Acknowledge by code"), _l("Give the reference and the code you received."), menu=False
    ),
    Entry("texts.index", _l("Texts"), _l("Every text that may leave, as its reader gets it."), menu=False),
    Entry(
        "relay.page",
        _l("Write down an answer"),
        _l("What a team answered by radio or telephone, with its reference and code."),
        menu=False,
    ),
    Entry(
        "relay.check_in",
        _l("Write down a check-in you heard"),
        _l("That a team left, arrived or is late, with the reference and code of its notice."),
        menu=False,
    ),
    Entry(
        "on_behalf.mine",
        _l("Enter for an organisation"),
        _l("A movement that its owner calls in by telephone or radio, changes or cancels."),
        menu=False,
    ),
    Entry("demo.phones", _l("Demo phones"), _l("What the fake phones and mailboxes of this demo received.")),
)


def entries(who: Audience) -> list[Entry]:
    """What exists and is open to `who`, in the order of work."""
    return [entry for entry in ENTRIES if may_open(current_app, entry.endpoint, who)]


def sop_banner(who: Audience | None) -> Iterator[Banner]:
    """Officers judge by these rules: they must know that nobody has endorsed them yet, and which of them wait."""
    mission: Mission | None = current_app.extensions["mission"]
    if who is None or not who.is_officer or not isinstance(mission, Mission):
        return
    if mission.unfit:
        older = _(
            "SOP version %(version)s does not fit the files of this mission's profile, so older rules are in use. Tell whoever runs"
            " the system.",
            version=mission.unfit,
        )
        yield Banner("warning", older)
    if not mission.endorsed:
        yield Banner("notice", _("The rules in use are proposed defaults. No country team has endorsed them."))
    if who.may(*WRITERS) and waits_for(mission, who.person_id):
        yield Banner("notice", _("A version of the SOP waits for a second signature: see Rules and clocks, Versions."))


@bp.get("/")
@audience(EVERYONE)
def page() -> str:
    return render_template(
        "home/page.html",
        person=current_user.person,
        entries=entries(current_audience()),
        to_close=waiting(),
        kept=kept_forms.waiting(),
    )
