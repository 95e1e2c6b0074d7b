// The run explorer: sorts and filters the table that fmnist/report/explorer.py wrote, and draws chosen runs.
// The address holds the state: #runs=lenet5,fc&measure=test_accuracy&seeds=each&sort=-accuracy&find=pool&only=1
(() => {
  "use strict";

  const section = document.getElementById("explorer");
  const part = (name) => section.querySelector(name);
  const data = JSON.parse(part(".x-data").textContent);
  const body = part("tbody");
  const rows = new Map([...body.rows].map((row) => [row.dataset.run, row]));
  const names = new Map([...rows].map(([run, row]) => [run, row.cells[0].textContent.trim()]));
  const COLOURS = 8;
  const DASHES = [[], [8, 4], [2, 4]]; // beyond eight runs, colours come again with dashes
  const START = { runs: [], measure: "test_accuracy", seeds: "band", sort: "", find: "", only: false, claim: "" };
  let state = { ...START };
  let curves = null; // by measure and run: one { seed, values, final } a seed
  let plot = null;

  // ---- small helpers

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function drawn(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  const isLoss = (measure) => measure.endsWith("loss");
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = (values) => Math.sqrt((values.length * mean(values.map((v) => (v - mean(values)) ** 2))) / (values.length - 1));
  const isNumber = Number.isFinite; // not null, undefined or NaN
  const capital = (text) => text[0].toUpperCase() + text.slice(1);

  function written(value) {
    if (!isNumber(value)) return "–";
    return value.toFixed(isLoss(state.measure) ? 4 : 2);
  }

  // Within a curve a loss is rounded: three digits are sure.
  const rounded = (value) => (isLoss(state.measure) && isNumber(value) ? value.toPrecision(3) : written(value));

  const unit = () => (isLoss(state.measure) ? "" : " %");
  const label = () => data.measures[state.measure];
  const colourOf = (place) => getComputedStyle(section).getPropertyValue(`--x-${(place % COLOURS) + 1}`).trim();
  const dashOf = (place) => DASHES[Math.floor(place / COLOURS) % DASHES.length];

  // ---- the curves: deflated differences of 16 bits, as explorer.py encodes them

  async function unpacked() {
    const bytes = Uint8Array.from(atob(data.curves), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Int16Array(await new Response(stream).arrayBuffer());
  }

  function number(steps, measure) {
    if (steps === 0) return null;
    if (isLoss(measure)) return data.smallestLoss * 10 ** ((steps - 1) / data.lossSteps);
    return (100 * (steps - 1)) / data.accuracySteps; // percent
  }

  function decoded(differences) {
    const found = {};
    let next = 0;
    for (const measure of Object.keys(data.measures)) {
      found[measure] = new Map(data.runs.map((run) => [run, []]));
      for (const [place, [run, seed, epochs]] of data.trainings.entries()) {
        let steps = 0;
        const exact = data.finals[measure][place];
        const final = isNumber(exact) && !isLoss(measure) ? 100 * exact : exact;
        const values = Array.from({ length: epochs }, () => number((steps += differences[next++]), measure));
        found[measure].get(data.runs[run]).push({ seed, values, final });
      }
    }
    return found;
  }

  const seedsOf = (run) => curves[state.measure].get(run) || [];
  const atEpoch = (run, epoch) => seedsOf(run).map((seed) => seed.values[epoch - 1]).filter(isNumber);
  const epochsOf = (run) => Math.max(0, ...seedsOf(run).map((seed) => seed.values.length));
  const finals = (run) => seedsOf(run).map(({ seed, final }) => ({ seed, value: final }));

  // ---- the address

  function fromAddress() {
    const given = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
    if (!Object.keys(START).some((key) => given.has(key))) return null;
    const claim = data.claims[given.get("claim")];
    const asked = given.has("runs") ? given.get("runs").split(",") : claim ? claim.runs.map((place) => data.runs[place]) : [];
    const measure = given.get("measure") || (claim ? claim.measure : START.measure);
    return {
      runs: asked.filter((run, place) => rows.has(run) && asked.indexOf(run) === place),
      measure: measure in data.measures ? measure : START.measure,
      seeds: given.get("seeds") === "each" ? "each" : "band",
      sort: given.get("sort") || "",
      find: given.get("find") || "",
      only: given.has("only") ? given.get("only") === "1" : Boolean(claim && claim.runs.length),
      claim: claim ? given.get("claim") : "",
    };
  }

  function toAddress() {
    const said = [];
    if (state.claim) said.push(`claim=${state.claim}`);
    if (state.runs.length || state.claim) said.push(`runs=${state.runs.join(",")}`, `measure=${state.measure}`);
    if (state.seeds !== START.seeds) said.push(`seeds=${state.seeds}`);
    if (state.sort) said.push(`sort=${state.sort}`);
    if (state.find) said.push(`find=${encodeURIComponent(state.find)}`);
    if (state.only || state.claim) said.push(`only=${Number(state.only)}`);
    history.replaceState(history.state, "", said.length ? `#${said.join("&")}` : location.pathname + location.search);
  }

  function change(changes) {
    state = { ...state, ...changes };
    toAddress();
    showTable();
    if ("claim" in changes) showNote();
    if (["runs", "measure", "seeds"].some((key) => key in changes)) showFigure();
  }

  function restore() {
    const found = fromAddress();
    if (!found) return;
    state = found;
    show();
    section.scrollIntoView();
    if (state.claim) part(".x-note").focus({ preventScroll: true });
  }

  // ---- the table

  const choose = (run, chosen) => change({ runs: chosen ? [...state.runs, run] : state.runs.filter((one) => one !== run) });

  function addCheckbox([run, row]) {
    const box = make("input", { type: "checkbox" });
    box.addEventListener("change", () => choose(run, box.checked));
    const name = make("span");
    name.append(...row.cells[0].childNodes);
    row.cells[0].append(make("label", {}, box, name));
  }

  // Three states in turn: rising, falling, the order of the report.
  function addSorting(heading) {
    const key = heading.dataset.key;
    const button = make("button", { type: "button", textContent: heading.textContent });
    button.addEventListener("click", () => change({ sort: { [key]: `-${key}`, [`-${key}`]: "" }[state.sort] ?? key }));
    heading.replaceChildren(button);
  }

  const headings = [...part("thead").rows[0].cells];

  function sortedRows() {
    const key = state.sort.replace("-", "");
    const column = headings.findIndex((heading) => heading.dataset.key === key);
    const sign = state.sort.startsWith("-") ? -1 : 1;
    if (column < 0) return [...rows];
    const value = ([run, row]) => (column ? Number(row.cells[column].dataset.value ?? NaN) : names.get(run));
    const order = (a, b) => (column ? a - b : a.localeCompare(b, "en", { numeric: true }));
    return [...rows].sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b); // no number: last
      return sign * order(a, b);
    });
  }

  function showTable() {
    const words = state.find.toLowerCase().split(/\s+/);
    const marked = new Set(state.claim ? data.claims[state.claim].runs.map((place) => data.runs[place]) : []);
    for (const heading of headings) {
      heading.ariaSort = { [heading.dataset.key]: "ascending", [`-${heading.dataset.key}`]: "descending" }[state.sort] ?? null;
    }
    if (find.value !== state.find) find.value = state.find;
    only.checked = state.only;
    const order = sortedRows();
    if (order.some(([, row], place) => body.rows[place] !== row)) body.append(...order.map(([, row]) => row));
    for (const [run, row] of rows) showRow(run, row, words, marked.has(run));
    const shown = [...rows.values()].filter((row) => !row.hidden).length;
    part("output").textContent = `${shown} of ${counted(rows.size, "setting")} shown, ${state.runs.length} chosen`;
  }

  function showRow(run, row, words, marked) {
    const chosen = state.runs.includes(run);
    const text = `${names.get(run)} ${run}`.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word)) || (state.only && !chosen);
    row.classList.toggle("x-chosen", chosen);
    row.classList.toggle("x-marked", marked);
    row.querySelector("input").checked = chosen;
    row.querySelector(".x-badge")?.remove();
    if (marked) row.cells[0].append(make("span", { className: "x-badge", textContent: "in the claim" }));
  }

  function showNote() {
    const note = part(".x-note");
    const claim = data.claims[state.claim];
    note.hidden = !claim;
    if (!claim) return;
    const back = make("a", { href: `#claim-${state.claim}`, textContent: "To the claim" });
    const all = make("button", { type: "button", textContent: "Unmark and show all settings" });
    all.addEventListener("click", () => {
      change({ claim: "", only: false });
      find.focus();
    });
    const says = `The claim “${claim.says}” (${claim.verdict}) compares ${counted(claim.runs.length, "setting")}, marked below.`;
    note.replaceChildren(make("p", { textContent: says }), back, " ", all);
  }

  // ---- the chart

  const figure = part(".x-figure");
  const chart = make("div", { className: "x-chart" });
  chart.setAttribute("role", "img");
  const caption = make("figcaption");
  const epoch = make("input", { type: "range", min: 1, step: 1 });
  const epochText = make("output");
  const strips = make("table", { className: "x-strips" });

  // One run as columns over all epochs: mean, highest and lowest; or one column a seed.
  function columnsOf(run, place, epochs) {
    const stroke = colourOf(place);
    const line = { stroke, dash: dashOf(place), points: { show: epochs.length === 1, fill: stroke } };
    if (state.seeds === "each") {
      return seedsOf(run).map(({ values }) => ({ values: epochs.map((n) => values[n - 1] ?? null), line: { ...line, width: 1, alpha: 0.75 } }));
    }
    const over = (summary) => epochs.map((n) => (atEpoch(run, n).length ? summary(atEpoch(run, n)) : null));
    const edge = { ...line, width: 0, points: { show: false } };
    return [
      { values: over((values) => Math.max(...values)), line: edge, band: true, fill: `${stroke}33` },
      { values: over((values) => Math.min(...values)), line: edge },
      { values: over(mean), line: { ...line, width: 2 } },
    ];
  }

  const tick = (value) => (isLoss(state.measure) ? String(Number(value.toPrecision(2))) : `${Number(value.toFixed(2))} %`);

  function axes() {
    const own = getComputedStyle(figure);
    const lines = { stroke: own.borderTopColor, width: 1 };
    const common = { stroke: own.color, font: "12px system-ui, sans-serif", labelFont: "12px system-ui, sans-serif", labelSize: 18, grid: lines, ticks: lines };
    const every = (_, splits) => splits;
    return [
      { ...common, label: "epoch", size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000, 100000] },
      { ...common, size: 62, values: (_, ticks) => ticks.map((value) => (isNumber(value) ? tick(value) : "")), ...(isLoss(state.measure) ? { splits: logarithmicTicks, filter: every } : {}) },
    ];
  }

  // A logarithmic axis: powers of ten, or as many of their multiples as make three ticks.
  const FINE = Array.from({ length: 90 }, (_, step) => (step + 10) / 10);
  const MULTIPLES = [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 8], FINE];

  function logarithmicTicks(_, __, low, high) {
    const powers = Array.from({ length: 2 + Math.floor(Math.log10(high)) - Math.floor(Math.log10(low)) }, (_, step) => 10 ** (Math.floor(Math.log10(low)) + step));
    const inside = (multiples) => powers.flatMap((power) => multiples.map((multiple) => multiple * power)).filter((value) => value >= low && value <= high);
    const found = MULTIPLES.map(inside);
    return found.find((ticks) => ticks.length >= 3) || found[found.length - 1];
  }

  function range(_, low, high) {
    if (!isNumber(low) || !isNumber(high)) return isLoss(state.measure) ? [0.1, 1] : [0, 100];
    if (isLoss(state.measure)) return [low / 1.1, high * 1.1];
    const room = Math.max((high - low) * 0.05, 0.05);
    return [low - room, Math.min(100, high + room)];
  }

  function draw() {
    plot?.destroy();
    const last = Math.max(1, ...state.runs.map(epochsOf));
    const epochs = Array.from({ length: last }, (_, place) => place + 1);
    const columns = state.runs.flatMap((run, place) => columnsOf(run, place, epochs));
    const bands = columns.flatMap((column, place) => (column.band ? [{ series: [place + 1, place + 2], fill: column.fill }] : []));
    const options = {
      width: chart.clientWidth,
      height: 320,
      series: [{}, ...columns.map((column) => column.line)],
      bands,
      axes: axes(),
      scales: { x: { time: false, range: [1, Math.max(2, last)] }, y: { distr: isLoss(state.measure) ? 3 : 1, range } },
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, points: { show: false } },
      hooks: { setCursor: [(u) => isNumber(u.cursor.idx) && u.cursor.left >= 0 && showEpoch(epochs[u.cursor.idx])] },
    };
    plot = new uPlot(options, [epochs, ...columns.map((column) => column.values)], chart);
    epoch.max = last;
    showEpoch(Math.max(1, Math.min(...state.runs.map(epochsOf))));
  }

  function describe() {
    const over = state.seeds === "each" ? "one line a seed" : "the mean of the seeds and, as a band, their lowest and highest";
    caption.textContent = `${capital(label())} after each epoch: ${over}. The table below has the values.`;
    const ends = state.runs.map((run) => `${names.get(run)} ${written(mean(finals(run).map(({ value }) => value).filter(isNumber)))}${unit()}`);
    chart.setAttribute("aria-label", `${capital(label())} by epoch. Means at the end: ${ends.join("; ")}.`);
  }

  // ---- the strips: the seeds' final values, which are the legend too

  function limits() {
    const all = state.runs.flatMap((run) => finals(run).map(({ value }) => value)).filter(isNumber);
    const scale = isLoss(state.measure) ? Math.log : (value) => value;
    const [low, high] = all.length ? [Math.min(...all), Math.max(...all)] : [1, 1];
    return { low, high, place: (value) => (high > low ? 3 + (94 * (scale(value) - scale(low))) / (scale(high) - scale(low)) : 50) };
  }

  function strip(run, place, { place: across }) {
    const ends = finals(run).filter(({ value }) => isNumber(value));
    const said = ends.map(({ seed, value }) => `seed ${seed}: ${written(value)}`).join(", ");
    const dots = ends.map(({ seed, value }) =>
      drawn("circle", { cx: `${across(value)}%`, cy: "50%", r: 4, fill: colourOf(place), "fill-opacity": 0.65 },
        drawn("title", {}, `seed ${seed}: ${written(value)}${unit()}`)));
    const middle = ends.length ? `${across(mean(ends.map(({ value }) => value)))}%` : null;
    const line = middle ? [drawn("line", { x1: middle, x2: middle, y1: 1, y2: "95%", stroke: colourOf(place), "stroke-width": 2 })] : [];
    return drawn("svg", { role: "img", "aria-label": said || "no number" }, ...line, ...dots);
  }

  function stripRow(run, place, scale) {
    const key = make("span", { className: "x-key" });
    Object.assign(key.style, { borderColor: colourOf(place), borderTopStyle: dashOf(place).length ? "dashed" : "solid" });
    const ends = finals(run).map(({ value }) => value).filter(isNumber);
    const spread = ends.length > 1 ? ` ± ${written(deviation(ends))}` : "";
    const remove = make("button", { type: "button", textContent: "×", ariaLabel: `Remove ${names.get(run)}` });
    remove.addEventListener("click", () => {
      choose(run, false);
      (strips.querySelector("button") || find).focus();
    });
    return make("tr", {},
      make("th", { scope: "row" }, key, names.get(run)),
      make("td", {}, strip(run, place, scale)),
      make("td", {}, written(mean(ends)) + spread, make("small")),
      make("td", {}, remove));
  }

  function showStrips() {
    const scale = limits();
    const ends = make("span", { className: "x-scale" }, make("span", { textContent: written(scale.low) }), make("span", { textContent: written(scale.high) }));
    const head = make("tr", {},
      make("th", { scope: "col", textContent: "Setting" }),
      make("th", { scope: "col" }, "Each seed at the end", ends),
      make("th", { scope: "col", textContent: `Mean ± sd${unit() && ","}${unit()}` }),
      make("td"));
    strips.replaceChildren(make("thead", {}, head), make("tbody", {}, ...state.runs.map((run, place) => stripRow(run, place, scale))));
  }

  function showEpoch(chosen) {
    epoch.value = chosen;
    epochText.textContent = chosen;
    state.runs.forEach((run, place) => {
      const values = atEpoch(run, chosen);
      strips.tBodies[0].rows[place].querySelector("small").textContent = `epoch ${chosen}: ${rounded(mean(values))}`;
    });
  }

  function showFigure() {
    figure.hidden = !state.runs.length || !curves;
    if (figure.hidden) return;
    measures.value = state.measure;
    seeds.value = state.seeds;
    showStrips();
    describe();
    draw();
  }

  function show() {
    showNote();
    showTable();
    showFigure();
  }

  // ---- the controls

  const labelled = (text, control) => make("label", {}, text, control);
  const options = (entries) => make("select", {}, ...entries.map(([value, textContent]) => make("option", { value, textContent })));
  const find = make("input", { type: "search", placeholder: "such as pooling" });
  const only = make("input", { type: "checkbox" });
  const none = make("button", { type: "button", textContent: "Choose none" });
  const measures = options(Object.entries(data.measures));
  const seeds = options([["band", "mean and range"], ["each", "one line a seed"]]);

  function listen() {
    find.addEventListener("input", () => change({ find: find.value }));
    only.addEventListener("change", () => change({ only: only.checked }));
    none.addEventListener("click", () => change({ runs: [], only: false }));
    measures.addEventListener("change", () => change({ measure: measures.value }));
    seeds.addEventListener("change", () => change({ seeds: seeds.value }));
    epoch.addEventListener("input", () => showEpoch(Number(epoch.value)));
    body.addEventListener("click", (event) => event.target.closest("[popover] a")?.closest("[popover]").hidePopover());
    addEventListener("hashchange", restore);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showFigure);
    new ResizeObserver(() => plot && chart.clientWidth && plot.width !== chart.clientWidth && plot.setSize({ width: chart.clientWidth, height: 320 })).observe(chart);
  }

  function start() {
    const status = make("output");
    part(".x-controls").append(labelled("Find", find), labelled(only, "only chosen"), none, status);
    figure.append(
      make("div", { className: "x-controls" }, labelled("Curve", measures), labelled("Seeds", seeds)),
      chart, caption,
      make("label", { className: "x-epoch" }, "Epoch", epoch, epochText), strips);
    [...rows].forEach(addCheckbox);
    headings.forEach(addSorting);
    listen();
    show();
    restore();
    unpacked().then((differences) => {
      curves = decoded(differences);
      showFigure();
    }).catch(() => status.after("This browser cannot unpack the curves; the table works."));
  }

  start();
})();
