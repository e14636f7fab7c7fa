/* panels.js: panels around their plots, and what the mouse does in one. */

const legendOf = (view) => {
  const alone = data.runs.length < 2;
  if (view.parts.length < 2) return null;
  return $("div", { className: "legend" }, ...view.parts.map((part) => {
    const c = view.panel.curves.find((k) => k.part === part);
    const line = $("i", { style: "border-color:" + (alone ? colour(view, c) : css("--muted")) +
      ";border-top-style:" + (alone ? "solid" : ["solid", "dashed", "dotted", "double"][view.parts.indexOf(part) % 4]) });
    const entry = $("span", { className: view.off.has(part) ? "off" : "", onclick: () => {
      if (!view.off.delete(part)) view.off.add(part);
      entry.className = view.off.has(part) ? "off" : "";
      redraw();
    } }, line, part);
    return entry;
  }));
};
const zoom = (range) => { state.range = range; redraw(); };
const place = (view, e) => {
  const r = view.canvas.getBoundingClientRect(), p = view.plot;
  const px = Math.max(p.x, Math.min(p.x + p.w, e.clientX - r.left));
  return { view, px, y: e.clientY - r.top, x: view.xs.value((px - p.x) / p.w) };
};
const listen = (view) => {
  const c = view.canvas;
  c.onmousemove = (e) => {
    state.hover = place(view, e);
    if (view.drag) view.drag.to = state.hover.px;
    redraw();
  };
  c.onmouseleave = () => { state.hover = null; redraw(); };
  c.onmousedown = (e) => {
    const at = place(view, e);
    if (e.button === 0) view.drag = { from: at.px, to: at.px, x: at.x };
  };
  c.ondblclick = () => zoom(null);
  c.onwheel = (e) => {
    if (!e.ctrlKey && !e.metaKey) return; /* the page scrolls */
    e.preventDefault();
    const at = place(view, e), k = 1.15 ** Math.sign(e.deltaY), [low, high] = xRange();
    zoom([at.x - (at.x - low) * k, at.x + (high - at.x) * k]);
  };
};
addEventListener("mouseup", (e) => {
  for (const view of views) {
    const drag = view.drag;
    if (!drag) continue;
    view.drag = null;
    const to = place(view, e);
    if (Math.abs(to.px - drag.from) > 5) zoom([Math.min(drag.x, to.x), Math.max(drag.x, to.x)]);
    else redraw();
  }
});
const shell = (view, wide) => {
  const p = view.panel;
  view.note = $("span", { className: "muted" });
  const log = p.kind === "curves" ? $("button", { onclick: () => {
    view.log = !view.log;
    log.textContent = view.log ? "log" : "linear";
    redraw();
  } }, view.log ? "log" : "linear") : null;
  return $("section", { className: wide ? "panel wide" : "panel" },
    $("div", { className: "head" }, $("h2", {}, p.title.replace(/_/g, " ") + (p.kind === "heat" ? " by layer" : "")),
      $("span", { className: "grow" }), view.note, log));
};
const addPlot = (view, draw, legend) => {
  view.canvas = $("canvas", { ariaLabel: view.panel.title });
  view.box = $("div", { className: "box", hidden: true });
  view.element = shell(view, false);
  view.legend = legend ? legendOf(view) : null;
  if (view.legend) view.element.append(view.legend);
  view.element.append($("div", { className: "frame" }, view.canvas, view.box));
  view.draw = () => draw(view);
};
/* Curves and heat maps share their x. */
const addOverX = (view, draw, legend) => {
  addPlot(view, draw, legend);
  listen(view);
};
const addPr = (view) => {
  addPlot(view, drawPr, true);
  view.canvas.onmousemove = (e) => { view.at = place(view, e); redraw(); };
  view.canvas.onmouseleave = () => { view.at = null; redraw(); };
};
