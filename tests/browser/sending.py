"""Forms sent as somebody tired sends them: as they stand, and with every field wrong. What answers is looked at as any page is, be it an
error summary, a confirmation or a next step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from visitor import Visitor

# The buttons in the middle of the page: where each goes, what it says there, and whether its form asks anything. Forms that are sent to
# nobody are a script's own, and those that are answered by a file leave the page as it is.
BUTTONS = "main form[method]:not([data-answer=file]) :is(button:not([aria-hidden=true]), input[type=image])"
READ = f"""() => [...document.querySelectorAll("{BUTTONS}")].map((button, at) => ({{
  at,
  to: new URL(button.form.getAttribute("action") || location.href, location.href).pathname,
  says: `${{button.name}}=${{button.type === "image" ? "" : button.value}}`,
  asks: [...button.form.elements].some((e) => !["hidden", "submit", "button", "image", "fieldset"].includes(e.type)),
}}))"""
SPOIL = f"""([at, wrong]) => {{
  const form = document.querySelectorAll("{BUTTONS}")[at].form;
  form.noValidate = true;
  for (const field of wrong ? form.elements : []) {{
    if (field.tagName === "SELECT") field.selectedIndex = field.options.length - 1;
    else if (["radio", "checkbox"].includes(field.type)) field.checked = true;
    else if (field.type === "date") field.value = "2019-01-31";
    else if (field.type === "time") field.value = "23:59";
    else if (!["hidden", "submit", "button", "image", "fieldset", "file"].includes(field.type)) field.value = "?";
  }}
}}"""
NAMES = re.compile(r"(?<=tf-setup/).*|\b[0-9a-f]{32}\b|\b(?=[0-9A-Z]*\d)[0-9A-Z]{5}\b|\d+")  # keys, references, numbers
LOOKS = re.compile(r"_look=(?!use|back).*")  # one way of looking round on a map does for all
HELPS = ("_do=keep", "_do=add", "_do=map", "_do=large", "_do=remove", "_look", "_at")  # what is typed is judged later


@dataclass
class Sender:
    """`pressed`: the kinds of buttons, each by what its form leads to and what it says. Of a kind, one is enough."""

    visitor: Visitor
    pressed: set[tuple[str, str, bool]] = field(default_factory=set)

    def sends_all(self, paths: Iterable[str]) -> None:
        """Every kind of button on these pages and on those that answer."""
        for path in paths:
            while True:
                self.visitor.opens(path, refused=True)
                if not self._presses():
                    break
        self.visitor.wrong = [each for each in self.visitor.wrong if not each.endswith("with the large map")]

    def _presses(self) -> bool:
        """What is new here, then what is new on the answer, until nothing is; whether anything was."""
        anything = False
        while (new := self._new()) is not None:
            anything = True
            self.visitor.page.evaluate(SPOIL, new)
            self.visitor.presses(self.visitor.page.locator(BUTTONS).nth(new[0]), refused=True)
        return anything

    def _new(self) -> tuple[int, bool] | None:
        for button in self.visitor.page.evaluate(READ):
            to, says = NAMES.sub("*", button["to"]), NAMES.sub("*", LOOKS.sub("_look=*", button["says"]))
            for wrong in (False, True) if button["asks"] and not says.startswith(HELPS) else (False,):
                if (to, says, wrong) not in self.pressed:
                    self.pressed.add((to, says, wrong))
                    return int(button["at"]), wrong
        return None
