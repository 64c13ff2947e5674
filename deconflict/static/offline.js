// The page that writes without a network: opens what this telephone keeps, keeps what is typed as it is typed, and sends what is finished
// once, when there is a network and its writer is signed in.
(() => {
  "use strict";
  const by = (id) => document.getElementById(id);
  const said = by("said");
  const IDLE_MS = 10 * 60 * 1000, AGAIN_MS = 60 * 1000, SAVE_MS = 800, PATIENCE_MS = 60 * 1000, DAY_MS = 24 * 3600 * 1000, LEAST = 12;
  const say = (what) => (said.textContent = said.dataset[what] ?? "");
  const asked = (path, more = {}) =>
    fetch(path, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS), ...more });
  // null where the answer is another page: signed out, or not for this account.
  const json = async (path, more) => {
    const answer = await asked(path, more);
    return answer.status === 200 ? answer.json() : null;
  };
  const fetched = async () => {
    const sheet = await json(by("prepare").dataset.sheet);
    return sheet && { ...sheet, at: Date.now() };
  };

  // -- before it is open

  const shows = (id) => ["unlock", "prepare", "inside"].forEach((each) => (by(each).hidden = each !== id));
  const begin = async () => {
    if (!vault.able) return say("unable");
    await vault.purge();
    const prepared = await vault.prepared();
    by("forget").hidden = !prepared;
    shows(prepared ? "unlock" : "prepare");
  };
  by("prepare").addEventListener("submit", async (event) => {
    event.preventDefault();
    const [first, second] = [by("first").value, by("second").value];
    if ([...first.trim()].length < LEAST) return say("short");
    if (first !== second) return say("differ");
    const sheet = await fetched().catch(() => null);
    if (!sheet) return say("failed");
    navigator.storage?.persist?.();
    try {
      enter(await vault.prepare(first, sheet));
    } catch {
      say("full");
    }
  });
  by("unlock").addEventListener("submit", async (event) => {
    event.preventDefault();
    say("opening");
    const opened = await vault.unlock(by("passphrase").value);
    if (!opened) return say("wrong");
    enter(opened);
  });
  by("forget").querySelector("button").addEventListener("click", async () => {
    await vault.wipe();
    location.reload();
  });
  const network = () => (by("network").hidden = navigator.onLine);
  addEventListener("online", network);
  addEventListener("offline", network);
  network();
  begin().catch(() => say("full"));

  // -- open

  const enter = (opened) => {
    let box = opened;
    for (const field of document.querySelectorAll("input[type=password]")) field.value = "";
    say("");
    by("inside").innerHTML = box.sheet.html; // our own server made it, and it was sealed since
    by("forget").hidden = false;
    shows("inside");
    const kept = by("kept"), words = kept.dataset, form = by("paper").querySelector("form");
    const stops = [...form.querySelectorAll("fieldset.group")], fewest = Number(form.elements._stops.value);
    const needed = JSON.parse(by("paper").dataset.needed);
    let current = null, changed = false, timer = 0, sending = null, seen = Date.now();

    // The list

    const places = (values) => {
      const named = (n) => values[`stops-${n}-place`] || values[`stops-${n}-position`];
      return stops.map((_, n) => named(n)).filter(Boolean).join(" - ") || words.nowhere;
    };
    const list = async () => {
      const rows = await vault.entries();
      const made = await Promise.all(rows.map(async ({ id, until, waits }) => {
        const entry = await box.entry(id).catch(() => null);
        const line = by("entry").content.cloneNode(true);
        line.querySelector("li").dataset.id = id;
        line.querySelector(".state").textContent = waits ? words.waits : words.begun;
        line.querySelector(".places").textContent = entry ? places(Object.fromEntries(entry.values)) : words.nowhere;
        const over = new Date(until).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
        line.querySelector(".until").textContent = `${words.until} ${over}. ${waits ? words.wait : ""}`;
        return line;
      }));
      const done = [...by("entries").querySelectorAll("li.box")];
      by("entries").replaceChildren(...done, ...made);
      by("send").hidden = !rows.some((row) => row.waits);
    };
    const notice = (text) => {
      by("sending").textContent = text;
      by("sending").hidden = !text;
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
      kept.hidden = on;
      by("paper").hidden = !on;
      if (on) form.parentElement.querySelector("h2").focus();
    };
    const write = (id, values) => {
      [current, changed] = [id, false];
      form.reset();
      by("lacking").hidden = true;
      by("saved").textContent = "";
      if (values) {
        for (const field of form.elements) {
          if (!field.name) continue;
          const mine = values.filter(([name]) => name === field.name).map(([, value]) => value);
          if (field.type === "radio" || field.type === "checkbox") field.checked = mine.includes(field.value);
          else if (mine.length) field.value = mine[0];
          else if (!field.name.startsWith("_")) field.value = "";
        }
      }
      show(values ? Number(values.find(([name]) => name === "_stops")?.[1] ?? fewest) : fewest);
      wanting(true);
    };
    const save = async (waits) => {
      clearTimeout(timer);
      if (!current || !(changed || waits)) return true; // what was only looked at stays as it was
      try {
        await box.keep(current, { values: typed() }, { until: Date.now() + box.sheet.kept_s * 1000, waits });
      } catch {
        say("full");
        return false;
      }
      changed = false;
      by("saved").textContent = `${words.saved} ${new Date().toTimeString().slice(0, 5)}`;
      return true;
    };
    const leave = async () => {
      current = null;
      wanting(false);
      await list();
      by("kept-title").scrollIntoView();
    };
    const lacks = () => {
      const at = (n, names) => Object.entries(names).map(([name, text]) => [`stops-${n}-${name}`, text]);
      const all = [...Object.entries(needed.whole), ...at(0, needed.first), ...at(count() - 1, needed.last)];
      const filled = new Set(typed().filter(([, value]) => value.trim()).map(([name]) => name));
      const dates = [...filled].filter((name) => /_(from|to)$/.test(name)).map((name) => name.replace(/_(from|to)$/, "_date"));
      const undated = dates.filter((name) => !filled.has(name)).map((name) => [name, words.fill]);
      return [...all.filter(([name]) => !filled.has(name)), ...new Map(undated)];
    };
    const lacking = (found) => {
      const lines = found.map(([name, text]) => {
        const named = form.elements[name];
        const field = named instanceof RadioNodeList ? named[0] : named;
        const group = field?.closest("fieldset.group")?.querySelector("legend")?.textContent;
        const own = field?.closest("fieldset:not(.group)")?.querySelector("legend")?.textContent ?? field?.labels?.[0]?.textContent;
        const link = document.createElement("a");
        link.href = `#${field?.id ?? ""}`;
        link.textContent = `${[group, own].filter(Boolean).map((part) => part.trim()).join(", ")}: ${text}`;
        const line = document.createElement("li");
        line.append(link);
        return line;
      });
      by("lacking").querySelector("ul").replaceChildren(...lines);
      by("lacking").hidden = !lines.length;
      if (lines.length) by("lacking").focus();
    };

    form.addEventListener("input", () => {
      changed = true;
      clearTimeout(timer);
      timer = setTimeout(() => save(false), SAVE_MS);
    });
    document.addEventListener("visibilitychange", () => document.hidden && save(false));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const found = lacks();
      lacking(found);
      if (found.length || !(await save(true))) return;
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
      save(false);
    });
    by("back").addEventListener("click", async () => (await save(false)) && leave());
    by("write").addEventListener("click", () =>
      write([...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")));
    by("close").addEventListener("click", () => location.reload());
    by("send").addEventListener("click", () => send());
    by("entries").addEventListener("click", async ({ target }) => {
      const id = target.closest("li")?.dataset.id;
      if (!id || sending) return;
      if (target.dataset.do === "drop" && confirm(words.sure)) {
        await vault.drop(id);
        await list();
      } else if (target.dataset.do === "open") {
        write(id, (await box.entry(id)).values);
      }
    });

    // Sending: one page of this telephone at a time, and each under the key that it was written with, so that nothing counts twice.

    const posted = async (row, token) => {
      const { values } = await box.entry(row.id);
      const body = new URLSearchParams(values);
      body.set("_key", row.id);
      body.set("csrf_token", token);
      const answer = await json(words.send, { method: "POST", body });
      if (!answer) throw new Error("no answer");
      if (answer.state === "held") return notice(answer.said);
      await vault.drop(row.id);
      const line = by("answered").content.cloneNode(true);
      line.querySelector(".said").textContent = answer.said;
      const lines = answer.stops.map((stop) => Object.assign(document.createElement("li"), { textContent: stop }));
      line.querySelector(".places").replaceChildren(...lines);
      line.querySelector("a").href = answer.url;
      by("entries").prepend(line);
    };
    const attempt = async () => {
      const waiting = (await vault.entries()).filter((row) => row.waits && row.until > Date.now() && row.id !== current);
      if (!waiting.length) return;
      notice(words.sending);
      try {
        const session = await json(words.session);
        by("sign-in").hidden = Boolean(session);
        if (!session) return notice(words.signedOut);
        if (session.whose !== box.sheet.whose) return notice(words.another);
        notice("");
        for (const row of waiting) await posted(row, session.token);
      } catch {
        notice(words.failed);
      } finally {
        await list();
      }
    };
    const alone = (act) => navigator.locks ? navigator.locks.request("send", { ifAvailable: true }, (lock) => lock && act()) : act();
    const send = () => (sending ??= alone(attempt).finally(() => (sending = null)));
    const renew = async () => {
      if (Date.now() - box.sheet.at < DAY_MS) return;
      const fresh = await fetched();
      if (fresh && fresh.whose === box.sheet.whose) box = await box.refresh(fresh); // shown from the next time on
    };

    for (const what of ["input", "pointerdown", "keydown"]) document.addEventListener(what, () => (seen = Date.now()));
    addEventListener("online", async () => {
      await sending; // it began without a network
      send();
    });
    setInterval(async () => {
      if (Date.now() - seen > IDLE_MS) {
        await save(false);
        return location.reload(); // locked again
      }
      if (await vault.purge()) await list();
      if (!document.hidden && !current) send();
    }, AGAIN_MS);
    show(fewest);
    list().then(send).then(renew).catch(() => {});
  };
})();
