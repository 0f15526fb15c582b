// All designs as a table: sorted by a click on a head, filtered by words, pinned by a click on a row.
"use strict";
const COLUMNS = ["total_cycles", "runtime_us", "utilization", "stall_cycles", "dram_bytes", "pe_count", "macs", "energy_pj", "area_um2", "tops_per_watt", "tops_per_mm2"];
const FIELD_COLUMNS = D.machine_fields.filter((name) => Array.isArray(P.values[name]));

const wanted = (i) => {
  if (P.workload[i] !== state.workload || state.hidden.has(P.array[i]) || (state.frontOnly && !P.front[i])) return false;
  const words = `${P.label[i]} ${D.arrays[P.array[i]]} ${FIELD_COLUMNS.map((name) => `${name}=${valueOf(name, i)}`).join(" ")} ${P.front[i] ? "front" : ""}`.toLowerCase();
  return state.filter.toLowerCase().split(/\s+/).every((word) => words.includes(word));
};
const sorted = () => {
  const rows = [];
  for (let i = 0; i < COUNT; i++) if (wanted(i)) rows.push(i);
  const key = state.sort === "label" ? (i) => P.label[i] : state.sort === "front" ? (i) => -P.front[i] : (i) => valueOf(state.sort, i);
  const compare = (a, b) => {
    const u = key(a), v = key(b);
    if (u === null || v === null) return (u === null) - (v === null) || a - b;
    const order = typeof u === "string" ? u.localeCompare(v, "en", { numeric: true }) : u - v;
    return (state.down ? -order : order) || a - b;
  };
  return rows.sort(compare);
};

const headCell = (name, label, unit, kind) => {
  const sort = state.sort === name ? (state.down ? "descending" : "ascending") : "none";
  const button = el("button", { type: "button", onclick: () => {
    state.down = state.sort === name ? !state.down : METRIC[name]?.better === "maximise";
    state.sort = name;
    drawTable();
    document.querySelector(`th[data-name="${name}"] button`).focus();
  } }, label, unit ? el("span", { class: "unit" }, ` ${unit}`) : null);
  return el("th", { scope: "col", class: kind, "aria-sort": sort, "data-name": name, title: METRIC[name]?.meaning }, button);
};
const drawHead = () => el("tr", {},
  headCell("label", "Design", "", "text"),
  headCell("front", "Front", "", "text"),
  FIELD_COLUMNS.map((name) => headCell(name, fieldTitle(name), "", "")),
  COLUMNS.map((name) => headCell(name, METRIC[name].label, { utilization: "", cycles: "", B: "" }[METRIC[name].unit] ?? "", "")));

const drawRow = (i, first) => {
  const cells = COLUMNS.map((name) => {
    const value = valueOf(name, i);
    return el("td", value === null ? { class: "none" } : {}, value === null ? "–" : ["total_cycles", "stall_cycles"].includes(name) ? grouped(value) : short(name, value));
  });
  return el("tr", { tabindex: first ? "0" : "-1", class: i === state.pinned ? "pinned" : "", "data-i": i, "aria-selected": String(i === state.pinned) },
    el("td", { class: "text name" }, glyph(P.array[i]), P.label[i]),
    el("td", { class: "text" }, P.front[i] ? "●" : P.allowed[i] ? "" : "excluded"),
    FIELD_COLUMNS.map((name) => el("td", {}, fieldText(name, valueOf(name, i)))), cells);
};

const drawTable = () => {
  const rows = sorted(), card = document.getElementById("table");
  card.querySelector("thead").replaceChildren(drawHead());
  card.querySelector("tbody").replaceChildren(...rows.slice(0, state.shown).map((i, k) => drawRow(i, k === 0)));
  card.querySelector("footer .note").textContent = `${Math.min(state.shown, rows.length)} of ${rows.length} designs shown.${["energy_pj", "area_um2"].every((name) => rows.every((i) => valueOf(name, i) === null)) ? " Energy and area need a technology." : ""}`;
  card.querySelector("footer button").hidden = rows.length <= state.shown;
};

(() => {
  const card = document.getElementById("table"), body = card.querySelector("tbody");
  const row = (event) => event.target.closest("tr");
  body.addEventListener("click", (event) => pin(Number(row(event).dataset.i)));
  body.addEventListener("keydown", (event) => {
    const now = row(event), next = { ArrowDown: now.nextElementSibling, ArrowUp: now.previousElementSibling }[event.key];
    if (next) { now.tabIndex = -1; next.tabIndex = 0; next.focus(); event.preventDefault(); }
    if (event.key === "Enter" || event.key === " ") {
      const i = Number(now.dataset.i);
      pin(i);
      body.querySelector(`[data-i="${i}"]`)?.focus();
      event.preventDefault();
    }
  });
  card.querySelector("input").addEventListener("input", (event) => { state.filter = event.target.value.trim(); drawTable(); });
  card.querySelector("footer button").addEventListener("click", () => { state.shown *= 4; drawTable(); });
  const only = document.getElementById("front-only");
  only.addEventListener("click", () => { state.frontOnly = !state.frontOnly; only.setAttribute("aria-pressed", String(state.frontOnly)); drawTable(); });
})();
