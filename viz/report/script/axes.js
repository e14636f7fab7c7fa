/* axes.js: scales, their ticks and what they hold. */

const scale = (low, high, log) => {
  const f = log ? Math.log10 : (v) => v;
  const a = f(low), b = f(high);
  return { low, high, log, place: (v) => (f(v) - a) / (b - a),
    value: (p) => (log ? 10 ** (a + p * (b - a)) : a + p * (b - a)) };
};
const ticks = (s, wanted) => {
  const list = [];
  if (s.log && Math.log10(s.high / s.low) > 1.2) {
    const every = Math.ceil(Math.log10(s.high / s.low) / wanted);
    for (let e = Math.ceil(Math.log10(s.low) - 1e-9); 10 ** e <= s.high * (1 + 1e-9); e += every)
      list.push([10 ** e, digits(10 ** e, 3)]);
    if (list.length > 1) return list;
    list.length = 0;
  }
  const rough = (s.high - s.low) / wanted, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((k) => k * power >= rough * (1 - 1e-9));
  for (let k = Math.ceil(s.low / step - 1e-9); k * step <= s.high + step * 1e-9; k++)
    list.push([k * step, digits(Math.abs(k * step) < step * 1e-9 ? 0 : k * step, 6)]);
  return list;
};
const fitX = () => {
  let low = Infinity, high = -Infinity;
  for (const view of views)
    for (const c of view.panel.curves ?? [])
      if (c.data && visible(view, c) && c.data.s.length > 0) {
        const list = xs(c.data);
        low = Math.min(low, list[0]);
        high = Math.max(high, list[list.length - 1]);
      }
  if (!(low < high)) return Number.isFinite(low) ? [low - 0.5, low + 0.5] : [0, 1];
  return [low, high];
};
const xRange = () => state.range ?? fitX();
const rangeOf = (view, c, [from, to], log) => {
  const list = xs(c.data);
  let low = Infinity, high = -Infinity;
  const last = Math.min(list.length, at(list, to) + 1);
  for (let i = Math.max(0, at(list, from) - 1); i < last; i++) {
    const v = c.data.v[i];
    if (Number.isFinite(v) && (!log || v > 0)) {
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  return [low, high];
};
/* Three quarters of the runs, widened, are what the axis holds: one that has diverged does not
 * flatten the others. */
const fitY = (view, range) => {
  const log = view.log, f = log ? Math.log10 : (v) => v, runs = new Map();
  view.beyond = [];
  for (const c of view.panel.curves) {
    if (!visible(view, c)) continue;
    const [low, high] = rangeOf(view, c, range, log).map(f);
    if (!(low <= high)) continue;
    const r = runs.get(c.run) ?? [Infinity, -Infinity];
    runs.set(c.run, [Math.min(r[0], low), Math.max(r[1], high)]);
  }
  let spans = [...runs];
  if (spans.length >= 3 && !state.whole) {
    const kept = spans.length - Math.max(1, Math.floor(spans.length / 4));
    const low = spans.map((s) => s[1][0]).sort((a, b) => b - a)[kept - 1];
    const high = spans.map((s) => s[1][1]).sort((a, b) => a - b)[kept - 1];
    const width = 3 * Math.max(high - low, 1e-9 * Math.max(Math.abs(low), Math.abs(high)));
    const usual = spans.filter((s) => s[1][0] >= low - width && s[1][1] <= high + width);
    view.beyond = spans.filter((s) => !usual.includes(s)).map((s) => s[0]);
    spans = usual;
  }
  let low = Math.min(...spans.map((s) => s[1][0])), high = Math.max(...spans.map((s) => s[1][1]));
  if (!(low <= high)) [low, high] = log ? [-1, 0] : [0, 1];
  const margin = high > low ? 0.04 * (high - low) : log ? 0.1 : Math.abs(low) * 0.05 || 0.5;
  return log ? scale(10 ** (low - margin), 10 ** (high + margin), true)
    : scale(low - margin, high + margin, false);
};
