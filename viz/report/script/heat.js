/* heat.js: layers over x, as colours. */

const drawHeat = (view) => {
  const room = prepare(view), g = room.g, range = xRange();
  const rows = view.panel.curves.filter((c) => visible(view, c));
  view.xs = scale(range[0], range[1], false);
  view.ys = fitY(view, range);
  g.font = '10px "DejaVu Sans", system-ui, sans-serif';
  const left = Math.min(room.width * 0.3, 8 + Math.max(0, ...rows.map((c) => g.measureText(label(view, c)).width)));
  const p = frame(view, room, left, 56), h = p.h / Math.max(1, rows.length);
  g.textAlign = "left";
  g.textBaseline = "middle";
  rows.forEach((c, k) => {
    const list = xs(c.data), y = p.y + k * h;
    let i = at(list, view.xs.low), held = i > 0 ? c.data.v[i - 1] : null;
    for (let x = 0; x < p.w; x++) { /* the largest of a pixel; a value holds until the next one */
      const end = view.xs.value((x + 1) / p.w);
      let high = null;
      for (; i < list.length && list[i] <= end; i++) {
        held = c.data.v[i];
        if (!Number.isFinite(held) || high === null || held > high) high = held;
        if (!Number.isFinite(held)) break;
      }
      while (i < list.length && list[i] <= end) i++;
      const value = high ?? (i < list.length ? held : null);
      if (value === null) continue;
      const place = view.ys.place(value);
      g.fillStyle = !Number.isFinite(value) ? css("--warn")
        : heatColour(Number.isNaN(place) ? 0 : place);
      g.fillRect(p.x + x, y, 1.2, Math.max(1, h - (h > 6 ? 1 : 0)));
    }
    if (k % Math.ceil(12 / h) === 0) {
      g.fillStyle = css("--text");
      g.fillText(label(view, c), 0, y + h / 2, left - 6);
    }
  });
  for (let i = 0; i < p.h; i++) {
    g.fillStyle = heatColour(1 - i / p.h);
    g.fillRect(p.x + p.w + 8, p.y + i, 10, 1.5);
  }
  g.fillStyle = css("--muted");
  for (const [value, text] of ticks(view.ys, 4))
    g.fillText(text, p.x + p.w + 22, p.y + (1 - view.ys.place(value)) * p.h);
  marks(view, g, p);
  view.box.hidden = true;
  if (state.hover !== null && state.hover.view === view && rows.length > 0) {
    const c = rows[Math.max(0, Math.min(rows.length - 1, Math.floor((state.hover.y - p.y) / h)))];
    const i = nearest(c, state.hover.x);
    if (i < 0) return;
    showBox(view, state.hover.px, state.hover.y, $("b", {}, "step " + c.data.s[i]),
      $("div", {}, label(view, c) + "  " + digits(c.data.v[i], 7)));
  }
};
