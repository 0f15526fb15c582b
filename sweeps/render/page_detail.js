// The pinned design: its machine, its results, the verdict on its gates, and the commands that reproduce it and emit its Verilog.
"use strict";
const FACTS = ["total_cycles", "runtime_us", "compute_cycles", "stall_cycles", "utilization", "dram_bytes", "pe_count", "operand_bits", "scratchpad_bytes", "macs", "clock_ghz", "energy_pj", "energy_unit_delay_pj", "area_um2", "tops_per_watt", "tops_per_mm2"];

const pin = (i) => {
  state.pinned = i;
  history.replaceState(null, "", `#${P.digest[i]}`);
  changed();
};

const factRow = (name, value, none) => el("div", {}, el("dt", {}, name), el("dd", none ? { class: "none" } : {}, value));

const commandRow = (title, words) => el("div", {}, el("div", { class: "note" }, title),
  el("div", { class: "command" }, el("code", { tabindex: "0", "aria-label": title }, words), copyButton(words)));
const capital = (words) => `${words[0].toUpperCase()}${words.slice(1)}`;

// What is not known of a design, and why: a sentence for each reason.
const unknown = (i) => {
  const missing = FACTS.filter((name) => valueOf(name, i) === null).map((name) => METRIC[name]);
  const list = (metrics) => metrics.map((metric) => metric.label).join(", ");
  const costs = missing.filter((metric) => metric.technology), others = missing.filter((metric) => !metric.technology);
  return [
    costs.length ? `${(valueOf("technology", i) ?? "none") === "none" ? "Without a technology" : "Its technology does not tell everything"}: ${list(costs)} not known.` : null,
    others.length ? `Engines alone are asked: no ${list(others)}.` : null,
  ].filter(Boolean);
};

const drawDesign = () => {
  const box = document.getElementById("design"), i = state.pinned;
  if (i < 0) {
    box.replaceChildren(el("h2", {}, "No design pinned"), el("p", { class: "note" }, "Click a mark, or a row of the table."));
    return;
  }
  const found = D.layers[i], verdict = verdictOf(i);
  const results = FACTS.filter((name) => valueOf(name, i) !== null).map((name) => factRow(METRIC[name].label, exact(name, valueOf(name, i))));
  const machine = D.machine_fields.filter((name) => valueOf(name, i) !== null).map((name) => factRow(fieldTitle(name), fieldText(name, valueOf(name, i))));
  const badge = P.front[i] ? el("span", { class: "badge" }, "on the front") : el("span", { class: "badge off" }, allowedOf(i) ? "off the front" : "fails a constraint");
  const gates = verdict ? el("span", { class: verdict.passed ? "badge" : "badge bad" }, verdict.passed ? "RTL verified" : "RTL differs") : null;
  box.replaceChildren(
    el("div", {}, el("div", { class: "note" }, "Pinned design ", badge, " ", gates ?? "", D.studies.length > 1 ? ` of ${D.studies[studyOf(i)].name}` : ""),
      el("div", { class: "name" }, glyph(P.array[i], studyOf(i) > 0), el("span", {}, P.label[i]))),
    el("dl", { class: "facts" }, results, machine),
    ...(found?.assumed ?? []).map((k) => el("div", { class: "note" }, `${capital(D.assumptions[k])}.`)),
    ...unknown(i).map((words) => el("div", { class: "note" }, words)),
    verdict ? el("div", { class: "note verdict" }, `${verdict.text}.`) : "",
    causeBar(i) ?? "",
    el("div", { class: "commands" }, commandRow("reproduces it", commandOf(i)), commandRow("emits its Verilog", emitOf(i))),
  );
};

// Cycles by cause; where the page does not hold the causes of a design, computing and waiting.
const causesOf = (i) => D.layers[i]?.causes ?? [valueOf("compute_cycles", i), valueOf("stall_cycles", i)];
const causeName = (i, k) => (D.layers[i] || k === 0 ? D.causes[k] : "stalls");

const causeBar = (i) => {
  const causes = causesOf(i), total = causes.reduce((a, b) => a + b, 0);
  if (!total) return null;
  const parts = causes.map((cycles, k) => ({ cause: causeName(i, k), k, cycles })).filter((part) => part.cycles > 0);
  const share = (cycles) => `${digits((100 * cycles) / total, 1)}\u2009%`;
  return el("div", {},
    el("div", { class: "bar", role: "img", "aria-label": parts.map((p) => `${p.cause} ${share(p.cycles)}`).join(", ") },
      parts.map((p) => el("i", { style: `width:${(100 * p.cycles) / total}%;background:var(${causeVar(p.k)})`, title: `${p.cause}: ${grouped(p.cycles)} cycles` }))),
    el("div", { class: "keys", style: "margin-top:6px" }, parts.map((p) => el("span", {}, el("i", { style: `background:var(${causeVar(p.k)})` }), `${p.cause} ${share(p.cycles)}`))));
};

