/* page.js: the page around the panels, and where its data come from. */

/* How a panel of each kind is made. Those of all runs stay when some are hidden, the others go with theirs. */
const kinds = {
  curves: { stays: true, add: (view) => addOverX(view, drawCurves, true) },
  heat: { stays: true, add: (view) => addOverX(view, drawHeat, false) },
  pr: { stays: true, add: addPr },
  text: { stays: true, add: addText },
  histogram: { add: (view) => addPlot(view, drawHistogram, false) },
  matrix: { add: addMatrix },
  graph: { add: addGraph },
  images: { add: addImages },
};
let waiting = false;
const redraw = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    for (const view of views) {
      view.element.hidden = !kinds[view.panel.kind].stays && !view.panel.curves.some((c) => shown(c.run));
      if (!view.element.hidden) view.draw();
    }
    fillValues();
    reset.disabled = state.range === null;
  });
};

const title = $("h1", {}), about = $("span", { className: "muted" });
const reset = $("button", { onclick: () => zoom(null), title: "or double-click a plot" }, "whole range");
const kind = $("select", { ariaLabel: "x axis", onchange: () => {
  state.x = kind.value;
  zoom(null);
} }, $("option", { value: "step" }, "x: step"), $("option", { value: "time" }, "x: time"));
const smooth = $("select", { ariaLabel: "smoothing", onchange: () => {
  state.smooth = Number(smooth.value);
  redraw();
} }, ...[0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99].map((w) => $("option", { value: w }, w === 0 ? "not smoothed" : "smooth " + w)));
const whole = $("button", { onclick: () => {
  state.whole = !state.whole;
  whole.textContent = state.whole ? "all runs on axes" : "far-off runs left out";
  redraw();
} }, "far-off runs left out");
const shade = $("button", { onclick: () => {
  document.documentElement.classList.toggle("dark");
  build();
}, ariaLabel: "light or dark" }, "◐");
const panels = $("div", { id: "panels" });
document.body.append($("header", {}, title, about, $("span", { className: "grow" }), reset, kind, smooth, whole, shade),
  $("main", {}, list, panels));

const decode = () => {
  for (const s of data.series) s.v = s.v.map(number);
  for (const p of data.panels)
    for (const c of p.curves ?? []) c.data = data.series[c.series];
};
const build = () => {
  const before = new Map(views.map((v) => [v.panel.kind + v.panel.title, v]));
  views = data.panels.map((panel) => {
    const old = before.get(panel.kind + panel.title);
    const view = { panel, off: old?.off ?? new Set(), log: old?.log ?? panel.log ?? false,
      parts: [...new Set((panel.curves ?? []).map((c) => c.part))], beyond: [] };
    kinds[panel.kind].add(view);
    return view;
  });
  document.title = data.title;
  title.textContent = data.title;
  about.textContent = data.about;
  list.hidden = data.runs.length < 2;
  whole.hidden = data.runs.length < 3;
  panels.replaceChildren(...views.map((v) => v.element));
  fillList();
  redraw();
};
const show = (next) => { data = next; decode(); build(); };
addEventListener("resize", redraw);
if (matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.classList.add("dark");
const own = document.getElementById("data").textContent.trim();
if (own !== "") {
  show(JSON.parse(own));
} else { /* served: fetched again while the run goes on */
  let version = "";
  const fetchAgain = async () => {
    try {
      const answer = await fetch("data?version=" + version, { cache: "no-store" });
      if (answer.status === 200) {
        const next = await answer.json();
        version = next.version;
        show(next);
      }
    } catch (e) {
      about.textContent = "dnnview has ended";
    }
    setTimeout(fetchAgain, 1000);
  };
  fetchAgain();
}
window.report = { state, views: () => views, data: () => data, redraw }; /* for tests */
