/* pr.js: precision over recall, and under the mouse the nearest threshold of each curve. */
const drawPr = (view) => {
  const room = prepare(view), g = room.g, rows = [];
  view.xs = view.ys = scale(0, 1.02, false);
  const p = frame(view, room, 40, 12, { y: true, name: "recall" });
  const x = (v) => p.x + view.xs.place(v) * p.w, y = (v) => p.y + (1 - view.ys.place(v)) * p.h;
  view.note.textContent = "precision, step " + Math.max(...view.panel.pr.map((c) => c.step));
  view.panel.curves.forEach((c, i) => {
    if (!visible(view, c)) return;
    const points = view.panel.pr[i].points.filter((k) => k[0] !== null && k[1] !== null);
    g.strokeStyle = colour(view, c);
    g.lineWidth = 1.6;
    g.setLineDash(dash(view, c));
    g.beginPath();
    points.forEach((k) => g.lineTo(x(k[0]), y(k[1])));
    g.stroke();
    if (!view.at || points.length === 0) return;
    const far = (k) => Math.hypot(x(k[0]) - view.at.px, y(k[1]) - view.at.y);
    const best = points.reduce((a, k) => (far(k) < far(a) ? k : a));
    rows.push([label(view, c), digits(best[1], 5) + " at " + digits(best[0], 5)]);
  });
  g.setLineDash([]);
  view.box.hidden = true;
  if (rows.length > 0)
    showBox(view, view.at.px, view.at.y, $("b", {}, "precision at recall"),
      $("table", {}, ...rows.map((r) => $("tr", {}, ...r.map((t) => $("td", {}, t))))));
};
