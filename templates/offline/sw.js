// Shows what this telephone keeps where no network answers; every other request goes its way untouched.
importScripts({{ vault | tojson }});
const SHELL = {{ shell | tojson }}, PAGE = {{ page | tojson }}, LOST = {{ lost | tojson }}, NAME = {{ name | tojson }};

const alone = (path) => new Request(path, { credentials: "omit" }); // as a stranger sees it
const kept = async (path) => (await caches.open(NAME)).match(path);

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(NAME).then((shelf) => shelf.addAll(SHELL.map(alone))));
});
self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
  event.waitUntil(Promise.all([caches.keys().then(old), vault.purge().catch(() => 0), self.clients.claim()]));
});

const escaped = (text) => text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);
// What was typed, in a page of its own that sends it again. Passwords are not put into pages.
const lost = async (request) => {
  const typed = request && (await request.formData().catch(() => null));
  if (!typed || [...typed].some(([name, value]) => /passw/i.test(name) || typeof value !== "string")) return kept(PAGE);
  const page = await kept(LOST);
  const fields = [...typed].map(([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`);
  const { headers } = page;
  return new Response((await page.text()).replace("<!--fields-->", () => fields.join("\n")), { status: 503, headers });
};
const answer = async (request) => {
  const typed = request.method === "POST" ? request.clone() : null;
  try {
    return await fetch(request);
  } catch {
    return (await (typed ? lost(typed) : kept(PAGE))) ?? Response.error();
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event, path = new URL(request.url).pathname + new URL(request.url).search;
  if (request.mode === "navigate") {
    if (path === {{ leaving | tojson }}) return; // its answer wipes this telephone, so it must reach the browser itself
    event.respondWith(path === PAGE ? kept(PAGE).then((found) => found ?? fetch(request)) : answer(request));
  } else if (SHELL.includes(path)) {
    event.respondWith(kept(path).then((found) => found ?? fetch(request)));
  } else if (SHELL.some((each) => each.startsWith(path.split("?")[0] + "?"))) {
    // Of another edition than the page: the network has it, or else ours is better than none.
    event.respondWith(fetch(request).catch(() => caches.match(request, { ignoreSearch: true })));
  }
});
