// On every page of somebody signed in: lets the telephone answer where no network does, says that something on it is not sent yet, and
// takes it away with the sign-out. What that needs, and what helps with a form, is fetched once the page is there: it takes nothing of
// the line before.
(() => {
  "use strict";
  const { worker, sure, vault: source } = document.currentScript.dataset;
  const fetched = (src, data) =>
    new Promise((done) => {
      const script = document.createElement("script");
      Object.assign(script.dataset, data);
      script.src = src;
      script.onload = script.onerror = done;
      document.head.append(script);
    });
  const loaded = new Promise((done) => (document.readyState === "complete" ? done() : addEventListener("load", done)));
  const there = loaded.then(() => {
    const helps = [...document.querySelectorAll("form[data-helps]")].flatMap(({ dataset: { helps, ...data } }) =>
      helps.split(" ").map((src) => fetched(src, data)));
    navigator.serviceWorker?.register(worker, { scope: "/", updateViaCache: "none" }).catch(() => {});
    return Promise.all([fetched(source), ...helps]);
  });
  there.then(() => (document.documentElement.dataset.there = "all"));
  const able = () => there.then(() => globalThis.vault?.able);
  const say = (count) => (document.getElementById("not-sent").hidden = !count);
  able().then((can) => can && vault.purge().then(vault.unsent).then(say)).catch(() => {});

  const out = document.querySelector("form[data-leaves]");
  out.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await able()) {
      const count = await vault.unsent().catch(() => 0);
      if (count && !confirm(sure)) return;
      await vault.wipe().catch(() => {});
    }
    out.submit(); // the answer tells the browser to wipe, too
  });
})();
