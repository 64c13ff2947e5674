// The page that writes without a network: opens what this telephone keeps, keeps what is typed as it is typed, and sends what is finished
// once, when there is a network and its writer is signed in.
(() => {
  "use strict";
  const by = (id) => document.getElementById(id);
  const IDLE_MS = 10 * 60 * 1000, AGAIN_MS = 20 * 1000, SAVE_MS = 800, PATIENCE_MS = 60 * 1000, DAY_MS = 24 * 3600 * 1000, LEAST = 12;
  const SIGNED_OUT = "signedOut", REFUSED = "refused";
  const { sheet: SHEET, worker: WORKER, format: FORMAT } = by("prepare").dataset;
  const say = (what) => (by("said").textContent = by("said").dataset[what] || "");
  const hides = (id, whether) => (by(id).hidden = whether);
  const refill = (place, parts) => {
    place.textContent = "";
    place.append(...parts);
  };

  // What the server says: raises SIGNED_OUT, REFUSED for what it will not take however often it is tried, and anything else for no answer.
  const asked = async (path, more = {}) => {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(path, { redirect: "manual", cache: "no-store", signal: stop.signal, ...more });
      if (answer.type === "opaqueredirect" || answer.status === 401) throw SIGNED_OUT;
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429) throw REFUSED;
      if (!answer.ok) throw new Error(answer.status);
      return await answer.json();
    } finally {
      clearTimeout(timer);
    }
  };
  const fetched = () => asked(SHEET);
  // Whether this page opens without a network: its worker is there, and has kept it.
  const ready = async () => {
    await navigator.serviceWorker.register(WORKER, { scope: "/", updateViaCache: "none" });
    const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS));
    await Promise.race([navigator.serviceWorker.ready, late]);
    return Boolean(await caches.match(location.pathname));
  };

  // -- before it is open

  const shows = (id) => ["unlock", "prepare", "inside"].forEach((each) => hides(each, each !== id));
  const begin = async () => {
    await vault.purge();
    const prepared = await vault.prepared();
    hides("forget", !prepared);
    hides("how", prepared);
    shows(prepared ? "unlock" : "prepare");
  };
  // One attempt at a time, and one window: two would write over each other.
  const opening = (form, act) => {
    const button = form.querySelector("button");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      say("opening");
      try {
        const box = await act();
        if (box) alone("open", () => (enter(box), new Promise(() => {})), () => say("elsewhere"));
      } catch {
        say("full");
      } finally {
        button.disabled = false;
      }
    });
  };
  const alone = (name, act, otherwise) =>
    navigator.locks ? navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? act() : otherwise())) : act();
  const wrong = (id, what) => {
    say(what);
    by(id).setAttribute("aria-invalid", "true");
    by(id).focus();
  };
  opening(by("prepare"), async () => {
    const [first, second] = [by("first").value, by("second").value];
    if ([...first.trim()].length < LEAST) return wrong("first", "short");
    if (first !== second) return wrong("second", "differ");
    const sheet = await fetched().catch(() => null);
    if (!sheet) return say("failed");
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
    return vault.prepare(first, sheet);
  });
  opening(by("unlock"), async () => {
    const opened = await vault.unlock(by("passphrase").value);
    return opened || wrong("passphrase", "wrong");
  });
  by("forget").querySelector("button").addEventListener("click", async () => {
    await vault.wipe();
    location.reload();
  });
  vault.onWipe(() => location.reload());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  // A telephone takes a dead line for a network; but where this page stands for another one, that one did not come.
  const network = () => hides("network", navigator.onLine && SHEET === location.pathname + "/sheet");
  addEventListener("online", network);
  addEventListener("offline", network);
  network();
  if (vault.able) {
    hides("unable", true);
    begin().catch(() => say("full"));
  }

  // -- open

  const enter = async (opened) => {
    let box = opened;
    for (const field of document.querySelectorAll("input[type=password]")) field.value = "";
    if (box.sheet.format !== FORMAT) {
      // The form was made for another version of this script: a new one first, where there is a network.
      const fresh = await fetched().catch(() => null);
      if (fresh && fresh.whose === box.sheet.whose) box = await box.refresh(fresh);
    }
    say("");
    by("inside").innerHTML = box.sheet.html; // our own server made it, and it was sealed since
    hides("forget", false);
    hides("how", true);
    shows("inside");
    try {
      inside(box);
    } catch {
      shows("unlock"); // what was written is still there
      say("renew");
    }
  };
  const inside = (opened) => {
    let box = opened, current = null, changed = false, timer = 0, seen = Date.now(), saving = Promise.resolve(true), sending = null;
    const words = by("kept").dataset, form = by("paper").querySelector("form");
    const stops = [...form.querySelectorAll("fieldset.group")], fewest = Number(form.elements._stops.value);
    const needed = JSON.parse(by("paper").dataset.needed);
    const clock = () => Math.max(Date.now(), box.sheet.at); // a telephone that begins in 1970 keeps things all the same
    ready().catch(() => false).then((is) => hides("unready", is));
    hides("clock", Date.now() > box.sheet.at - DAY_MS);

    // The list

    const places = (values) => {
      const named = (n) => values[`stops-${n}-place`] || values[`stops-${n}-position`];
      return stops.map((_, n) => named(n)).filter(Boolean).join(" - ") || words.nowhere;
    };
    const STATES = { begun: words.begun, waits: words.waits, held: words.held };
    const shown = async (row) => {
      const { id, until, state, tried } = row;
      const entry = await box.entry(id).catch(() => null);
      const line = by(state === "told" ? "answered" : "entry").content.cloneNode(true).querySelector("li");
      line.dataset.id = id;
      const part = (name) => line.querySelector(`.${name}`);
      part("places").id = `at-${id}`;
      for (const button of line.querySelectorAll("button")) button.setAttribute("aria-describedby", `at-${id}`);
      if (state === "told") {
        part("said").textContent = entry.told.said;
        refill(part("places"), (entry.told.stops.length ? entry.told.stops : [places(Object.fromEntries(entry.values))]).map((stop) =>
          Object.assign(document.createElement("li"), { textContent: stop })));
        line.querySelector("a").href = entry.told.url;
        return line;
      }
      part("state").textContent = STATES[state];
      part("places").textContent = entry ? places(Object.fromEntries(entry.values)) : words.nowhere;
      const over = new Date(until).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      const more = tried && state === "waits" ? words.tried : state === "waits" ? words.wait : (entry && entry.said) || "";
      part("until").textContent = `${words.until} ${over}. ${more}`;
      line.querySelector('[data-do="open"]').hidden = Boolean(tried) || !entry;
      return line;
    };
    const list = async () => {
      const rows = await vault.entries(), gone = await vault.gone();
      const made = await Promise.all(rows.map(shown));
      const at = document.activeElement, line = at && at.closest("#entries li");
      refill(by("entries"), made);
      if (line) {
        const same = by("entries").querySelector(`[data-id="${line.dataset.id}"] [data-do="${at.dataset.do}"]`);
        (same || by("kept-title")).focus();
      }
      hides("send", !rows.some((row) => row.state === "waits" || row.state === "held"));
      hides("gone", !gone);
      by("gone-many").textContent = gone;
    };
    // A region that stays, and changes only when there is something new to hear.
    const notice = (text) => {
      if (by("sending").textContent !== text) by("sending").textContent = text;
      by("sending").className = text ? "flash warning" : "";
    };

    // The form

    const show = (count) => {
      form.elements._stops.value = count;
      stops.forEach((stop, n) => (stop.hidden = n >= count));
      by("more").disabled = count === stops.length;
      by("fewer").disabled = count === fewest;
    };
    const count = () => Number(form.elements._stops.value);
    const typed = () => [...new FormData(form)].filter(([name]) => {
      const at = /^stops-(\d+)-/.exec(name);
      return !at || Number(at[1]) < count();
    });
    const wanting = (on) => {
      hides("kept", on);
      hides("paper", !on);
      (on ? form.parentElement.querySelector("h2") : by("kept-title")).focus();
    };
    const write = (id, values, queued) => {
      [current, changed] = [{ id, queued }, false];
      form.reset();
      hides("lacking", true);
      kept("");
      if (values) {
        for (const field of form.elements) {
          if (!field.name) continue;
          const mine = values.filter(([name]) => name === field.name).map(([, value]) => value);
          if (field.type === "radio" || field.type === "checkbox") field.checked = mine.includes(field.value);
          else if (mine.length) field.value = mine[0];
          else if (!field.name.startsWith("_")) field.value = "";
        }
      }
      show(values ? Number((values.find(([name]) => name === "_stops") || [0, fewest])[1]) : fewest);
      wanting(true);
    };
    const kept = (text, isBad = false) => {
      by("saved").textContent = text;
      by("saved").className = isBad ? "flash warning" : "hint";
    };
    // One after the other, so that what was typed last stands last.
    const save = (state) => (saving = saving.then(() => saved(state)));
    const saved = async (state) => {
      clearTimeout(timer);
      if (!current || !(changed || state)) return true; // what was only looked at stays as it was
      changed = false; // what is typed from now on is not in it
      try {
        await box.keep(current.id, { values: typed() }, { until: clock() + box.sheet.kept_s * 1000, state: state || "begun" });
      } catch {
        changed = true;
        kept(words.unkept, true);
        return false;
      }
      kept(`${words.saved} ${new Date().toTimeString().slice(0, 5)}`);
      return true;
    };
    const leave = async () => {
      current = null;
      await list();
      wanting(false);
      by("kept-title").scrollIntoView();
    };
    const lacks = () => {
      const at = (n, names) => Object.entries(names).map(([name, text]) => [`stops-${n}-${name}`, text]);
      const all = [...Object.entries(needed.whole), ...at(0, needed.first), ...at(count() - 1, needed.last)];
      const filled = new Set(typed().filter(([, value]) => value.trim()).map(([name]) => name));
      const of = (name, part) => name.replace(/_(date|from|to)$/, `_${part}`);
      // A place may be a position, and a window is begun with any of its three.
      const there = (name) =>
        filled.has(name) ||
        (/-place$/.test(name) && filled.has(name.replace(/place$/, "position"))) ||
        (/_(date|from|to)$/.test(name) && ["date", "from", "to"].some((part) => filled.has(of(name, part))));
      const timed = [...filled].filter((name) => /_(from|to)$/.test(name));
      const undated = timed.map((name) => of(name, "date")).filter((name) => !filled.has(name)).map((name) => [name, words.fill]);
      return [...all.filter(([name]) => !there(name)), ...new Map(undated)];
    };
    const lacking = (found) => {
      const lines = found.map(([name, text]) => {
        const named = form.elements[name];
        const field = named instanceof RadioNodeList ? named[0] : named;
        const legend = (which) => {
          const group = field && field.closest(which);
          return group ? group.querySelector("legend").textContent : "";
        };
        const own = legend("fieldset:not(.group)") || (field && field.labels && field.labels.length ? field.labels[0].textContent : "");
        const link = document.createElement("a");
        link.href = `#${field ? field.id : ""}`;
        link.textContent = `${[legend("fieldset.group"), own].filter(Boolean).map((part) => part.trim()).join(", ")}: ${text}`;
        const line = document.createElement("li");
        line.append(link);
        return line;
      });
      refill(by("lacking").querySelector("ul"), lines);
      hides("lacking", !lines.length);
      if (lines.length) by("lacking").focus();
    };

    form.addEventListener("input", () => {
      changed = true;
      clearTimeout(timer);
      timer = setTimeout(() => save(), SAVE_MS);
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const found = lacks();
      lacking(found);
      if (found.length || !(await save("waits"))) return;
      await leave();
      send();
    });
    by("more").addEventListener("click", () => {
      show(count() + 1);
      changed = true;
    });
    by("fewer").addEventListener("click", () => {
      for (const field of stops[count() - 1].querySelectorAll("input, select")) field.value = "";
      show(count() - 1);
      changed = true;
      save();
    });
    // What was finished before it was opened again stays finished, unless something lacks now.
    by("back").addEventListener("click", async () => {
      const whole = current.queued && !lacks().length;
      if (current.queued && !whole && !confirm(words.unqueue)) return lacking(lacks());
      if (await save(whole ? "waits" : undefined)) await leave();
      if (whole) send();
    });
    by("write").addEventListener("click", () =>
      write([...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")));
    by("close").addEventListener("click", () => location.reload());
    by("send").addEventListener("click", () => send(true));
    by("seen").addEventListener("click", () => vault.seen().then(list));
    by("entries").addEventListener("click", async ({ target }) => {
      const line = target.closest("li[data-id]"), act = target.dataset.do;
      if (!line || !act) return;
      if (sending) return notice(words.busy);
      const { id } = line.dataset;
      if (act === "open") {
        const row = (await vault.entries()).find((each) => each.id === id);
        return write(id, (await box.entry(id)).values, row.state !== "begun");
      }
      if (act === "seen" || confirm(words.sure)) {
        await vault.drop(id);
        await list();
      }
    });

    // Sending: one page of this telephone at a time, and each under the key that it was written with, so that nothing counts twice. What
    // was tried may have arrived: until an answer says what became of it, it is not changed here any more.

    const posted = async (row, token) => {
      const { values } = await box.entry(row.id);
      const body = new URLSearchParams(values.map(([name, value]) => [name, value.replace(/\0/g, "")]));
      body.set("_key", row.id);
      body.set("csrf_token", token);
      const { until } = row;
      await box.keep(row.id, { values }, { until, state: "waits", tried: true });
      const told = await asked(words.send, { method: "POST", body }).catch((error) => {
        if (error !== REFUSED) throw error;
        return { state: "held", said: words.refused };
      });
      if (told.state === "held") await box.keep(row.id, { values, said: told.said }, { until, state: "held" });
      else await box.keep(row.id, { values, told }, { until, state: "told", sent: told.state === "filed" });
      by("told").textContent = told.said;
    };
    const attempt = async (all) => {
      const states = all ? ["waits", "held"] : ["waits"];
      const editing = current && current.id;
      const waiting = (await vault.entries()).filter((row) => states.includes(row.state) && row.id !== editing);
      if (!waiting.length) return;
      if (all) notice(words.sending);
      let said = "";
      try {
        const session = await asked(words.session);
        hides("sign-in", true);
        if (session.whose !== box.sheet.whose) said = words.another;
        else for (const row of waiting) await posted(row, session.token).catch((error) => (said = said || saying(error)));
      } catch (error) {
        said = saying(error);
      }
      hides("sign-in", said !== words.signedOut);
      await list();
      notice(said);
    };
    const saying = (error) => (error === SIGNED_OUT ? words.signedOut : error === REFUSED ? words.another : words.failed);
    const send = (all = false) => {
      if (!sending) sending = Promise.resolve(alone("send", () => attempt(all), () => {})).catch(() => {}).finally(() => (sending = null));
      return sending;
    };
    const renew = async () => {
      if (Date.now() - box.sheet.at < DAY_MS && box.sheet.format === FORMAT) return;
      const fresh = await fetched();
      if (fresh.whose === box.sheet.whose) box = await box.refresh(fresh); // shown from the next time on
    };

    // Whoever comes back after a while, or takes the telephone, finds it closed: timers stand still while it sleeps.
    const idle = () => Date.now() - seen > IDLE_MS || Date.now() < seen - IDLE_MS;
    const lock = async () => {
      shows("unlock");
      await save();
      location.reload();
    };
    for (const what of ["input", "pointerdown", "keydown"]) {
      document.addEventListener(what, (event) => {
        if (!idle()) return (seen = Date.now());
        event.preventDefault();
        lock();
      }, { capture: true });
    }
    document.addEventListener("visibilitychange", async () => {
      if (document.hidden) {
        hides("inside", true); // nor does the list of what was used last show it
        return save();
      }
      if (idle() || !(await vault.prepared().catch(() => false))) return lock();
      hides("inside", false);
    });
    addEventListener("online", async () => {
      await sending; // it began without a network
      send();
    });
    setInterval(async () => {
      if (idle()) return lock();
      if (!document.hidden && !current) await send();
      if (await vault.purge()) await list();
    }, AGAIN_MS);
    show(fewest);
    by("kept-title").focus();
    list().then(() => send()).then(renew).catch(() => {});
  };
})();
