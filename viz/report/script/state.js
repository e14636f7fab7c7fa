/* state.js: what the page knows, and its words.
 *
 * The report page is a list of runs, panels of curves, heat maps, histograms, images and texts. `data` is
 * what report_data.c wrote; a served page fetches it again and again. The files of this folder are one
 * function in the page, in the order of viz/CMakeLists.txt. No request leaves the page, and no code but
 * this runs in it. */
const $ = (name, props, ...children) => {
  const e = Object.assign(document.createElement(name), props);
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
};
const state = { x: "step", range: null, smooth: 0, hidden: new Set(), hover: null, over: null,
  order: -1, filter: "", whole: false };
let data = null, views = [];
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const dark = () => document.documentElement.classList.contains("dark");
const theme = () => data.themes[dark() ? "dark" : "light"];
/* Whether a run is to be seen: it is not hidden, and what is typed into the list's filter is in its name. */
const matches = (run) => data.runs[run].label.toLowerCase().includes(state.filter);
const shown = (run) => !state.hidden.has(run) && matches(run);
const runColour = (run) => theme().series[data.runs[run].number % theme().series.length];
const heatColour = (part) => {
  const heat = theme().heat;
  return heat[Math.round(Math.max(0, Math.min(1, part)) * (heat.length - 1))];
};
const number = (v) => (typeof v === "string" ? (v === "inf" ? Infinity : -Infinity) : v === null ? NaN : v);

const digits = (v, n) => {
  if (!Number.isFinite(v)) return String(v);
  const a = Math.abs(v);
  if (a !== 0 && (a >= 1e7 || a < 1e-4)) return v.toExponential(n - 1).replace(/\.?0+e/, "e");
  return String(Number(v.toPrecision(n)));
};
const seconds = (s) => (s < 60 ? digits(s, 3) + " s" : s < 3600
  ? Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0") + " min"
  : Math.floor(s / 3600) + ":" + String(Math.floor(s / 60) % 60).padStart(2, "0") + " h");
