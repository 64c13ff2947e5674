"""Every route, what its address names and who finds something behind it. A new route is put in here, with what is expected
of it: the tests fail on one they do not know."""

from __future__ import annotations

from deconflict.domain import roles

OFFICERS = ["cmcoord", "suboffice_head", "ocha_head"]
FILERS_HUM, FILERS_MIL = ["submitter", "focal_point"], ["cimic", "ops", "qip_manager"]

# GET routes: what the address names, and for whom there is something behind it. `page`: no name in it.
GETS = {
    "home.page": ("page", sorted(roles.ALL)),
    "notices.mine": ("page", FILERS_HUM),
    "notices.new": ("page", FILERS_HUM),
    "notices.show": ("notice", FILERS_HUM),
    "notices.filed": ("notice", FILERS_HUM),
    "notices.amend": ("notice", FILERS_HUM),
    "notices.cancel": ("notice", FILERS_HUM),
    "plans.mine": ("page", FILERS_MIL),
    "plans.new": ("page", FILERS_MIL),
    "plans.write": ("sheet", FILERS_MIL),
    "plans.show": ("plan", FILERS_MIL),
    "plans.filed": ("plan", FILERS_MIL),
    "plans.amend": ("plan", FILERS_MIL),
    "plans.cancel": ("plan", FILERS_MIL),
    "requests.mine": ("page", FILERS_HUM + FILERS_MIL),
    "requests.show": ("own case", FILERS_HUM + FILERS_MIL),
    "desk.queue": ("page", OFFICERS),
    "desk.ended": ("page", OFFICERS),
    "desk.calls": ("page", OFFICERS),
    "desk.wall": ("page", OFFICERS),
    "desk.held": ("page", OFFICERS),
    "desk.items": ("page", OFFICERS),
    "desk.duplicates": ("page", [*OFFICERS, "cluster"]),
    "desk.find": ("search", OFFICERS),
    "desk.case": ("desk case", OFFICERS),
    "desk.log": ("desk case", OFFICERS),
    "desk.delivery": ("desk case", OFFICERS),
    "desk.case_map": ("desk case", OFFICERS),
    "desk.ask_preview": ("desk case", OFFICERS),
    "desk.item": ("desk item", OFFICERS),
    "desk.case_hold": ("desk case", OFFICERS),
    "desk.item_hold": ("desk item", OFFICERS),
    "roster.index": ("page", OFFICERS),
    "roster.everywhere": ("page", OFFICERS),
    "drills.index": ("page", OFFICERS),
    "handing_over.index": ("page", OFFICERS),
    "absences.index": ("page", [*OFFICERS, "focal_point", "cimic"]),
    "telling.index": ("page", ["focal_point", "cimic"]),
    "numbers.index": ("page", [*OFFICERS, "focal_point"]),
    "relay.page": ("page", [*OFFICERS, "radio_operator"]),
    "texts.index": ("page", [*OFFICERS, "administrator"]),
    "people.index": ("page", ["administrator"]),
    "people.add_organisation": ("page", ["administrator"]),
    "people.organisation": ("organisation", ["administrator"]),
    "people.ours": ("page", ["focal_point", "cimic", *OFFICERS]),
    "people.invite": ("organisation", ["administrator"]),
    "people.person": ("person", ["administrator"]),
    "contacts.page": ("whose numbers", sorted(roles.ALL)),
    # Open to strangers: the key stands in the address, or there is nothing to read.
    "people.join": ("token", None),
    "acknowledge.page": ("page", None),
    "acknowledge.button": ("link", None),
    "hooks.recording": ("file", None),
    "health.healthz": ("page", None),
    "health.readyz": ("page", None),
    "metrics.metrics": ("token", None),
    # Flask-Security's own: about whoever asks, or switched off. What they show is checked like everything else.
    **dict.fromkeys(
        [
            *("security.login", "security.verify", "security.change_password", "security.two_factor_setup"),
            *("security.two_factor_token_validation", "security.two_factor_rescue", "security.tf_select"),
            *("security.mf_recovery", "security.mf_recovery_codes"),
        ],
        ("sign-in", None),
    ),
    "security.static": ("file", None),
    "static": ("file", None),
}
# POST routes that name something: as above. The others name nothing, or are about whoever asks.
POSTS = {
    "notices.amend": ("notice", FILERS_HUM),
    "notices.cancel": ("notice", FILERS_HUM),
    "plans.amend": ("plan", FILERS_MIL),
    "plans.cancel": ("plan", FILERS_MIL),
    "requests.answer": ("own case", FILERS_HUM + FILERS_MIL),
    "requests.acknowledge": ("own case", FILERS_HUM + FILERS_MIL),
    **dict.fromkeys(
        [
            f"desk.{act}"
            for act in ["agree", "ask", "called", "closing", "dismiss", "hand_back", "have", "relay", "release", "take"]
        ],
        ("desk case", OFFICERS),
    ),
    "desk.read": ("desk item", OFFICERS),
    "desk.change_case_hold": ("desk case", OFFICERS),
    "desk.change_item_hold": ("desk item", OFFICERS),
    "desk.give_back": ("desk item", OFFICERS),
    "roster.end": ("duty", OFFICERS),
    "handing_over.write": ("page", OFFICERS),
    "handing_over.read": ("note", OFFICERS),
    "absences.note": ("page", [*OFFICERS, "focal_point", "cimic"]),
    "telling.choose": ("page", ["focal_point", "cimic"]),
    "absences.end": ("absence", [*OFFICERS, "focal_point", "cimic"]),
    "people.contract": ("person", ["administrator"]),
    **dict.fromkeys(
        [f"contacts.{act}" for act in ("add_number", "add_mailbox", "put_first", "remove")],
        ("whose numbers", sorted(roles.ALL)),
    ),
    "numbers.try_number": ("contact", [*OFFICERS, "focal_point"]),
    "numbers.read_back": ("contact", [*OFFICERS, "focal_point"]),
    "drills.start": ("page", OFFICERS),
    "numbers.drill": ("person", [*OFFICERS, "focal_point"]),
    "numbers.confirm": ("doubt", OFFICERS),
    "people.invite": ("organisation", ["administrator"]),
    "people.reinvite": ("person", ["administrator"]),
    "people.clear_second_step": ("person", ["administrator"]),
    "people.deactivate": ("person", ["administrator"]),
    "notices.new": ("page", FILERS_HUM),
    "plans.write": ("sheet", FILERS_MIL),
    "roster.assign": ("page", OFFICERS),
    "desk.decide_held": ("page", OFFICERS),
    "relay.write": ("page", [*OFFICERS, "radio_operator"]),
    "people.add_organisation": ("page", ["administrator"]),
}
POSTS_ABOUT_ONESELF = {
    *("language.choose", "people.join", "acknowledge.send", "acknowledge.press"),
    *("hooks.status", "hooks.receipt", "hooks.reply", "hooks.key"),
    *("security.login", "security.logout", "security.verify", "security.change_password", "security.two_factor_setup"),
    *("security.two_factor_setup_validate", "security.two_factor_token_validation", "security.two_factor_rescue"),
    *("security.tf_select", "security.mf_recovery", "security.mf_recovery_codes"),
}
