// On the queue and on the page of a case: asks every 20 seconds whether the page is still as things stand. A list is then loaded anew
// around what somebody holds (focus, place on the screen); a case is never replaced under a form, it says that it has changed. What is
// older than a minute says so. Keys and the sound are each switched on this device alone. Nothing here keeps a session from ending.
(() => {
  "use strict";
  const EVERY_MS = 20_000, STALE_MS = 60_000, PATIENCE_MS = 15_000;
  const by = (id) => document.getElementById(id);
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const live = by("live"), list = live.hasAttribute("data-list");
  const quietly = { redirect: "manual", cache: "no-store" };
  let tag = live.dataset.tag, good = Date.now(), over = false;

  const kept = {
    get: (name) => { try { return localStorage.getItem(name); } catch { return null; } },
    set: (name, value) => { try { localStorage.setItem(name, value); } catch { /* this page alone, then */ } },
  };
  const switched = (id, usual) => {
    const button = by(id);
    if (!button) return () => (kept.get(id) ?? usual) === "true";
    const show = (on) => button.setAttribute("aria-pressed", on);
    show((kept.get(id) ?? usual) === "true");
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      kept.set(id, String(on));
      show(on);
      button.dispatchEvent(new Event("switched"));
    });
    return () => button.getAttribute("aria-pressed") === "true";
  };

  // ---- the sound
  const loud = switched("desk-sound", "false");
  let air;
  const breathe = () => loud() && (air ??= new AudioContext()).resume();
  const tone = () => {
    if (!loud() || air?.state !== "running") return;
    const note = air.createOscillator(), volume = air.createGain();
    volume.gain.setValueAtTime(0.15, air.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, air.currentTime + 0.5);
    note.frequency.value = 660;
    note.connect(volume).connect(air.destination);
    note.start();
    note.stop(air.currentTime + 0.5);
  };
  by("desk-sound")?.addEventListener("switched", () => Promise.resolve(breathe()).then(tone));
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, breathe, { passive: true }); // browsers ask for one

  // ---- as things stand
  const ask = (address, more = {}) =>
    fetch(address, { ...quietly, headers: { "X-By-Itself": "1", ...more }, signal: AbortSignal.timeout(PATIENCE_MS) });
  const ended = () => {
    over = true;
    by("desk-ended").hidden = false;
    by("desk-stale").hidden = true;
  };
  const fresh = () => {
    good = Date.now();
    by("desk-stale").hidden = true;
  };
  const cases = () => new Set(all("[data-case]", live).map(({ dataset }) => `${dataset.case}:${dataset.round}`));
  const same = (held) => {
    if (!held || held === live) return null;
    if (held.id) return by(held.id);
    const form = held.closest("form")?.getAttribute("action"), href = held.getAttribute("href");
    return all(form ? "form button" : "a", live).find((other) =>
      form ? other.form.getAttribute("action") === form : other.getAttribute("href") === href);
  };
  const swap = (page) => {
    const next = page.getElementById("live");
    if (!next) return ended();
    const before = cases(), held = live.contains(document.activeElement) ? document.activeElement : null;
    const seen = all("[data-case]", live).find((one) => one.getBoundingClientRect().bottom > 0);
    const open = all("details[open][id]", live).map(({ id }) => id), at = seen?.getBoundingClientRect().top;
    live.replaceChildren(...next.childNodes);
    tag = next.dataset.tag;
    for (const id of open) by(id)?.setAttribute("open", "");
    const again = seen && live.querySelector(`[data-case="${seen.dataset.case}"]`);
    if (again) scrollBy({ top: again.getBoundingClientRect().top - at, behavior: "instant" });
    const held_again = same(held) ?? (held && live.querySelector(`[data-case="${held.closest("[data-case]")?.dataset.case}"] a`));
    held_again?.focus({ preventScroll: true });
    const arrived = [...cases()].some((one) => !before.has(one));
    if (arrived) {
      by("desk-said").textContent = by("desk-said").dataset.said;
      tone();
    }
    fresh();
  };
  const changed = async () => {
    if (!list) {
      if (by("desk-changed").hidden) tone();
      by("desk-changed").hidden = false;
      return fresh();
    }
    const answer = await ask(location.href);
    if (answer.type === "opaqueredirect") return ended();
    if (answer.ok) swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
  };
  const look = async () => {
    const answer = await ask(live.dataset.pulse, { "If-None-Match": tag });
    if (answer.type === "opaqueredirect") ended();
    else if (answer.status === 304) fresh();
    else if (answer.status === 200 || answer.status === 404) await changed();
  };
  const turn = () => over || look().catch(() => {}).finally(() => setTimeout(turn, EVERY_MS));
  setTimeout(turn, EVERY_MS);
  setInterval(() => over || Date.now() - good < STALE_MS || (by("desk-stale").hidden = false), 5_000);

  // ---- keys: one letter each, so they can be switched off, and are none where somebody types
  const keys = switched("desk-keys", "true");
  const links = () => all(".queue .head > a, tr[data-case] th a", live);
  const step = (many) => {
    const found = links();
    const now = found.findLastIndex((link) => link.closest("li, tr").contains(document.activeElement));
    found[now < 0 ? 0 : Math.min(Math.max(now + many, 0), found.length - 1)]?.focus();
  };
  const acts = {
    j: () => step(1),
    k: () => step(-1),
    t: () => document.activeElement.closest(".queue > li, tr")?.querySelector("form[data-take] button")?.click(), // of a talk, all of it
    "/": () => {
      const field = by("find");
      field?.closest("details")?.setAttribute("open", "");
      field?.focus();
    },
    "?": () => {
      const help = by("desk-help");
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus();
    },
  };
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=checkbox]), select, textarea, [contenteditable]");
    if (!keys() || typing || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const act = acts[event.key];
    if (!act || !list) return;
    event.preventDefault();
    act();
  });
  for (const one of all("[data-desk]")) one.hidden = false;
  document.documentElement.dataset.desk = "live";
})();
