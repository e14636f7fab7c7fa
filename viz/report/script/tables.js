/* tables.js: panels of words: settings, texts, matrices, networks, images. */

/* What `make` makes of the items of the runs that are shown, anew where these or the theme are others. */
const addContent = (view, wide, items, make) => {
  view.element = shell(view, wide);
  view.draw = () => {
    const seen = items().filter((k) => shown(k.run)), key = dark() + ":" + seen.map((k) => k.run).join();
    if (view.key === key) return;
    view.key = key;
    const content = $("div", { className: "scroll" }, ...make(seen));
    if (view.content) view.content.replaceWith(content); else view.element.append(content);
    view.content = content;
  };
};

const parse = (text, colons) => text.split("\n").filter((l) => l.trim() !== "").map((line) => {
  const m = /^\s*(?:\|\s*(.*?)\s*\|\s*(.*?)\s*\|?|([^=:]{1,60}?)\s*[=:]\s*(.*))$/.exec(line);
  return m && (colons || m[1] !== undefined || line.includes("=")) ? [m[1] ?? m[3], m[2] ?? m[4]] : null;
});
const settings = (texts) => { /* a row for each run, the columns that differ first */
  const rows = texts.map((t) => ({ run: t.run, pairs: parse(t.text, t.earlier.length === 0) }));
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
    ...rows.map((r, i) => $("tr", {}, $("td", {}, swatch(runColour(r.run)), data.runs[r.run].label),
      ...keys.map((k) => $("td", { className: same(k) ? "muted" : "" }, maps[i].get(k) ?? "")))));
};
const addText = (view) => addContent(view, view.panel.texts.length > 1, () => view.panel.texts, (texts) => {
  const table = texts.length > 0 ? settings(texts) : null;
  if (table) return [table];
  const step = (t, k) => (t.earlier.length > 0 ? $("div", { className: "muted" }, "step " + k.step) : null);
  return texts.map((t) => $("div", {}, data.runs.length > 1 ? $("b", {}, data.runs[t.run].label) : null,
    ...[t, ...t.earlier].flatMap((k) => [step(t, k), $("pre", {}, k.text)])));
});
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
    const c = heatColour(high > low ? (v - low) / (high - low) : 0);
    return $("td", { style: `background:${c};color:${contrast(c)}` }, String(v));
  };
  const head = (_, c) => $("th", {}, named ? names[c] : String(c + 1));
  addContent(view, false, () => [], () => [$("table", { className: "matrix" },
    $("tr", {}, $("th"), ...(p.rows[0] ?? []).map(head)),
    ...p.rows.map((row, r) => $("tr", {}, $("th", {}, names[r] ?? String(r + 1)), ...row.map(cell))))]);
  view.note.textContent = "step " + p.step;
};
const short = (v) => (v === null ? "" : String(Number(v.toPrecision(3))));
const addGraph = (view) => addContent(view, true, () => view.panel.graphs, (graphs) => {
  const layers = graphs.length > 0 ? graphs[0].layers : [];
  const norms = layers.map((l) => number(l.norm)).filter((v) => v > 0 && isFinite(v));
  const low = Math.log(Math.min(...norms)), high = Math.log(Math.max(...norms));
  const bar = (v) => {
    if (!(v > 0) || !isFinite(v)) return "";
    const part = high > low ? (Math.log(v) - low) / (high - low) : 1;
    return $("i", { className: "bar", style: `width:${8 + 62 * part}px;background:${heatColour(part)}` });
  };
  const row = (l) => $("tr", {}, $("td", { className: "muted" }, l.place),
    $("td", {}, l.parameters > 0 ? $("b", {}, l.kind) : l.kind, $("span", { className: "muted" }, " " + l.settings)),
    $("td", { className: "muted" }, l.inputs.map((i) => (i === 0 ? "X" : layers[i - 1].place)).join(", ")),
    $("td", {}, l.output), $("td", {}, l.parameters > 0 ? String(l.parameters) : ""),
    $("td", {}, $("span", { className: "bars" }, bar(number(l.norm))),
      l.norm === null ? "" : typeof l.norm === "number" ? short(l.norm) : l.norm));
  view.note.textContent = layers.length + " layers, " + layers.reduce((a, l) => a + l.parameters, 0) + " parameters";
  return [$("table", { className: "graph" },
    $("tr", {}, ...["", "layer", "input", "output", "parameters", "gradient norm"].map((t) => $("th", {}, t))),
    ...layers.map(row))];
});
/* Small images are enlarged by a whole factor. */
const zoomOf = (image) => Math.max(1, Math.floor(200 / Math.max(image.width, image.height)));
const addImages = (view) => {
  view.element = shell(view, false);
  const figures = view.panel.images.map((image) => $("figure", {},
    image.absence !== undefined ? $("div", { className: "muted" }, image.absence) :
      $("img", { src: image.src, width: image.width * zoomOf(image), height: image.height * zoomOf(image), alt: image.part }),
    $("div", {}, image.caption ?? ""), $("div", { className: "muted" },
      (data.runs.length > 1 ? data.runs[image.run].label + " · " : "") + image.part + " · step " + image.step)));
  view.element.append($("div", { className: "images" }, ...figures));
  view.draw = () => figures.forEach((f, i) => { f.hidden = !shown(view.panel.images[i].run); });
};
