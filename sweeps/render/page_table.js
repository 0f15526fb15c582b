// All designs as a table: sorted by a click on a head, filtered by words, pinned by a click on a row.
"use strict";
const COLUMNS = ["total_cycles", "runtime_us", "utilization", "stall_cycles", "dram_bytes", "pe_count", "macs", "energy_pj", "area_um2", "tops_per_watt", "tops_per_mm2"]
  .filter((name) => [P.values[name]].flat().some((value) => value !== null));
const FIELD_COLUMNS = D.machine_fields.filter((name) => Array.isArray(P.values[name]));
const ROWS_SHOWN = 60;
const collator = new Intl.Collator("en", { numeric: true });

const words = [];
const wordsOf = (i) => (words[i] ??= [P.label[i], D.arrays[P.array[i]], ...FIELD_COLUMNS.map((name) => `${name}=${valueOf(name, i)}`), P.front[i] ? "front" : "",
  D.studies.length > 1 ? D.studies[studyOf(i)].name : "", verdictOf(i) ? (verdictOf(i).passed ? "verified" : "differs") : ""].join(" ").toLowerCase());
const wanted = (i) => {
  if (P.workload[i] !== state.workload || state.hidden.has(P.array[i]) || state.hiddenStudies.has(studyOf(i)) || (state.frontOnly && !P.front[i])) return false;
  return !state.filter || state.filter.toLowerCase().split(/\s+/).every((word) => wordsOf(i).includes(word));
};
const keyOf = () => ({ label: (i) => P.label[i], study: studyOf, front: (i) => -P.front[i], rtl: (i) => (verdictOf(i) ? Number(!verdictOf(i).passed) : null) })[state.sort] ?? ((i) => valueOf(state.sort, i));
const sorted = () => {
  const rows = [], key = keyOf();
  for (let i = 0; i < COUNT; i++) if (wanted(i)) rows.push(i);
  const compare = (a, b) => {
    const u = key(a), v = key(b);
    if (u === null || v === null) return (u === null) - (v === null) || a - b;
    const order = typeof u === "string" ? collator.compare(u, v) : u - v;
    return (state.down ? -order : order) || a - b;
  };
  return rows.sort(compare);
};
// The rows in the table's order; sorted again only when what decides it has changed.
const shownRows = () => {
  const asked = JSON.stringify([state.workload, state.sort, state.down, state.filter, state.frontOnly, [...state.hidden], [...state.hiddenStudies]]);
  if (shownRows.asked !== asked) { shownRows.rows = sorted(); shownRows.asked = asked; state.page = 0; }
  return shownRows.rows;
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
  D.studies.length > 1 ? headCell("study", "Study", "", "text") : null,
  headCell("front", "Front", "", "text"),
  D.verdicts.length ? headCell("rtl", "RTL", "", "text") : null,
  FIELD_COLUMNS.map((name) => headCell(name, fieldTitle(name), "", "")),
  COLUMNS.map((name) => headCell(name, METRIC[name].label, { utilization: "", cycles: "", B: "" }[METRIC[name].unit] ?? "", "")));

const drawRow = (i, first) => {
  const cells = COLUMNS.map((name) => {
    const value = valueOf(name, i);
    return el("td", value === null ? { class: "none" } : {}, value === null ? "–" : ["total_cycles", "stall_cycles"].includes(name) ? grouped(value) : short(name, value));
  });
  return el("tr", { tabindex: first ? "0" : "-1", class: i === state.pinned ? "pinned" : "", "data-i": i, "aria-selected": String(i === state.pinned) },
    el("td", { class: "text name" }, glyph(P.array[i], studyOf(i) > 0), P.label[i]),
    D.studies.length > 1 ? el("td", { class: "text" }, D.studies[studyOf(i)].name) : null,
    el("td", { class: "text" }, P.front[i] ? "●" : allowedOf(i) ? "" : "excluded"),
    D.verdicts.length ? el("td", { class: "text", title: verdictOf(i)?.text }, verdictOf(i) ? (verdictOf(i).passed ? "verified" : "differs") : "") : null,
    FIELD_COLUMNS.map((name) => el("td", {}, fieldText(name, valueOf(name, i)))), cells);
};

const drawTable = () => {
  const rows = shownRows(), card = document.getElementById("table"), from = state.page * ROWS_SHOWN, to = Math.min(from + ROWS_SHOWN, rows.length);
  card.querySelector("thead").replaceChildren(drawHead());
  card.querySelector("tbody").replaceChildren(...rows.slice(from, to).map((i, k) => drawRow(i, k === 0)));
  const without = ["energy_pj", "area_um2"].every((name) => !COLUMNS.includes(name)) ? " Energy and area need a technology." : "";
  card.querySelector("footer .note").textContent = rows.length ? `${grouped(from + 1)} to ${grouped(to)} of ${grouped(rows.length)} designs.${without}` : "No design passes the filter.";
  document.getElementById("before").hidden = document.getElementById("after").hidden = rows.length <= ROWS_SHOWN;
  document.getElementById("before").disabled = from === 0;
  document.getElementById("after").disabled = to === rows.length;
};
// Another page of the table; says whether there is one.
const turn = (by) => {
  const last = Math.max(0, Math.ceil(shownRows().length / ROWS_SHOWN) - 1), page = Math.max(0, Math.min(last, state.page + by));
  if (page === state.page) return false;
  state.page = page;
  drawTable();
  return true;
};

(() => {
  const card = document.getElementById("table"), body = card.querySelector("tbody");
  const row = (event) => event.target.closest("tr");
  const focusOn = (node) => { body.querySelectorAll('[tabindex="0"]').forEach((other) => { other.tabIndex = -1; }); node.tabIndex = 0; node.focus(); };
  body.addEventListener("click", (event) => pin(Number(row(event).dataset.i)));
  body.addEventListener("keydown", (event) => {
    const now = row(event), next = { ArrowDown: now.nextElementSibling, ArrowUp: now.previousElementSibling }[event.key];
    if (next) { focusOn(next); event.preventDefault(); }
    else if (["ArrowDown", "PageDown"].includes(event.key) && turn(1)) { focusOn(body.firstElementChild); event.preventDefault(); }
    else if (["ArrowUp", "PageUp"].includes(event.key) && turn(-1)) { focusOn(event.key === "ArrowUp" ? body.lastElementChild : body.firstElementChild); event.preventDefault(); }
    if (event.key === "Enter" || event.key === " ") {
      const i = Number(now.dataset.i);
      pin(i);
      focusOn(body.querySelector(`[data-i="${i}"]`) ?? body.firstElementChild);
      event.preventDefault();
    }
  });
  card.querySelector("input").addEventListener("input", (event) => { state.filter = event.target.value.trim(); drawTable(); });
  document.getElementById("before").addEventListener("click", () => turn(-1));
  document.getElementById("after").addEventListener("click", () => turn(1));
  const only = document.getElementById("front-only");
  only.addEventListener("click", () => { state.frontOnly = !state.frontOnly; only.setAttribute("aria-pressed", String(state.frontOnly)); drawTable(); });
})();
