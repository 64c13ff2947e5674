// What is wrong with the page in front of us, one sentence each; [] when nothing is. Runs also where the page's own scripts may not.
() => {
  const wrong = [];
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility() && element.getBoundingClientRect().width > 1;
  const named = (element) => `<${element.tagName.toLowerCase()} ${element.name || element.id || element.textContent.trim().slice(0, 30)}>`;

  // What is folded away is looked at as well.
  const folded = all("details:not([open])");
  folded.forEach((details) => (details.open = true));

  const width = document.scrollingElement.scrollWidth;
  if (width > window.innerWidth) {
    const wide = all("body *").filter((e) => e.getBoundingClientRect().right > window.innerWidth + 0.5).map(named);
    wrong.push(`scrolls sideways: ${width} px on ${window.innerWidth}, by ${wide.slice(0, 4).join(" ")}`);
  }

  if (!["fr", "en"].includes(document.documentElement.lang)) wrong.push("no language on <html>");
  for (const landmark of ["header", "main", "h1"])
    if (all(landmark).length !== 1) wrong.push(`${all(landmark).length} of <${landmark}>`);
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push(`heading level jumps from ${level} to ${next}: ${heading.textContent.trim()}`);
    level = next;
  }
  const ids = all("[id]").map((e) => e.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) wrong.push(`id ${id} occurs twice`);
  for (const link of all("a[href^='#']:not([role=button])"))
    if (!document.getElementById(link.hash.slice(1))) wrong.push(`link to ${link.hash}, which is not there`);
  for (const element of all("[aria-describedby], [aria-labelledby]"))
    for (const id of `${element.getAttribute("aria-describedby") ?? ""} ${element.getAttribute("aria-labelledby") ?? ""}`.trim().split(/\s+/))
      if (!document.getElementById(id)) wrong.push(`${named(element)} is described by #${id}, which is not there`);

  for (const field of all("input:not([type=hidden]), select, textarea")) {
    const words = [...(field.labels ?? [])].map((l) => l.textContent.trim()).join("") || field.getAttribute("aria-label") || field.alt;
    if (!words) wrong.push(`${named(field)} has no label`);
    if (field.matches("[type=radio], [type=checkbox]")) continue;
    if (shown(field) && field.getBoundingClientRect().height < 24) wrong.push(`${named(field)} is less than 24 px high`);
  }
  for (const button of all("button, a[href]"))
    if (!button.textContent.trim() && !button.getAttribute("aria-label")) wrong.push(`${named(button)} says nothing`);
  for (const picture of all("img, svg"))
    if (shown(picture) && !picture.closest("[aria-hidden=true]") && !picture.matches("[alt], [role=img], [aria-label], [aria-labelledby]"))
      wrong.push(`${named(picture)} has no text of its own`);

  // WCAG 2: relative luminance, 4.5 to 1, and 3 to 1 for large letters.
  const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((channels(colour)[3] ?? 1) > 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  for (const element of all("body *")) {
    const speaks = [...element.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
    if (!speaks || !shown(element) || element.closest("svg, option, [disabled]")) continue;
    const style = getComputedStyle(element);
    const [light, dark] = [luminance(style.color), luminance(ground(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const enough = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    if ((light + 0.05) / (dark + 0.05) < enough) wrong.push(`${named(element)}: contrast ${((light + 0.05) / (dark + 0.05)).toFixed(1)}`);
    if (size < 12) wrong.push(`${named(element)}: letters of ${size} px`);
  }
  folded.forEach((details) => (details.open = false));
  return wrong;
}
