/* plot.js: what all plots share. */

const prepare = (view) => {
  const r = view.canvas.getBoundingClientRect(), k = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(r.width * k)), h = Math.max(1, Math.round(r.height * k));
  if (view.canvas.width !== w || view.canvas.height !== h) {
    view.canvas.width = w;
    view.canvas.height = h;
  }
  const g = view.canvas.getContext("2d");
  g.setTransform(k, 0, 0, k, 0, 0);
  g.clearRect(0, 0, r.width, r.height);
  g.font = '11px "DejaVu Sans", system-ui, sans-serif';
  return { g, width: r.width, height: r.height };
};
/* The plot between its margins; below it ticks of x, with `y` those of y and a grid too, and with `name`
 * what x is, which is a number then, else a step or a time. */
const frame = (view, { g, width, height }, left, right, { y = false, name = "" } = {}) => {
  const p = { x: left, y: 4, w: width - left - right, h: height - (name === "" ? 24 : 40) };
  view.plot = p;
  g.textBaseline = "top";
  g.textAlign = "center";
  for (const [value, label] of ticks(view.xs, Math.max(2, p.w / 80))) {
    const x = Math.round(p.x + view.xs.place(value) * p.w) + 0.5;
    g.fillStyle = css("--grid");
    if (y) g.fillRect(x - 0.5, p.y, 1, p.h);
    g.fillStyle = css("--muted");
    g.fillText(name !== "" || state.x === "step" ? label : seconds(value), Math.min(x, width - 16), p.y + p.h + 6);
  }
  g.fillText(name, p.x + p.w / 2, p.y + p.h + 21);
  if (y) yAxis(view, g, p);
  return p;
};
const yAxis = (view, g, p) => {
  g.textBaseline = "middle";
  g.textAlign = "right";
  for (const [value, label] of ticks(view.ys, Math.max(2, p.h / 34))) {
    const y = Math.round(p.y + (1 - view.ys.place(value)) * p.h) + 0.5;
    g.fillStyle = css("--grid");
    g.fillRect(p.x, y - 0.5, p.w, 1);
    g.fillStyle = css("--muted");
    g.fillText(label, p.x - 6, y);
  }
  g.fillStyle = css("--axis");
  g.fillRect(p.x - 1, p.y, 1, p.h);
  g.fillRect(p.x - 1, p.y + p.h, p.w + 1, 1);
};

const clip = (g, p, draw) => {
  g.save();
  g.beginPath();
  g.rect(p.x, p.y - 1, p.w + 1, p.h + 2);
  g.clip();
  draw();
  g.restore();
};
/* What the mouse is selecting, and where it is. */
const marks = (view, g, p) => {
  g.fillStyle = css("--sel");
  if (view.drag)
    g.fillRect(Math.min(view.drag.from, view.drag.to), p.y, Math.abs(view.drag.to - view.drag.from), p.h);
  const x = state.hover === null ? -1 : p.x + view.xs.place(state.hover.x) * p.w;
  g.fillStyle = css("--axis");
  if (x >= p.x && x <= p.x + p.w) g.fillRect(Math.round(x), p.y, 1, p.h);
};
/* The box of values beside a place of the plot, on the side that has room. */
const showBox = (view, x, y, ...content) => {
  view.box.replaceChildren(...content);
  view.box.hidden = false;
  const w = view.box.offsetWidth, right = view.plot.x + view.plot.w;
  view.box.style.left = (x + 14 + w < right ? x + 14 : Math.max(0, x - 14 - w)) + "px";
  view.box.style.top = Math.max(0, Math.min(view.canvas.clientHeight - view.box.offsetHeight, y)) + "px";
};
