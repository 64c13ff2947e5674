// A place field offers places while one types: a combobox as ARIA 1.2 has it. What is typed goes to our own server in the body of a
// POST. Where no answer comes, the field is what it is without this script.
(() => {
  "use strict";
  const { search } = document.currentScript.dataset;
  const LEAST = 2; // letters
  const WAIT_MS = 150;
  let lists = 0;

  const made = (tag, attributes, text = "") => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };

  const asked = async (form, words, signal) => {
    const body = new URLSearchParams({ q: words, csrf_token: form.elements.csrf_token.value });
    const answer = await fetch(search, { method: "POST", body, signal, redirect: "error" });
    if (!answer.ok) throw new Error("no answer");
    return answer.json();
  };

  const combobox = (input) => {
    const id = `places-${++lists}`;
    const list = made("ul", { id, role: "listbox", class: "places", "aria-label": input.labels[0]?.textContent.trim() ?? "" });
    const status = made("p", { role: "status", class: "visually-hidden" });
    let timer = 0, pending = null, found = [], active = -1;

    const open = () => !list.hidden;
    const close = () => {
      clearTimeout(timer);
      pending?.abort();
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const turn = (to) => {
      list.children[active]?.setAttribute("aria-selected", "false");
      active = (to + found.length) % found.length;
      const option = list.children[active];
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    };
    const show = (answer) => {
      found = answer.places;
      status.textContent = answer.said;
      list.replaceChildren(
        ...found.map((place, n) => {
          const option = made("li", { id: `${id}-${n}`, role: "option", "aria-selected": "false" });
          option.append(made("b", {}, place.name), made("span", {}, ` ${place.where}`));
          return option;
        }),
      );
      list.hidden = !found.length;
      active = -1;
      input.setAttribute("aria-expanded", String(open()));
      if (open()) turn(0);
      else input.removeAttribute("aria-activedescendant");
    };
    const look = async () => {
      const words = input.value.trim();
      pending?.abort();
      if (words.length < LEAST || words.length > 120 || /^[-+(\[]?\d/.test(words)) return close(); // a position
      pending = new AbortController();
      try {
        const answer = await asked(input.form, words, pending.signal);
        if (words === input.value.trim() && document.activeElement === input) show(answer);
      } catch (error) {
        if (error.name !== "AbortError") close();
      }
    };
    const choose = (n) => {
      const place = found[n];
      input.value = place.value;
      close();
      input.dispatchEvent(new CustomEvent("place", { bubbles: true, detail: place }));
    };
    const keys = {
      ArrowDown: () => turn(active + 1),
      ArrowUp: () => turn(active - 1),
      Home: () => turn(0),
      End: () => turn(found.length - 1),
      Enter: () => choose(active),
      Escape: close,
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(look, WAIT_MS);
    });
    input.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
      if (!open() && event.key === "ArrowDown") look();
      if (!open() || !(event.key in keys)) return;
      event.preventDefault();
      keys[event.key]();
    });
    input.addEventListener("blur", close);
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) choose([...list.children].indexOf(option));
    });

    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
    })) input.setAttribute(name, value);
    list.hidden = true;
    input.parentElement.classList.add("combo");
    input.after(list, status);
  };

  const begin = (root) => root.querySelectorAll('input[name$="-place"]:not([role])').forEach(combobox);
  document.addEventListener("stop", (event) => begin(event.target)); // another stop was put on the page
  begin(document);
})();
