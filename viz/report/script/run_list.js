/* run_list.js: the list of runs beside the panels. */

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
  const rows = data.runs.map((r, i) => i).filter(matches);
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
      $("td", {}, swatch(runColour(i)), run.label),
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
