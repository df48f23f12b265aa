// What a map file draws beside folium's own layers. Texts only ever become text, never markup.
"use strict";

const fleetMap = (() => {
  const text = (tag, said, name) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.textContent = said;
    return element;
  };

  /** Lines come as differences in 1e-5 degrees. */
  const unpacked = (numbers) => {
    const line = [];
    let lat = 0;
    let lon = 0;
    for (let i = 0; i < numbers.length; i += 2) {
      lat += numbers[i];
      lon += numbers[i + 1];
      line.push([lat / 1e5, lon / 1e5]);
    }
    return line;
  };

  const ROADS = [
    { color: "#c3c9d2", weight: 2.6 },
    { color: "#cfd4db", weight: 1.8 },
    { color: "#dde1e6", weight: 1.1 },
  ];

  function background(map, { roads, water, names, credit }) {
    const quiet = { interactive: false, smoothFactor: 0.6 };
    const wet = { ...quiet, stroke: false, fillColor: "#dbe7f0", fillOpacity: 1 };
    for (const polygon of water) L.polygon(polygon.map(unpacked), wet).addTo(map);
    [...roads.keys()].reverse().forEach((rank) => {
      if (roads[rank].length) L.polyline(roads[rank].map(unpacked), { ...quiet, ...ROADS[rank] }).addTo(map);
    });
    for (const [lat, lon, name] of names) {
      const icon = L.divIcon({ className: "place-name", html: text("span", name), iconSize: null });
      L.marker([lat, lon], { icon, interactive: false, keyboard: false, zIndexOffset: -9000 }).addTo(map);
    }
    map.attributionControl.setPrefix(false);
    if (credit) map.attributionControl.addAttribution(credit);
  }

  function scale(map, units) {
    L.control.scale({ metric: units === "metric", imperial: units === "imperial" }).addTo(map);
  }

  function marks(map, all) {
    for (const { lat, lon, kind, sign, title, lines, rank } of all) {
      const usual = kind === "visit"; // there are many: they stay below what stands out
      const html = text("span", usual ? "" : sign);
      const icon = L.divIcon({ className: `mark mark-${kind}`, html, iconSize: usual ? [13, 13] : [22, 22] });
      const said = document.createElement("div");
      said.append(text("b", title), ...lines.map((line) => text("div", line)));
      L.marker([lat, lon], { icon, title, zIndexOffset: (usual ? 0 : rank) * 1000 }).bindPopup(said, { maxWidth: 260 }).addTo(map);
    }
  }

  return { background, marks, scale };
})();
