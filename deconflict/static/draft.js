// Keeps a long form as a draft while somebody writes. Without it every button of the form keeps it too.
(() => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const note = document.getElementById("draft-note");
  const typed = () => {
    const data = new FormData(form);
    data.set("_do", "autosave");
    return new URLSearchParams(data).toString();
  };
  let kept = typed();
  let waiting = false;
  const keep = () => {
    const now = typed();
    if (now === kept || waiting) return;
    waiting = true;
    fetch(form.action || location.href, {
      method: "POST",
      body: new URLSearchParams(now),
      credentials: "same-origin",
      redirect: "manual",
      keepalive: now.length < 60000,
    })
      .then((answer) => {
        if (answer.status !== 204) return;
        kept = now;
        if (note) note.textContent = note.dataset.kept + " " + new Date().toTimeString().slice(0, 5);
      })
      .catch(() => {})
      .finally(() => { waiting = false; });
  };
  form.addEventListener("change", keep);
  setInterval(keep, 20000);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
})();
