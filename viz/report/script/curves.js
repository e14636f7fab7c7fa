/* curves.js: curves over x, and their values under the mouse. */

const drawCurve = (view, g, p, c, faint) => {
  const list = xs(c.data), v = averaged(c), [from, to] = xRange();
  const begin = Math.max(0, at(list, from) - 1), end = Math.min(list.length, at(list, to) + 1);
  const px = (x) => p.x + view.xs.place(x) * p.w;
  const py = (y) => (view.log && !(y > 0) ? p.y + p.h + 50
    : Math.max(-1e4, Math.min(1e4, p.y + (1 - view.ys.place(y)) * p.h)));
  const dense = end - begin > 2 * p.w && state.smooth === 0 && !c.steps;
  g.strokeStyle = g.fillStyle = colour(view, c);
  g.globalAlpha = faint ? 0.2 : 1;
  g.lineWidth = state.over === c.run && data.runs.length > 1 ? 2.6 : 1.6;
  g.setLineDash(dash(view, c));
  g.beginPath();
  let open = false, sum = 0, points = 0, place = 0, column = null;
  const band = new Path2D();
  const put = (x, y) => { if (open) g.lineTo(x, y); else g.moveTo(x, y); open = true; };
  for (let i = begin; i < end; i++) {
    if (!Number.isFinite(v[i])) { open = false; continue; }
    const x = px(list[i]), y = py(v[i]);
    if (!dense) {
      if (c.steps && open) g.lineTo(x, py(v[i - 1]));
      put(x, y);
      continue;
    }
    if (column === null || Math.floor(x) !== column.at) {
      if (column !== null) band.rect(column.at, column.top - 0.5, 1, column.bottom - column.top + 1);
      column = { at: Math.floor(x), top: y, bottom: y };
    }
    column.top = Math.min(column.top, y);
    column.bottom = Math.max(column.bottom, y);
    sum += v[i]; place += x; points++;
    if (points >= 24) { put(place / points, py(sum / points)); sum = place = points = 0; }
  }
  if (dense && points > 0) put(place / points, py(sum / points));
  if (c.steps && open && end === list.length) {
    const run = data.runs[c.run];
    g.lineTo(px(state.x === "step" ? run.step : run.seconds), py(v[end - 1]));
  }
  g.stroke();
  g.setLineDash([]);
  if (dense) { g.globalAlpha *= 0.3; g.fill(band); }
  if (!dense && end - begin <= p.w / 9 && state.smooth === 0)
    for (let i = begin; i < end; i++)
      if (Number.isFinite(v[i])) {
        g.beginPath();
        g.arc(px(list[i]), py(v[i]), 2.2, 0, 7);
        g.fill();
      }
  g.globalAlpha = 1;
};

const drawCurves = (view) => {
  const room = prepare(view), g = room.g, range = xRange();
  view.xs = scale(range[0], range[1] + (range[1] - range[0]) * (state.range ? 0 : 0.015), false);
  view.ys = fitY(view, range);
  const p = frame(view, room, 52, 8, { y: true });
  const seen = view.panel.curves.filter((c) => visible(view, c));
  const other = (c) => state.over !== null && data.runs.length > 1 && c.run !== state.over;
  clip(g, p, () => {
    for (const c of seen.filter(other)) drawCurve(view, g, p, c, true);
    for (const c of seen.filter((c) => !other(c))) drawCurve(view, g, p, c, false);
    marks(view, g, p);
  });
  const far = view.beyond.map((r) => data.runs[r].label);
  view.note.textContent = far.length === 1 ? far[0] + " beyond the axis"
    : far.length > 1 ? far.length + " runs beyond the axis" : "";
  readout(view, seen);
};
const readout = (view, seen) => {
  view.box.hidden = true;
  if (state.hover === null || state.hover.view !== view || view.drag) return;
  const rows = [];
  let step = null;
  for (const c of seen) {
    const i = nearest(c, state.hover.x);
    if (i < 0) continue;
    const x = xs(c.data)[i], far = Math.abs(x - state.hover.x);
    rows.push({ c, i, value: c.data.v[i], step: c.data.s[i], time: c.data.t[i], far });
  }
  if (rows.length === 0) return;
  const main = rows.reduce((a, b) => (b.far < a.far ? b : a));
  step = main.step;
  rows.sort((a, b) => (Number.isNaN(a.value) ? 1 : Number.isNaN(b.value) ? -1 : b.value - a.value));
  const table = $("table", {});
  for (const r of rows.slice(0, 14))
    table.append($("tr", {},
      $("td", {}, swatch(colour(view, r.c)), label(view, r.c)),
      $("td", { className: "value" }, digits(Math.fround(r.value), 7)),
      $("td", { className: "muted" }, r.step === step ? "" : "at " + r.step)));
  showBox(view, view.plot.x + view.xs.place(state.hover.x) * view.plot.w, 6,
    $("b", {}, "step " + step + " · " + seconds(main.time)), table,
    rows.length > 14 ? $("div", { className: "muted" }, "+ " + (rows.length - 14) + " more") : "");
};
