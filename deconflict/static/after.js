// Fetches the scripts of a page, in their order, once the page is there: they take nothing of the line before.
(() => {
  "use strict";
  const sources = document.currentScript.dataset.sources.split(" ");
  const fetches = () =>
    sources.forEach((src) => document.head.append(Object.assign(document.createElement("script"), { src, async: false })));
  if (document.readyState === "complete") fetches();
  else addEventListener("load", fetches);
})();
