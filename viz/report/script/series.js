/* series.js: which points a curve has, and what it looks like. */

const visible = (view, c) => shown(c.run) && !view.off.has(c.part);
const xs = (s) => (state.x === "step" ? s.s : s.t);
const at = (list, x) => { /* first index with a value that is not smaller */
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < x) low = middle + 1; else high = middle;
  }
  return low;
};
const nearest = (c, x) => {
  const list = xs(c.data), i = at(list, x);
  if (list.length === 0) return -1;
  if (i === list.length) return i - 1;
  if (c.steps && i > 0 && list[i] > x) return i - 1;
  return i > 0 && x - list[i - 1] < list[i] - x ? i - 1 : i;
};
const averaged = (c) => { /* exponential average, without a bias at the start */
  if (state.smooth === 0) return c.data.v;
  if (c.cache && c.cache.w === state.smooth) return c.cache.v;
  let mean = 0, share = 0;
  const v = c.data.v.map((value) => {
    if (!Number.isFinite(value)) return NaN;
    mean = state.smooth * mean + (1 - state.smooth) * value;
    share = state.smooth * share + (1 - state.smooth);
    return mean / share;
  });
  c.cache = { w: state.smooth, v };
  return v;
};
const colour = (view, c) => {
  if (view.panel.layers) {
    const place = view.parts.length < 2 ? 0 : view.parts.indexOf(c.part) / (view.parts.length - 1);
    return heatColour(dark() ? 0.25 + 0.75 * place : 0.86 * place);
  }
  const colours = theme().series;
  return data.runs.length > 1 ? runColour(c.run) : colours[view.parts.indexOf(c.part) % colours.length];
};
const dashes = [[], [8, 4], [2, 4], [10, 4, 2, 4]];
const dash = (view, c) => (data.runs.length > 1 ? dashes[view.parts.indexOf(c.part) % 4] : []);

const label = (view, c) => (data.runs.length < 2 ? c.part
  : view.parts.length < 2 ? data.runs[c.run].label : data.runs[c.run].label + " · " + c.part);
const swatch = (c) => $("i", { className: "swatch", style: "background:" + c });
