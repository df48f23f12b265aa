// Run in the measured pages: what both ways share, and the plain way itself.
window.bench = {
  /** Gaps between animation frames in ms, for `ms`, with the map at rest or panning. */
  async gaps(map, ms, pan) {
    const found = [];
    let last = performance.now();
    let running = true;
    const tick = () => {
      const now = performance.now();
      found.push(now - last);
      last = now;
      if (running) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    if (pan) map.panBy([500, 250], { duration: ms, easing: (t) => t });
    await new Promise((resolve) => setTimeout(resolve, ms));
    running = false;
    found.push(performance.now() - last);
    return found;
  },

  /** Epoch ms of the first painting after a vehicle's newest fix lies at a latitude. */
  drawn(id, lat, patience) {
    const { store, overlay } = window.__fleet;
    return new Promise((resolve) => {
      const before = overlay.afterDraw;
      const finish = (at) => {
        overlay.afterDraw = before;
        clearTimeout(timer);
        resolve(at);
      };
      const timer = setTimeout(() => finish(null), patience);
      overlay.afterDraw = () => {
        before?.();
        const vehicle = store.vehicles.get(id);
        if (vehicle && Math.abs(vehicle.lat - lat) < 1e-6) finish(Date.now());
      };
    });
  },

  /** The plain way: `points` as DOM markers or as a GeoJSON source, moved by a timer. */
  async plain({ style, center, zoom, points, way, slices, every }) {
    const gl = await import("/bench-files/maplibre-gl/dist/maplibre-gl.mjs");
    gl.setWorkerUrl("/bench-files/maplibre-gl/dist/maplibre-gl-worker.mjs");
    if (JSON.stringify(style.sources).includes("pmtiles://")) {
      const { Protocol } = await import("/bench-files/pmtiles/dist/esm/index.js");
      gl.addProtocol("pmtiles", new Protocol().tile);
    }
    const map = new gl.Map({ container: "map", style, center, zoom, attributionControl: false });
    await map.once("load");
    const put = way === "markers" ? this.markers(gl, map, points) : this.source(map, points);
    let turn = 0;
    setInterval(() => {
      turn += 1;
      const moved = [];
      for (let i = turn % slices; i < points.length; i += slices) {
        points[i][0] += (Math.random() - 0.5) * 4e-4;
        points[i][1] += (Math.random() - 0.5) * 2e-4;
        moved.push(i);
      }
      put(moved);
    }, every);
    window.map = map;
  },

  markers(gl, map, points) {
    const made = points.map((point) => new gl.Marker().setLngLat(point).addTo(map));
    return (moved) => moved.forEach((i) => made[i].setLngLat(points[i]));
  },

  source(map, points) {
    const data = () => ({
      type: "FeatureCollection",
      features: points.map((coordinates, id) => ({
        type: "Feature", id, properties: {}, geometry: { type: "Point", coordinates },
      })),
    });
    map.addSource("fleet", { type: "geojson", data: data() });
    map.addLayer({ id: "fleet", type: "circle", source: "fleet", paint: { "circle-radius": 7 } });
    return () => map.getSource("fleet").setData(data());
  },
};
