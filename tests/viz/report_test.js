/* Appended to a report page, with CSV as the log's own values and KINDS of panels: drives the page as a reader would, and
 * leaves "passed" or what failed as the text of the page. */
(async () => {
  const failures = [];
  const check = (good, what) => { if (!good) failures.push(what); };
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const { state, views, data } = window.report;
  const log = new Map(CSV.trim().split("\n").slice(1).flatMap((line) => {
    const cells = /^("(?:[^"]|"")*"|[^,]*),("(?:[^"]|"")*"|[^,]*),(-?\d+),[^,]*,([^,]*)/.exec(line);
    if (cells === null) return []; /* a line of a text */
    return [[cells[1].replace(/^"|"$/g, "") + "|" + cells[2] + "|" + cells[3], cells[4]]];
  }));
  const view = (kind, title) => views().find((v) => v.panel.kind === kind && v.panel.title === title);
  const send = (v, type, part, extra = {}) => {
    const r = v.canvas.getBoundingClientRect();
    v.canvas.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, button: 0,
      clientX: r.left + v.plot.x + part * v.plot.w, clientY: r.top + v.plot.h / 2, ...extra }));
  };
  await frame();
  check(document.title === data().title && document.title !== "broken", "the title is " + document.title);
  check(data().runs.length === 3, "three runs");
  const cost = view("curves", "loss");

  /* the crosshair's values are the log's */
  for (const part of [0.03, 0.25, 0.5, 0.77, 0.98]) {
    send(cost, "mousemove", part);
    await frame();
    check(!cost.box.hidden, "a box at " + part);
    const step = /step (\d+)/.exec(cost.box.textContent)[1];
    let read = 0;
    for (const row of cost.box.querySelectorAll("tr")) {
      const [name, value, note] = [...row.children].map((c) => c.textContent);
      const c = cost.panel.curves.find((k) => name === data().runs[k.run].label + " · " + k.part);
      const logged = log.get(data().runs[c.run].name + "|" + c.tag + "|" + (note.replace("at ", "") || step));
      check(logged !== undefined && Math.abs(Number(value) - Number(logged)) <= 1e-6 * Math.abs(Number(logged)),
        name + " at step " + step + ": " + value + " is not " + logged);
      read++;
    }
    check(read === 6, read + " values at step " + step);
  }

  /* zoom: a drag, in all panels; double click gives the whole range back */
  const whole = [cost.xs.low, cost.xs.high];
  const from = cost.xs.value(0.25), to = cost.xs.value(0.5);
  send(cost, "mousedown", 0.25);
  send(cost, "mousemove", 0.5);
  send(cost, "mouseup", 0.5);
  await frame();
  check(Math.abs(cost.xs.low - from) < 1 && Math.abs(cost.xs.high - to) < 1,
    "zoom to " + cost.xs.low + " … " + cost.xs.high);
  const norms = view("curves", "grad_norm");
  check(norms.xs.low === cost.xs.low && norms.xs.high === cost.xs.high, "one x for all panels");
  check(cost.ys.high < 1.1, "y fits what is seen");
  send(cost, "dblclick", 0.5);
  await frame();
  check(cost.xs.low === whole[0] && cost.xs.high === whole[1], "the whole range again");
  const r = cost.canvas.getBoundingClientRect();
  cost.canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: -1, ctrlKey: true, cancelable: true,
    clientX: r.left + 200, clientY: r.top + 50 }));
  await frame();
  check(cost.xs.high - cost.xs.low < whole[1] - whole[0], "Ctrl and the wheel zoom");
  send(cost, "dblclick", 0.5);

  /* hide and show */
  const rows = [...document.querySelectorAll("aside tbody tr")];
  check(rows.length === 3, "three rows");
  const values = async () => {
    send(cost, "mousemove", 0.5);
    await frame();
    return cost.box.querySelectorAll("tr").length;
  };
  rows[0].click();
  check(await values() === 4, "a hidden run has no values");
  rows[0].click();
  check(await values() === 6, "it is shown again");
  rows[1].dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
  check(await values() === 2, "one run alone");
  document.querySelectorAll("aside tbody tr")[1].dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
  check(await values() === 6, "all runs again");
  cost.legend.children[0].click();
  check(await values() === 3, "a tag of all runs hidden");
  cost.legend.children[0].click();
  /* what fits the filter is all that any panel shows */
  const type = async (text) => {
    const filter = document.querySelector("aside input");
    filter.value = text;
    filter.dispatchEvent(new Event("input"));
    await frame();
  };
  const pr = view("pr", "pr");
  const seen = async (text) => {
    await type(text);
    send(pr, "mousemove", 0.66);
    await frame();
    return { listed: document.querySelectorAll("aside tbody tr").length, read: await values(),
      pr: pr.box.querySelectorAll("tr").length, settings: document.querySelector("table.settings").rows.length,
      others: views().filter((v) => !v.element.hidden && !["curves", "heat", "pr", "text"].includes(v.panel.kind)).length };
  };
  const others = views().filter((v) => !["curves", "heat", "pr", "text"].includes(v.panel.kind)).length;
  const fits = async (text, expected) => {
    const found = JSON.stringify(await seen(text));
    check(found === JSON.stringify(expected), "filter '" + text + "': " + found);
  };
  await fits("LR0.", { listed: 2, read: 4, pr: 2, settings: 3, others });
  await fits("lr0.01", { listed: 1, read: 2, pr: 1, settings: 2, others: 0 }); /* all others are of lr0.1 */
  await fits("", { listed: 3, read: 6, pr: 2, settings: 4, others });

  /* kinds, themes, smoothing, time */
  check(view("heat", "grad_norm") !== undefined, "a heat map");
  check(document.querySelector("table.settings").rows.length === 4, "settings: a row for each run");
  const panelOf = (title) => [...document.querySelectorAll(".panel")]
    .find((e) => e.querySelector("h2").textContent.startsWith(title));
  const kinds = new Set(views().map((v) => v.panel.kind));
  for (const kind of KINDS) check(kinds.has(kind), "a panel of the kind " + kind);
  const cells = [...panelOf("confusion").querySelectorAll("td")];
  check(cells.map((c) => c.textContent).join() === "48,2,7,43", "the matrix's numbers");
  check(new Set(cells.map((c) => c.style.background)).size === 4, "a colour for each of its numbers");
  check(panelOf("confusion").textContent.includes("cat"), "the names of its rows");
  const graph = [...panelOf("graph").querySelectorAll("tr")].map((e) => [...e.children].map((c) => c.textContent));
  check(graph[3][1].startsWith("Add") && graph[3][2] === "2.1, 1", "what is added: " + graph[3].join());
  check(graph[1][4] === "40" && Number(graph[1][5]) > 0, "parameters and gradient norm: " + graph[1].join());
  check(graph[5][3] === "2", "the last layer's output: " + graph[5].join());
  check(pr.panel.pr.length === 2 && pr.panel.pr[0].points[1].map((x) => x.toFixed(3)).join() === "0.667,0.857", "points of precision and recall");
  send(pr, "mousemove", 0.66);
  await frame();
  check(pr.box.textContent.includes("0.85714 at 0.66667"), "the nearest threshold: " + pr.box.textContent);
  const images = [...panelOf("feature maps").querySelectorAll("img")];
  check(images.length === 3 && images.every((e) => e.naturalWidth > 0 && e.width >= 100), "feature maps that are seen");
  check(panelOf("sample").textContent.includes("once upon a time") &&
    panelOf("sample").textContent.includes("there was a network"), "all samples of text");
  const painted = view("histogram", data().panels.find((p) => p.kind === "histogram").title).canvas;
  check(painted.getContext("2d").getImageData(0, 0, painted.width, painted.height).data.some((b) => b > 0),
    "a histogram is drawn");
  const diverged = views().find((v) => v.panel.kind === "histogram" && v.panel.title.startsWith("diverged"));
  check(diverged.xs.low >= 7 && diverged.xs.high <= 8, "a histogram of nothing finite has no range");
  check(diverged.note.textContent === "25 not finite", "it is said: " + diverged.note.textContent);
  for (const button of document.querySelectorAll("button")) { button.click(); await frame(); }
  for (const select of document.querySelectorAll("select"))
    for (const option of select.options) {
      select.value = option.value;
      select.dispatchEvent(new Event("change"));
      await frame();
    }
  check(view("curves", "loss").canvas.width > 100, "plots have a size");

  check(performance.getEntriesByType("resource").length === 0, "no request left the page: " +
    performance.getEntriesByType("resource").map((e) => e.name).join());
  document.body.textContent = failures.length === 0 ? "passed" : "FAILED: " + failures.join("; ");
})().catch((e) => { document.body.textContent = "FAILED: " + e.stack; });
