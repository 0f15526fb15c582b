// The memory map: stays as rectangles, bytes per step beneath, the same numbers as tables.
"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const SVG = document.querySelector("svg").namespaceURI;
const LEFT = 76, RIGHT = 14;
const byId = (id) => document.getElementById(id);
const el = (tag, attributes = {}, ...inner) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inner);
  return node;
};
const svg = (tag, attributes = {}, ...inner) => {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inner);
  return node;
};
const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, "\u2009");
const bytes = (value) => `${grouped(value)}\u2009B`;
const scaled = (value) => {
  for (const [power, unit] of [[1 << 20, "MiB"], [1 << 10, "KiB"]]) {
    if (value >= power) return `${(value / power).toFixed(value >= 100 * power ? 0 : value >= 10 * power ? 1 : 2).replace(/\.0+$/, "")}\u2009${unit}`;
  }
  return `${value}\u2009B`;
};
const WHY = {
  dead: "not needed any more",
  spilled: "spilled to DRAM, comes back",
  dropped: "dropped, comes back",
  overwritten: "overwritten in place",
};
const state = { plan: 0, on: -1, step: -1 };
const plan = () => D.plans[state.plan];
const stepName = (place) => D.steps[plan().order[place]];
const width = (host) => Math.max(host.clientWidth, 320);

// Where a place of the order stands on both charts.
const across = (host) => {
  const inside = width(host) - LEFT - RIGHT, count = Math.max(plan().order.length, 1);
  return (place) => LEFT + (inside * place) / count;
};
const niceStep = (most, wanted) => {
  const rough = most / wanted, power = 2 ** Math.floor(Math.log2(Math.max(rough, 1)));
  return rough > power ? 2 * power : power;
};
const ticks = (most, wanted) => {
  const each = niceStep(most, wanted), found = [];
  for (let value = 0; value <= most; value += each) found.push(value);
  return found;
};
const tip = (host, x, y, title, rows) => {
  const box = host.querySelector(".tip");
  box.replaceChildren(el("b", {}, title), el("table", {}, ...rows.map(([name, value]) => el("tr", {}, el("td", {}, name), el("td", {}, value)))));
  box.hidden = false;
  const room = width(host) - box.offsetWidth - 6;
  box.style.left = `${Math.max(4, Math.min(x + 12, room))}px`;
  box.style.top = `${Math.max(4, Math.min(y + 12, host.clientHeight - box.offsetHeight - 4))}px`;
};
const untip = (host) => { host.querySelector(".tip").hidden = true; };

const frame = (host, height, most, label) => {
  const x = across(host), y = (value) => height - 26 - ((height - 40) * value) / Math.max(most, 1), parts = [];
  for (const value of ticks(most, 5)) {
    parts.push(svg("line", { class: "grid", x1: LEFT, x2: width(host) - RIGHT, y1: y(value), y2: y(value) }));
    parts.push(svg("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, scaled(value)));
  }
  const each = Math.max(1, Math.ceil(plan().order.length / Math.max(1, (width(host) - LEFT) / 64)));
  for (let place = 0; place < plan().order.length; place += each) {
    parts.push(svg("text", { x: (x(place) + x(place + 1)) / 2, y: height - 8, "text-anchor": "middle" }, String(place)));
  }
  if (label) parts.push(svg("text", { class: "title", x: LEFT - 8, y: 12, "text-anchor": "end" }, label));
  return { x, y, parts };
};

const drawMap = () => {
  const host = byId("map"), image = host.querySelector("svg"), height = host.clientHeight;
  const { x, y, parts } = frame(host, height, Math.max(D.budget, plan().height), "address");
  const labels = [];
  plan().stays.forEach(([tensor, offset, size, start, end, why], i) => {
    const wide = x(end) - x(start), tall = y(offset) - y(offset + size);
    const box = svg("rect", {
      class: `stay${i === state.on ? " on" : state.on >= 0 && plan().stays[state.on][0] !== tensor ? " faint" : ""}`,
      x: x(start), y: y(offset + size), width: wide, height: Math.max(tall, 1), fill: `var(--end-${why})`,
    });
    box.addEventListener("pointerenter", () => choose(i));
    parts.push(box);
    const name = D.tensors[tensor], fits = Math.floor((wide - 8) / 6.2);
    if (tall >= 15 && fits >= 4) {
      const said = name.length <= fits ? name : `${name.slice(0, fits - 1)}…`;
      labels.push(svg("text", { class: "inside", x: x(start) + 4, y: y(offset + size / 2) + 4 }, said));
    }
  });
  parts.push(svg("line", { class: "budget", x1: LEFT, x2: width(host) - RIGHT, y1: y(D.budget), y2: y(D.budget) }));
  image.replaceChildren(...parts, ...labels);
  if (state.on < 0) return untip(host);
  const [tensor, offset, size, start, end, why] = plan().stays[state.on];
  tip(host, x(Math.min(end, start + 1)), y(offset + size), D.tensors[tensor], [
    ["bytes", bytes(size)],
    ["addresses", `${grouped(offset)} to ${grouped(offset + size)}`],
    ["steps", `${start} to ${end - 1}`],
    ["from", stepName(start)],
    ["last", stepName(end - 1)],
    ["ends", WHY[D.endings[why]]],
  ]);
};

const perStep = () => {
  const sums = plan().order.map(() => D.kinds.map(() => 0));
  for (const [, step, kind, size] of plan().moves) sums[step][kind] += size;
  return sums;
};
const drawBus = () => {
  const host = byId("bus"), image = host.querySelector("svg"), height = host.clientHeight, sums = perStep();
  const most = Math.max(1, ...sums.map((kinds) => kinds.reduce((a, b) => a + b, 0)));
  const { x, y, parts } = frame(host, height, most, "");
  sums.forEach((kinds, place) => {
    const wide = x(place + 1) - x(place);
    const hit = svg("rect", { class: `step${place === state.step ? " on" : ""}`, x: x(place), y: 14, width: wide, height: height - 40 });
    hit.addEventListener("pointerenter", () => { state.step = place; drawBus(); });
    parts.push(hit);
    let base = 0;
    kinds.forEach((size, kind) => {
      if (!size) return;
      parts.push(svg("rect", { x: x(place) + wide * 0.08, y: y(base + size), width: Math.max(wide * 0.84, 0.8), height: y(base) - y(base + size), fill: `var(--kind-${kind})`, "pointer-events": "none" }));
      base += size;
    });
  });
  image.replaceChildren(...parts);
  if (state.step < 0) return untip(host);
  const moves = plan().moves.filter((move) => move[1] === state.step);
  tip(host, x(state.step + 1), 10, `${state.step}: ${stepName(state.step)}`,
    moves.length ? moves.slice(0, 8).map(([tensor, , kind, size]) => [`${D.kinds[kind]} ${D.tensors[tensor]}`, bytes(size)]) : [["moves", "nothing"]]);
};

const ratio = (ours, theirs) => (theirs ? (ours / theirs).toFixed(3) : ours ? "–" : "1.000");
const drawPlans = () => {
  const heads = ["plan", "status", "spilled and retrieved", "with compulsory", "ours / theirs", "bound"];
  byId("plans").tHead.replaceChildren(el("tr", {}, ...heads.map((head, i) => el("th", i < 2 ? { class: "text", scope: "col" } : { scope: "col" }, head))));
  byId("plans").tBodies[0].replaceChildren(...D.plans.map((p, i) => {
    const row = el("tr", { tabindex: 0, ...(i === state.plan ? { class: "pinned" } : {}) },
      el("td", { class: "text name" }, p.scheme), el("td", { class: "text" }, p.status), el("td", {}, bytes(p.objective)),
      el("td", {}, bytes(p.objective + D.compulsory)), el("td", {}, i ? ratio(D.plans[0].objective, p.objective) : ""), el("td", {}, bytes(p.bound)));
    const take = () => show(i);
    row.addEventListener("click", take);
    row.addEventListener("keydown", (event) => { if (event.key === "Enter") take(); });
    return row;
  }));
};
const drawStays = () => {
  const heads = ["tensor", "bytes", "address", "from step", "to step", "ends"];
  byId("stays").tHead.replaceChildren(el("tr", {}, ...heads.map((head, i) => el("th", i === 0 || i === 5 ? { class: "text", scope: "col" } : { scope: "col" }, head))));
  const words = byId("filter").value.toLowerCase().split(/\s+/).filter(Boolean), rows = [];
  plan().stays.forEach(([tensor, offset, size, start, end, why], i) => {
    const text = `${D.tensors[tensor]} ${D.endings[why]} ${WHY[D.endings[why]]}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) return;
    const row = el("tr", { "data-stay": i }, el("td", { class: "text name" }, D.tensors[tensor]), el("td", {}, grouped(size)), el("td", {}, grouped(offset)),
      el("td", {}, `${start} ${stepName(start)}`), el("td", {}, `${end - 1} ${stepName(end - 1)}`), el("td", { class: "text" }, WHY[D.endings[why]]));
    row.addEventListener("click", () => choose(i));
    rows.push(row);
  });
  byId("stays").tBodies[0].replaceChildren(...rows);
  byId("count").textContent = `${rows.length} of ${plan().stays.length}`;
};

const tile = (name, value, of) => el("div", { class: "tile" }, el("dt", {}, name), el("dd", {}, value), el("div", { class: "of" }, of));
const drawFacts = () => {
  const p = plan(), back = D.plans[0].objective;
  byId("answer").textContent = p.objective === p.bound
    ? "Proven: no plan that was allowed moves fewer bytes."
    : `This plan moves ${bytes(p.objective)}; ${p.bound ? `proven is that none moves fewer than ${bytes(p.bound)}` : "no lower bound is proven"}.`;
  byId("tiles").replaceChildren(
    tile("Spilled and retrieved", scaled(p.objective), state.plan ? `${p.scheme}; ours ${scaled(back)}` : p.status),
    tile("Compulsory", scaled(D.compulsory), "first loads, results, parameters"),
    tile("Scratchpad", scaled(D.budget), `${scaled(p.height)} in use`),
    tile("M_R", scaled(D.least), "least that runs"),
    tile("M_P", scaled(D.peak), D.proven ? "least without spills" : "no less is known"),
    tile("Steps, stays", `${p.order.length}, ${p.stays.length}`, `${p.moves.length} transfers`));
};
const drawKeys = () => {
  const key = (colour, name) => { const mark = el("i"); mark.style.background = `var(${colour})`; return el("span", {}, mark, name); };
  byId("keys").replaceChildren(...D.endings.map((name, i) => key(`--end-${i}`, WHY[name])), el("span", {}, el("i", { class: "hollow" }), "dashed: end of the scratchpad"));
  byId("kinds").replaceChildren(...D.kinds.map((name, i) => key(`--kind-${i}`, name)));
};

const choose = (i) => {
  if (i === state.on) return;
  state.on = i;
  drawMap();
  for (const row of byId("stays").tBodies[0].rows) row.classList.toggle("on", Number(row.dataset.stay) === i);
};
const show = (i) => {
  state.plan = i; state.on = state.step = -1;
  byId("scheme").value = String(i);
  drawFacts(); drawMap(); drawBus(); drawPlans(); drawStays();
};

// Arrows on the map: along the list of stays, or to the one above or below that shares the step.
const beside = (up) => {
  const [, offset, , start] = plan().stays[state.on];
  const there = plan().stays.map((stay, i) => [stay[1], i, stay]).filter(([o, , s]) => s[3] <= start && start < s[4] && (up ? o > offset : o < offset));
  there.sort((a, b) => (up ? a[0] - b[0] : b[0] - a[0]));
  return there.length ? there[0][1] : state.on;
};
const MAP_KEYS = {
  ArrowRight: () => Math.min(state.on + 1, plan().stays.length - 1),
  ArrowLeft: () => Math.max(state.on - 1, 0),
  ArrowUp: () => (state.on < 0 ? 0 : beside(true)),
  ArrowDown: () => (state.on < 0 ? 0 : beside(false)),
  Home: () => 0,
  End: () => plan().stays.length - 1,
  Escape: () => -1,
};
byId("map").querySelector("svg").addEventListener("keydown", (event) => {
  const where = MAP_KEYS[event.key];
  if (!where) return;
  event.preventDefault();
  choose(where());
});
byId("map").addEventListener("pointerleave", () => choose(-1));
byId("bus").querySelector("svg").addEventListener("keydown", (event) => {
  const last = plan().order.length - 1;
  const where = { ArrowRight: Math.min(state.step + 1, last), ArrowLeft: Math.max(state.step - 1, 0), Home: 0, End: last, Escape: -1 }[event.key];
  if (where === undefined) return;
  event.preventDefault();
  state.step = where;
  drawBus();
});
byId("bus").addEventListener("pointerleave", () => { state.step = -1; drawBus(); });
byId("scheme").append(...D.plans.map((p, i) => el("option", { value: i }, p.scheme)));
byId("scheme").addEventListener("change", (event) => show(Number(event.target.value)));
byId("filter").addEventListener("input", drawStays);
addEventListener("resize", () => { drawMap(); drawBus(); });
drawKeys();
show(0);
