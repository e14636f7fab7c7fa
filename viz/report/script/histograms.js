/* histograms.js: histograms over time, as ridges. */

const drawHistogram = (view) => {
  const room = prepare(view), g = room.g, all = view.panel.histograms, bins = 90;
  const bad = all.length ? all[all.length - 1].notFinite : 0;
  view.note.textContent = bad > 0 ? bad + " not finite" : "";
  let low = Infinity, high = -Infinity;
  for (const h of all) {
    if (!h.counts.some((n) => n > 0)) continue; /* nothing in it is finite */
    low = Math.min(low, h.min);
    high = Math.max(high, h.max);
  }
  if (low > high) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 0.5, low + 0.5];
  view.xs = scale(low, high, false);
  const p = frame(view, room, 60, 8, { name: "value" });
  const ridges = all.map((h) => {
    const density = new Array(bins).fill(0), total = h.counts.reduce((a, b) => a + b, 0) || 1;
    h.counts.forEach((count, k) => {
      const b = Math.min(h.limits[k], h.max), a = k === 0 ? h.min : Math.max(h.limits[k - 1], h.min);
      const from = view.xs.place(Math.min(a, b)) * bins, to = Math.max(view.xs.place(b) * bins, from + 1);
      for (let i = Math.max(0, Math.floor(from)); i < Math.min(bins, to); i++)
        density[i] += (count / total) * Math.max(0, Math.min(to, i + 1) - Math.max(from, i)) / (to - from);
    });
    return density;
  });
  const full = Math.max(...ridges.flat(), 1e-9), tall = Math.min(p.h * 0.6, 4 * p.h / (all.length + 3));
  const base = data.runs.length > 1 ? runColour(view.panel.curves[0].run) : theme().series[0];
  ridges.forEach((density, k) => {
    const y = all.length === 1 ? p.y + p.h : p.y + tall + (p.h - tall) * k / (all.length - 1);
    g.beginPath();
    g.moveTo(p.x, y);
    density.forEach((d, i) => g.lineTo(p.x + (i + 0.5) / bins * p.w, y - tall * Math.min(1, d / full)));
    g.lineTo(p.x + p.w, y);
    g.fillStyle = css("--panel");
    g.fill();
    g.globalAlpha = 0.2 + 0.6 * (all.length === 1 ? 1 : k / (all.length - 1));
    g.fillStyle = base;
    g.fill();
    g.globalAlpha = 1;
    g.strokeStyle = base;
    g.lineWidth = 1;
    g.stroke();
    if (k % Math.ceil(14 * all.length / p.h) === 0 || k === all.length - 1) {
      g.fillStyle = css("--muted");
      g.textAlign = "right";
      g.textBaseline = "middle";
      g.fillText(String(all[k].step), p.x - 6, y);
    }
  });
};
