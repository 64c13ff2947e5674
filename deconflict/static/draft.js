// Keeps a long form as a draft while somebody writes, and says so when it does not. Without it every button of the form keeps it too.
(() => {
  const AGAIN_MS = 20000, PATIENCE_MS = 30000;
  const form = document.querySelector("form[data-draft]");
  const note = document.getElementById("draft-note");
  if (!form || !note) return;
  const words = note.dataset, token = form.querySelector('[name="csrf_token"]'), address = form.action || location.href;
  const clock = () => new Date().toTimeString().slice(0, 5);
  const writer = (text) => text.split("~")[1];
  const typed = () => {
    const data = new FormData(form);
    data.set("_do", "autosave");
    data.delete("csrf_token");
    return new URLSearchParams(data).toString();
  };
  let kept = typed(), since = clock(), good = "", signedOut = false, waiting = false, missed = false;

  // Only what is another than before is said again.
  const say = (text, lost) => {
    if (note.textContent === text) return;
    note.textContent = text;
    note.classList.toggle("lost", lost);
    document.documentElement.classList.toggle("room-below", lost);
  };
  const lost = (why) => say(words.lost + " " + since + ". " + why, true);

  const ask = async (more) => {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(address, { credentials: "same-origin", redirect: "manual", signal: stop.signal, ...more });
      return { status: answer.status, type: answer.type, text: answer.status === 200 ? await answer.text() : "",
        plain: (answer.headers.get("Content-Type") || "").startsWith("text/plain") };
    } finally {
      clearTimeout(timer);
    }
  };
  const send = (text) => {
    const body = new URLSearchParams(text);
    body.set("csrf_token", token.value);
    return ask({ method: "POST", body, keepalive: text.length < 60000 });
  };
  const isOver = (answer) => answer.type === "opaqueredirect" || answer.status === 400;
  // Who signed in again in another window goes on here with the token of that session. Nobody else does.
  const renewed = async () => {
    const page = new DOMParser().parseFromString((await ask({})).text, "text/html");
    const fresh = page.querySelector('form[data-draft] [name="csrf_token"]');
    if (!fresh || writer(fresh.value) !== writer(token.value)) return false;
    token.value = fresh.value;
    return true;
  };

  const keep = async () => {
    if (waiting) {
      missed = true; // something was written while the last was on its way: it follows at once
      return;
    }
    const now = typed();
    if (now === kept) return say(good, false);
    waiting = true;
    missed = false;
    try {
      let answer = signedOut ? null : await send(now);
      if (!answer || isOver(answer)) {
        signedOut = !(await renewed());
        answer = signedOut ? null : await send(now);
      }
      if (!answer || isOver(answer)) return lost(words.out);
      if (answer.status === 204) {
        kept = now;
        since = clock();
        good = words.kept + " " + since;
        say(good, false);
      } else if (!answer.plain) lost("");
      else if (answer.text) lost(answer.text);
    } catch (_) {
      lost(words.cut);
    } finally {
      waiting = false;
      if (missed) keep();
    }
  };
  form.addEventListener("change", keep);
  setInterval(keep, AGAIN_MS);
  addEventListener("online", keep);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
})();
