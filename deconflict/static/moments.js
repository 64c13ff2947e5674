// A moment chosen on the map of a case is shown without pressing the button. Where it does not run, the button does the same.
(() => {
  "use strict";
  const form = document.querySelector("form[data-moments]");
  const shown = document.getElementById("shown");
  if (!form || !shown) return;
  const slider = form.elements.n;
  let latest = 0;
  form.querySelector(".actions").remove();
  slider.addEventListener("change", async () => {
    const mine = ++latest;
    try {
      const answer = await fetch(form.action + "?" + new URLSearchParams(new FormData(form)));
      if (!answer.ok || answer.redirected) throw new Error();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== latest) return;
      shown.replaceChildren(...page.getElementById("shown").childNodes);
      slider.setAttribute("aria-valuetext", page.getElementById("moment").getAttribute("aria-valuetext"));
    } catch {
      if (mine === latest) form.submit();
    }
  });
})();
