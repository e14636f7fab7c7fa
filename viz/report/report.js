/* report.js: the report page: a list of runs, panels of curves, heat maps, histograms, images and
 * texts. `DATA` is what report.c wrote; a served page fetches it again and again. No request leaves
 * the page, and no code but this runs in it. */
"use strict";
(() => {
  const $ = (name, props, ...children) => {
    const e = Object.assign(document.createElement(name), props);
    e.append(...children.filter((c) => c !== null && c !== undefined));
    return e;
  };
  const state = { x: "step", range: null, smooth: 0, hidden: new Set(), hover: null, over: null,
    order: -1, filter: "", whole: false, panels: new Map() };
  let data = null, views = [];
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const dark = () => document.documentElement.classList.contains("dark");
  const theme = () => data.themes[dark() ? "dark" : "light"];
  const number = (v) => (typeof v === "string" ? (v === "inf" ? Infinity : -Infinity) : v === null ? NaN : v);

  /* --- words --- */
  const digits = (v, n) => {
    if (!Number.isFinite(v)) return String(v);
    const a = Math.abs(v);
    if (a !== 0 && (a >= 1e7 || a < 1e-4)) return v.toExponential(n - 1).replace(/\.?0+e/, "e");
    return String(Number(v.toPrecision(n)));
  };
  const seconds = (s) => (s < 60 ? digits(s, 3) + " s" : s < 3600
    ? Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0") + " min"
    : Math.floor(s / 3600) + ":" + String(Math.floor(s / 60) % 60).padStart(2, "0") + " h");

  /* --- data --- */
  const visible = (view, c) => !state.hidden.has(c.run) && !view.off.has(c.part) &&
    data.runs[c.run].label.toLowerCase().includes(state.filter);
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
    const t = theme();
    if (view.panel.layers) {
      const place = view.parts.length < 2 ? 0 : view.parts.indexOf(c.part) / (view.parts.length - 1);
      return t.heat[Math.round((dark() ? 0.25 + 0.75 * place : 0.86 * place) * (t.heat.length - 1))];
    }
    const n = data.runs.length > 1 ? data.runs[c.run].number : view.parts.indexOf(c.part);
    return t.series[n % t.series.length];
  };
  const dashes = [[], [8, 4], [2, 4], [10, 4, 2, 4]];
  const dash = (view, c) => (data.runs.length > 1 ? dashes[view.parts.indexOf(c.part) % 4] : []);

  /* --- axes --- */
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

  /* --- drawing --- */
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
  const frame = (view, g, width, height, left, right) => {
    const p = { x: left, y: 4, w: width - left - right, h: height - 24 };
    view.plot = p;
    g.textBaseline = "top";
    g.textAlign = "center";
    for (const [value, label] of ticks(view.xs, Math.max(2, p.w / 80))) {
      const x = Math.round(p.x + view.xs.place(value) * p.w) + 0.5;
      g.fillStyle = css("--grid");
      g.fillRect(x - 0.5, p.y, 1, p.h);
      g.fillStyle = css("--muted");
      g.fillText(state.x === "step" ? label : seconds(value), Math.min(x, width - 16), p.y + p.h + 6);
    }
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
  const clip = (g, p, draw) => {
    g.save();
    g.beginPath();
    g.rect(p.x, p.y - 1, p.w + 1, p.h + 2);
    g.clip();
    draw();
    g.restore();
  };
  const crosshair = (view, g, p) => {
    if (state.hover === null) return;
    const x = p.x + view.xs.place(state.hover.x) * p.w;
    if (x < p.x || x > p.x + p.w) return;
    g.fillStyle = css("--axis");
    g.fillRect(Math.round(x), p.y, 1, p.h);
  };
  const selection = (view, g, p) => {
    if (!view.drag) return;
    g.fillStyle = css("--sel");
    g.fillRect(Math.min(view.drag.from, view.drag.to), p.y, Math.abs(view.drag.to - view.drag.from), p.h);
  };
  const drawCurves = (view) => {
    const { g, width, height } = prepare(view), range = xRange();
    view.xs = scale(range[0], range[1] + (range[1] - range[0]) * (state.range ? 0 : 0.015), false);
    view.ys = fitY(view, range);
    const p = frame(view, g, width, height, 52, 8);
    yAxis(view, g, p);
    const shown = view.panel.curves.filter((c) => visible(view, c));
    const other = (c) => state.over !== null && data.runs.length > 1 && c.run !== state.over;
    clip(g, p, () => {
      for (const c of shown.filter(other)) drawCurve(view, g, p, c, true);
      for (const c of shown.filter((c) => !other(c))) drawCurve(view, g, p, c, false);
      selection(view, g, p);
      crosshair(view, g, p);
    });
    const far = view.beyond.map((r) => data.runs[r].label);
    view.note.textContent = far.length === 1 ? far[0] + " beyond the axis"
      : far.length > 1 ? far.length + " runs beyond the axis" : "";
    readout(view, shown);
  };
  const readout = (view, shown) => {
    view.box.hidden = true;
    if (state.hover === null || state.hover.view !== view || view.drag) return;
    const rows = [];
    let step = null;
    for (const c of shown) {
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
    view.box.replaceChildren($("b", {}, "step " + step + " · " + seconds(main.time)), table);
    if (rows.length > 14)
      view.box.append($("div", { className: "muted" }, "+ " + (rows.length - 14) + " more"));
    view.box.hidden = false;
    const x = view.plot.x + view.xs.place(state.hover.x) * view.plot.w, w = view.box.offsetWidth;
    view.box.style.left = (x + 14 + w < view.plot.x + view.plot.w ? x + 14 : Math.max(0, x - 14 - w)) + "px";
    view.box.style.top = "6px";
  };
  const label = (view, c) => (data.runs.length < 2 ? c.part
    : view.parts.length < 2 ? data.runs[c.run].label : data.runs[c.run].label + " · " + c.part);
  const swatch = (c) => $("i", { className: "swatch", style: "background:" + c });

  const drawHeat = (view) => {
    const { g, width, height } = prepare(view), range = xRange(), heat = theme().heat;
    const rows = view.panel.curves.filter((c) => visible(view, c));
    view.xs = scale(range[0], range[1], false);
    view.ys = fitY(view, range);
    g.font = '10px "DejaVu Sans", system-ui, sans-serif';
    const left = Math.min(width * 0.3, 8 + Math.max(0, ...rows.map((c) => g.measureText(label(view, c)).width)));
    const p = frame(view, g, width, height, left, 56), h = p.h / Math.max(1, rows.length);
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
          : heat[Math.round(Math.max(0, Math.min(1, Number.isNaN(place) ? 0 : place)) * (heat.length - 1))];
        g.fillRect(p.x + x, y, 1.2, Math.max(1, h - (h > 6 ? 1 : 0)));
      }
      if (k % Math.ceil(12 / h) === 0) {
        g.fillStyle = css("--text");
        g.fillText(label(view, c), 0, y + h / 2, left - 6);
      }
    });
    for (let i = 0; i < p.h; i++) {
      g.fillStyle = heat[Math.round((1 - i / p.h) * (heat.length - 1))];
      g.fillRect(p.x + p.w + 8, p.y + i, 10, 1.5);
    }
    g.fillStyle = css("--muted");
    for (const [value, text] of ticks(view.ys, 4))
      g.fillText(text, p.x + p.w + 22, p.y + (1 - view.ys.place(value)) * p.h);
    crosshair(view, g, p);
    view.box.hidden = true;
    if (state.hover !== null && state.hover.view === view && rows.length > 0) {
      const c = rows[Math.max(0, Math.min(rows.length - 1, Math.floor((state.hover.y - p.y) / h)))];
      const i = nearest(c, state.hover.x);
      if (i < 0) return;
      view.box.replaceChildren($("b", {}, "step " + c.data.s[i]),
        $("div", {}, label(view, c) + "  " + digits(c.data.v[i], 7)));
      view.box.hidden = false;
      view.box.style.left = Math.min(width - view.box.offsetWidth - 4, state.hover.px + 14) + "px";
      view.box.style.top = Math.max(0, Math.min(height - 44, state.hover.y)) + "px";
    }
  };

  /* Precision over recall, and under the mouse the nearest threshold of each curve. */
  const drawPr = (view) => {
    const { g, width, height } = prepare(view), p = { x: 40, y: 6, w: width - 52, h: height - 40 };
    view.xs = scale(0, 1.02, false);
    view.ys = scale(0, 1.02, false);
    view.plot = p;
    const x = (v) => p.x + view.xs.place(v) * p.w, y = (v) => p.y + (1 - view.ys.place(v)) * p.h;
    g.fillStyle = css("--muted");
    g.strokeStyle = css("--grid");
    g.lineWidth = 1;
    for (const [value, text] of ticks(view.xs, p.w / 80)) {
      g.textAlign = "center";
      g.textBaseline = "top";
      g.fillText(text, x(value), p.y + p.h + 5);
      g.strokeRect(x(value), p.y, 0, p.h);
    }
    for (const [value, text] of ticks(view.ys, p.h / 40)) {
      g.textAlign = "right";
      g.textBaseline = "middle";
      g.fillText(text, p.x - 6, y(value));
      g.strokeRect(p.x, y(value), p.w, 0);
    }
    g.textAlign = "center";
    g.textBaseline = "bottom";
    g.fillText("recall", p.x + p.w / 2, height);
    view.note.textContent = "precision, step " + Math.max(...view.panel.pr.map((c) => c.step));
    const rows = [];
    view.panel.curves.forEach((c, i) => {
      if (state.hidden.has(c.run) || view.off.has(c.part)) return;
      const points = view.panel.pr[i].points.filter((k) => k[0] !== null && k[1] !== null);
      g.strokeStyle = colour(view, c);
      g.lineWidth = 1.6;
      g.setLineDash(data.runs.length > 1 ? [[], [6, 4], [2, 3]][view.parts.indexOf(c.part) % 3] : []);
      g.beginPath();
      points.forEach((k) => g.lineTo(x(k[0]), y(k[1])));
      g.stroke();
      if (!view.at || points.length === 0) return;
      const far = (k) => Math.hypot(x(k[0]) - view.at.px, y(k[1]) - view.at.y);
      const best = points.reduce((a, k) => (far(k) < far(a) ? k : a));
      rows.push([label(view, c), digits(best[1], 5) + " at " + digits(best[0], 5)]);
    });
    g.setLineDash([]);
    view.box.hidden = rows.length === 0;
    view.box.replaceChildren($("b", {}, "precision at recall"),
      $("table", {}, ...rows.map((r) => $("tr", {}, ...r.map((t) => $("td", {}, t))))));
    if (rows.length === 0) return;
    view.box.style.left = Math.min(width - view.box.offsetWidth - 4, view.at.px + 14) + "px";
    view.box.style.top = Math.max(0, Math.min(height - view.box.offsetHeight, view.at.y)) + "px";
  };

  const drawHistogram = (view) => {
    const { g, width, height } = prepare(view), all = view.panel.histograms;
    let low = Infinity, high = -Infinity;
    for (const h of all) {
      low = Math.min(low, h.min);
      high = Math.max(high, h.max);
    }
    if (!(low < high)) [low, high] = [low - 0.5, low + 0.5];
    view.xs = scale(low, high, false);
    const p = { x: 60, y: 4, w: width - 68, h: height - 24 }, bins = 90;
    g.textBaseline = "top";
    g.textAlign = "center";
    g.fillStyle = css("--muted");
    for (const [value, text] of ticks(view.xs, p.w / 80))
      g.fillText(text, p.x + view.xs.place(value) * p.w, p.y + p.h + 6);
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
    const base = theme().series[data.runs.length > 1 ? data.runs[view.panel.curves[0].run].number % 8 : 0];
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

  /* --- the list of runs --- */
  const columns = () => views.filter((v) => v.panel.kind === "curves").slice(0, 2)
    .map((v) => ({ title: v.panel.title.replace(/_/g, " "), view: v, part: v.parts[v.parts.length - 1] }))
    .filter((c) => c.view.parts.length <= 4);
  const valueIn = (column, run, last) => {
    const c = column.view.panel.curves.find((k) => k.run === run && k.part === column.part);
    if (!c || c.data.s.length === 0) return NaN;
    const i = last || state.hover === null ? c.data.s.length - 1 : nearest(c, state.hover.x);
    return c.data.v[i];
  };
  const list = $("aside", {}), body = $("tbody", {}), headings = $("tr", {});
  const filter = $("input", { type: "search", placeholder: "filter runs", ariaLabel: "filter runs",
    oninput: () => { state.filter = filter.value.toLowerCase(); fillList(); redraw(); } });
  list.append(filter, $("table", {}, $("thead", {}, headings), body));
  const fillList = () => {
    const cols = columns();
    headings.replaceChildren($("th", { onclick: () => { state.order = -1; fillList(); } },
      "run" + (state.order < 0 ? " ▾" : "")), ...cols.map((c, i) =>
      $("th", { onclick: () => { state.order = i; fillList(); } }, c.title + (state.order === i ? " ▾" : ""))));
    const rows = data.runs.map((r, i) => i).filter((i) => data.runs[i].label.toLowerCase().includes(state.filter));
    if (state.order >= 0 && state.order < cols.length) {
      const sign = /acc/i.test(cols[state.order].title) ? -1 : 1;
      const key = (i) => { const v = valueIn(cols[state.order], i, true); return Number.isNaN(v) ? Infinity : sign * v; };
      rows.sort((a, b) => (key(a) === key(b) ? a - b : key(a) - key(b)));
    }
    body.replaceChildren(...rows.map((i) => {
      const run = data.runs[i];
      const row = $("tr", { title: run.name + ", step " + run.step + (run.ended ? "" : ", running"),
        tabIndex: 0, className: state.hidden.has(i) ? "off" : "",
        onmouseenter: () => { state.over = i; redraw(); },
        onmouseleave: () => { state.over = null; redraw(); },
        onkeydown: (e) => { if (e.key === "Enter") row.click(); },
        ondblclick: () => alone(i),
        onclick: () => {
          if (!state.hidden.delete(i)) state.hidden.add(i);
          row.className = state.hidden.has(i) ? "off" : "";
          redraw();
        } },
        $("td", {}, swatch(theme().series[run.number % 8]), run.label),
        ...cols.map((c) => $("td", {}, "")));
      row.run = i;
      return row;
    }));
    fillValues();
  };
  const alone = (i) => {
    const others = data.runs.map((r, k) => k).filter((k) => k !== i);
    const is = others.every((k) => state.hidden.has(k)) && !state.hidden.has(i);
    state.hidden = new Set(is ? [] : others);
    fillList();
    redraw();
  };
  const fillValues = () => {
    const cols = columns();
    for (const row of body.children)
      cols.forEach((c, k) => {
        const v = valueIn(c, row.run, false);
        if (row.children[k + 1]) row.children[k + 1].textContent = Number.isNaN(v) ? "" : digits(v, 4);
      });
  };

  /* --- panels --- */
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
  const addPlot = (view, draw) => {
    view.canvas = $("canvas", { ariaLabel: view.panel.title });
    view.box = $("div", { className: "box", hidden: true });
    view.element = shell(view, false);
    view.legend = view.panel.kind === "curves" || view.panel.kind === "pr" ? legendOf(view) : null;
    if (view.legend) view.element.append(view.legend);
    view.element.append($("div", { className: "frame" }, view.canvas, view.box));
    view.draw = () => draw(view);
    if (view.panel.kind === "pr") { /* its x is not the others' */
      view.canvas.onmousemove = (e) => { view.at = place(view, e); redraw(); };
      view.canvas.onmouseleave = () => { view.at = null; redraw(); };
    } else if (view.panel.kind !== "histogram") {
      listen(view);
    }
  };
  const parse = (text) => text.split("\n").filter((l) => l.trim() !== "").map((line) => {
    const m = /^\s*(?:\|\s*(.*?)\s*\|\s*(.*?)\s*\|?|([^=:]{1,60}?)\s*[=:]\s*(.*))$/.exec(line);
    return m ? [m[1] ?? m[3], m[2] ?? m[4]] : null;
  });
  const settings = (texts) => { /* a row for each run, the columns that differ first */
    const rows = texts.map((t) => ({ run: t.run, pairs: parse(t.text) }));
    if (rows.some((r) => r.pairs.some((p) => p === null))) return null;
    const maps = rows.map((r) => new Map(r.pairs.filter((p) => !/^[-:]+$/.test(p[0]))));
    const keys = [...new Set(maps.flatMap((m) => [...m.keys()]))];
    const same = (k) => maps.every((m) => m.get(k) === maps[0].get(k));
    keys.sort((a, b) => same(a) - same(b));
    if (rows.length === 1)
      return $("table", { className: "settings" }, ...keys.map((k) => $("tr", {}, $("td", { className: "muted" }, k),
        $("td", {}, maps[0].get(k)))));
    return $("table", { className: "settings" },
      $("tr", {}, $("th", {}, "run"), ...keys.map((k) => $("th", { className: same(k) ? "muted" : "" }, k))),
      ...rows.map((r, i) => $("tr", {}, $("td", {}, swatch(theme().series[data.runs[r.run].number % 8]), data.runs[r.run].label),
        ...keys.map((k) => $("td", { className: same(k) ? "muted" : "" }, maps[i].get(k) ?? "")))));
  };
  const addText = (view) => {
    view.element = shell(view, view.panel.texts.length > 1);
    view.draw = () => {
      const shown = view.panel.texts.filter((t) => !state.hidden.has(t.run));
      const key = dark() + ":" + shown.map((t) => t.run).join();
      if (view.key === key) return;
      view.key = key;
      const table = shown.length > 0 ? settings(shown) : null;
      const content = $("div", { className: "scroll" }, ...(table ? [table] : shown.map((t) =>
        $("div", {}, data.runs.length > 1 ? $("b", {}, data.runs[t.run].label) : null,
          ...[t, ...t.earlier].flatMap((k) => [t.earlier.length > 0 ? $("div", { className: "muted" }, "step " + k.step) : null,
            $("pre", {}, k.text)]).filter((e) => e !== null)))));
      if (view.content) view.content.replaceWith(content); else view.element.append(content);
      view.content = content;
    };
  };
  /* Black or white, whichever stands out from a colour "#rrggbb". */
  const contrast = (c) => {
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16));
    return 0.3 * r + 0.59 * g + 0.11 * b > 128 ? "#000" : "#fff";
  };
  const addMatrix = (view) => {
    const p = view.panel, names = p.names === "" ? [] : p.names.split("\n");
    const named = names.length > 0 && p.rows.length === p.rows[0]?.length;
    const all = p.rows.flat().filter((v) => v !== null);
    const low = all.reduce((a, v) => Math.min(a, v), Infinity), high = all.reduce((a, v) => Math.max(a, v), -Infinity);
    const cell = (v) => {
      if (v === null) return $("td", { className: "missing" }, "not finite");
      const c = theme().heat[high > low ? Math.round(64 * (v - low) / (high - low)) : 0];
      return $("td", { style: `background:${c};color:${contrast(c)}` }, String(v));
    };
    view.element = shell(view, false);
    view.note.textContent = "step " + p.step;
    view.draw = () => {
      if (view.key === dark()) return;
      view.key = dark();
      const content = $("div", { className: "scroll" }, $("table", { className: "matrix" },
        $("tr", {}, $("th"), ...(p.rows[0] ?? []).map((_, c) => $("th", {}, named ? names[c] : String(c + 1)))),
        ...p.rows.map((row, r) => $("tr", {}, $("th", {}, names[r] ?? String(r + 1)), ...row.map(cell)))));
      if (view.content) view.content.replaceWith(content); else view.element.append(content);
      view.content = content;
    };
  };
  const short = (v) => (v === null ? "" : String(Number(v.toPrecision(3))));
  const addGraph = (view) => {
    view.element = shell(view, true);
    view.draw = () => {
      const graph = view.panel.graphs.find((g) => !state.hidden.has(g.run));
      const key = dark() + ":" + (graph ? graph.run : "");
      if (view.key === key) return;
      view.key = key;
      const layers = graph ? graph.layers : [];
      const norms = layers.map((l) => number(l.norm)).filter((v) => v > 0 && isFinite(v));
      const low = Math.log(Math.min(...norms)), high = Math.log(Math.max(...norms));
      const bar = (v) => {
        if (!(v > 0) || !isFinite(v)) return "";
        const part = high > low ? (Math.log(v) - low) / (high - low) : 1;
        return $("i", { className: "bar", style: `width:${8 + 62 * part}px;background:${theme().heat[Math.round(64 * part)]}` });
      };
      view.note.textContent = layers.length + " layers, " + layers.reduce((a, l) => a + l.parameters, 0) + " parameters";
      const content = $("div", { className: "scroll" }, $("table", { className: "graph" },
        $("tr", {}, ...["", "layer", "input", "output", "parameters", "gradient norm"].map((t) => $("th", {}, t))),
        ...layers.map((l) => $("tr", {}, $("td", { className: "muted" }, l.place),
          $("td", {}, l.parameters > 0 ? $("b", {}, l.kind) : l.kind, $("span", { className: "muted" }, " " + l.settings)),
          $("td", { className: "muted" }, l.inputs.map((i) => (i === 0 ? "X" : layers[i - 1].place)).join(", ")),
          $("td", {}, l.output), $("td", {}, l.parameters > 0 ? String(l.parameters) : ""),
          $("td", {}, $("span", { className: "bars" }, bar(number(l.norm))),
            l.norm === null ? "" : typeof l.norm === "number" ? short(l.norm) : l.norm)))));
      if (view.content) view.content.replaceWith(content); else view.element.append(content);
      view.content = content;
    };
  };
  /* Small images are enlarged by a whole factor. */
  const zoomOf = (image) => Math.max(1, Math.floor(200 / Math.max(image.width, image.height)));
  const addImages = (view) => {
    view.element = shell(view, false);
    const figures = view.panel.images.map((image) => $("figure", {},
      $("img", { src: image.src, width: image.width * zoomOf(image), height: image.height * zoomOf(image), alt: image.part }),
      $("div", {}, image.caption ?? ""), $("div", { className: "muted" },
        (data.runs.length > 1 ? data.runs[image.run].label + " · " : "") + image.part + " · step " + image.step)));
    view.element.append($("div", { className: "images" }, ...figures));
    view.draw = () => figures.forEach((f, i) => { f.hidden = state.hidden.has(view.panel.images[i].run); });
  };

  let waiting = false;
  const redraw = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      for (const view of views) view.draw();
      fillValues();
      reset.disabled = state.range === null;
    });
  };

  /* --- the page --- */
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
      if (panel.kind === "curves") addPlot(view, drawCurves);
      else if (panel.kind === "heat") addPlot(view, drawHeat);
      else if (panel.kind === "histogram") addPlot(view, drawHistogram);
      else if (panel.kind === "pr") addPlot(view, drawPr);
      else if (panel.kind === "text") addText(view);
      else if (panel.kind === "matrix") addMatrix(view);
      else if (panel.kind === "graph") addGraph(view);
      else addImages(view);
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
})();
