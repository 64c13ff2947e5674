// The large map of a form that is being filled in: its stops can be dragged, a press adds one, and the list beside it follows both ways.
// It draws what our own server gave it and asks nobody else. Nothing is sent before the form is.
(() => {
  "use strict";
  const box = document.getElementById("large-map");
  const { base, bounds, most, texts } = JSON.parse(box.dataset.map);
  const list = document.getElementById("stops");
  const form = list.closest("form");
  const said = document.getElementById("map-said");
  const say = (words, facts = {}) => {
    said.textContent = words.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
  };

  const FINGER_PX = 8, LEAST_M = 250, MOST_M = 1000, FAR_M = 5000, LABELS = 30;
  const POSITION = /^\s*([+-]?\d{1,2}\.\d+)\s*[,; ]\s*([+-]?\d{1,3}\.\d+)\s*(±\s*\d+\s*m)?\s*$/;

  box.replaceChildren();
  const map = L.map(box, { attributionControl: false, zoomControl: false, minZoom: 4, maxZoom: 16, zoomSnap: 0.5 });
  L.control.zoom({ zoomInTitle: texts.closer, zoomOutTitle: texts.wider }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.fitBounds(bounds);
  map.getPane("overlayPane").setAttribute("aria-hidden", "true"); // lines, of which the list says more

  const LOOKS = {
    rivers: { color: "#82b5e9", weight: 2 },
    borders: { color: "#8c8c8c", weight: 1.5, dashArray: "9 3 2 3" },
    roads: { color: "#b08a50", weight: 1.5 },
  };
  const labels = L.layerGroup().addTo(map);
  const underneath = ({ features }) => {
    const lines = features.filter((one) => one.properties.layer in LOOKS);
    const style = (one) => LOOKS[one.properties.layer];
    L.geoJSON({ type: "FeatureCollection", features: lines }, { interactive: false, style }).addTo(map).bringToBack();
    const { properties, geometry } = features.find((one) => one.properties.layer === "towns");
    const known = properties.names.map((name, n) => [name, L.GeoJSON.coordsToLatLng(geometry.coordinates[n])]);
    const name = () => {
      labels.clearLayers();
      for (const [words, at] of known.filter(([, at]) => map.getBounds().contains(at)).slice(0, LABELS)) {
        const html = document.createElement("span");
        html.textContent = words;
        const icon = L.divIcon({ className: "town", html, iconSize: null });
        L.marker(at, { icon, interactive: false, keyboard: false }).addTo(labels);
      }
    };
    map.on("moveend", name);
    name();
  };
  fetch(base, { redirect: "error" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
    .then(underneath)
    .catch(() => say(texts.unloaded));

  const way = L.polyline([], { color: "#144372", weight: 2, dashArray: "2 6", interactive: false }).addTo(map);
  const stops = [];

  const exact = (at) => {
    const metres = (FINGER_PX * 40075016 * Math.cos((at.lat * Math.PI) / 180)) / (256 * 2 ** map.getZoom());
    return Math.max(LEAST_M, Math.ceil(metres / 10) * 10);
  };
  const written = (at) => `${at.lat.toFixed(4)}, ${at.lng < 0 ? "" : "+"}${at.lng.toFixed(4)} ±${exact(at)} m`;
  const line = () => way.setLatLngs(stops.filter((stop) => stop.marker).map((stop) => stop.marker.getLatLng()));
  const closer = (at) => {
    map.setView(at, map.getZoom() + Math.ceil(Math.log2(exact(at) / MOST_M)));
    say(texts.coarse);
  };

  // A stop: its two fields in the list, its pin when it is known where it is, and where the place of its name lies.
  const stop = (fields) => {
    const n = stops.length;
    const [place, position] = ["place", "position"].map((name) => fields.querySelector(`[name="stops-${n}-${name}"]`));
    const point = (data) => (data.lat ? L.latLng(data.lat, data.lon) : null);
    const self = { place, position, marker: null, named: point(fields.dataset) };

    self.put = (at) => {
      if (!at) {
        self.marker?.remove();
        self.marker = null;
      } else if (self.marker) {
        self.marker.setLatLng(at);
      } else {
        const under = stops.filter((other) => other !== self && other.marker?.getLatLng().equals(at)).length; // a way back
        const icon = L.divIcon({ className: "pin", html: String(n + 1), iconSize: [30, 30], iconAnchor: [15 - 24 * under, 15] });
        const title = texts.stop.replace("{number}", n + 1);
        self.marker = L.marker(at, { icon, draggable: true, title, alt: title }).addTo(map);
        self.marker.on("dragend", () => self.moved(self.marker.getLatLng()));
        self.marker.on("dragstart", () => (self.was = self.marker.getLatLng()));
        self.marker.on("click", () => position.focus());
        self.marker.on("keypress", ({ originalEvent }) => originalEvent.key === "Enter" && position.focus());
      }
      line();
    };
    self.moved = (at) => {
      if (exact(at) > MOST_M) {
        self.put(self.was ?? null);
        return closer(at);
      }
      say("");
      position.value = written(at);
      const far = self.named && map.distance(self.named, at);
      if (POSITION.test(place.value)) place.value = "";
      else if (place.value && far > FAR_M) {
        say(texts.renamed, { number: n + 1, name: place.value, km: Math.round(far / 1000) });
        place.value = "";
        self.named = null;
      }
      self.put(at);
    };
    const read = () => {
      const found = POSITION.exec(position.value) ?? POSITION.exec(place.value);
      if (found) self.put(L.latLng(Number(found[1]), Number(found[2])));
      else if (position.value.trim()) say(texts.unread, { number: n + 1 });
      else self.put(self.named);
    };
    place.addEventListener("place", ({ detail }) => {
      self.named = L.latLng(detail.at);
      read();
      if (self.marker) map.panTo(self.marker.getLatLng());
    });
    place.addEventListener("input", () => (self.named = null));
    place.addEventListener("change", read);
    position.addEventListener("change", read);
    fields.addEventListener("focusin", () => self.marker && map.panInside(self.marker.getLatLng(), { padding: [40, 40] }));
    stops.push(self);
    self.put(self.named);
    if (POSITION.test(position.value) || POSITION.test(place.value)) read();
    return self;
  };

  const added = () => {
    const copy = document.getElementById("one-more").content.firstElementChild.cloneNode(true);
    const n = stops.length;
    for (const element of copy.querySelectorAll("*"))
      for (const { name, value } of [...element.attributes]) element.setAttribute(name, value.replace("NUMBER", n));
    copy.id = `stop-${n + 1}`;
    copy.querySelector("legend").textContent = texts.stop.replace("{number}", n + 1);
    list.append(copy);
    form.elements._stops.value = n + 1;
    copy.dispatchEvent(new CustomEvent("stop", { bubbles: true }));
    return stop(copy);
  };

  [...list.children].forEach(stop);
  const known = stops.filter((each) => each.marker).map((each) => each.marker.getLatLng());
  if (known.length) map.fitBounds(L.latLngBounds(known), { padding: [40, 40], maxZoom: 10 });

  map.on("click", ({ latlng }) => {
    if (exact(latlng) > MOST_M) return closer(latlng);
    const empty = stops.find((each) => !each.marker && !each.place.value && !each.position.value);
    if (!empty && stops.length >= most) return say(texts.full);
    (empty ?? added()).moved(latlng);
  });
})();
