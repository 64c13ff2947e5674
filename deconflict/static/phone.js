// On every page of somebody signed in: lets the telephone answer where no network does, says that something on it is not sent yet, and
// takes it away with the sign-out.
(() => {
  "use strict";
  const { worker, sure } = document.currentScript.dataset;
  navigator.serviceWorker?.register(worker, { scope: "/", updateViaCache: "none" }).catch(() => {});
  if (!vault.able) return;
  const say = (count) => (document.getElementById("not-sent").hidden = !count);
  vault.purge().then(vault.unsent).then(say).catch(() => {});

  const out = document.querySelector("form[data-leaves]");
  out.addEventListener("submit", async (event) => {
    event.preventDefault();
    const count = await vault.unsent().catch(() => 0);
    if (count && !confirm(sure)) return;
    await vault.wipe().catch(() => {});
    out.submit(); // the answer tells the browser to wipe, too
  });
})();
