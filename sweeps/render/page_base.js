// What every part of the page shares: the data, numbers as text, marks, and small ways to build elements.
"use strict";
const D = JSON.parse(document.getElementById("data").textContent);
const METRIC = Object.fromEntries(D.metrics.map((m) => [m.name, m]));
const P = D.points;
const COUNT = P.label.length;

const MARKS = [
  "M0,-4.6A4.6,4.6 0 1 1 0,4.6A4.6,4.6 0 1 1 0,-4.6Z",
  "M-4.1,-4.1H4.1V4.1H-4.1Z",
  "M0,-5.4L5,3.9H-5Z",
  "M0,-5.7L5.7,0L0,5.7L-5.7,0Z",
  "M0,5.4L5,-3.9H-5Z",
  "M-1.8,-5H1.8V-1.8H5V1.8H1.8V5H-1.8V1.8H-5V-1.8H-1.8Z",
  "M0,-5.4L5.1,-1.7L3.2,4.4H-3.2L-5.1,-1.7Z",
  "M-5,-2.9L-2.9,-5L0,-2.1L2.9,-5L5,-2.9L2.1,0L5,2.9L2.9,5L0,2.1L-2.9,5L-5,2.9L-2.1,0Z",
];
const markOf = (array) => MARKS[array % MARKS.length];
const arrayVar = (array) => `--array-${array % 8}`;
const causeVar = (cause) => `--cause-${cause % 8}`;

const el = (tag, attributes = {}, ...inner) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...inner.flat().filter((part) => part !== null && part !== undefined));
  return node;
};
const svg = (tag, attributes = {}, ...inner) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inner);
  return node;
};
const glyph = (array, hollow = false, colour = `var(${arrayVar(array)})`) =>
  svg("svg", { viewBox: "-6.5 -6.5 13 13", "aria-hidden": "true" }, svg("path", hollow
    ? { d: markOf(array), fill: "none", stroke: colour, "stroke-width": 1.8 }
    : { d: markOf(array), fill: colour }));

const trimmed = (text) => text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
const digits = (value, places) => trimmed(value.toFixed(places));
const grouped = (value) => {
  const [whole, part] = (Number.isInteger(value) ? String(value) : digits(value, 3)).split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, "\u2009") + (part ? "." + part : "");
};
const scaled = (value) => {
  const size = Math.abs(value);
  for (const [power, letter] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (size >= power * 0.9995) {
      const part = value / power;
      return [digits(part, Math.abs(part) >= 99.95 ? 0 : Math.abs(part) >= 9.995 ? 1 : 2), letter];
    }
  }
  return [Number.isInteger(value) ? String(value) : digits(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.1 ? 2 : 4), ""];
};
const binary = (value) => {
  if (value < 1024 || value % 1024) return null;
  return value % 1048576 ? `${grouped(value / 1024)} KiB` : `${grouped(value / 1048576)} MiB`;
};
// A value in few characters, with its unit: 1.24 M, 82.1 %, 3.4 MB.
const short = (name, value) => {
  if (value === null || value === undefined) return "–";
  const metric = METRIC[name];
  if (!metric || typeof value !== "number") return String(value);
  if (name === "utilization") return `${(100 * value).toFixed(1)}\u2009%`;
  if (name.startsWith("scratchpad") && binary(value)) return binary(value);
  if (metric.unit === "µs") {
    if (value >= 1e6) return `${(value / 1e6).toFixed(2)} s`;
    return value >= 1e3 ? `${(value / 1e3).toFixed(2)} ms` : `${value.toFixed(1)} µs`;
  }
  if (metric.unit === "µm²") return value >= 1e4 ? `${Number((value / 1e6).toPrecision(3))} mm²` : `${grouped(Math.round(value))} µm²`;
  if (metric.unit === "pJ") {
    const [power, unit] = [[1e12, "J"], [1e9, "mJ"], [1e6, "µJ"], [1e3, "nJ"]].find(([from]) => value >= from) ?? [1, "pJ"];
    return `${Number((value / power).toPrecision(3))} ${unit}`;
  }
  if (Number.isInteger(value) && value < 10000 && metric.unit !== "B") return grouped(value);
  const [number, letter] = scaled(value);
  const unit = metric.unit === "cycles" ? "" : metric.unit;
  return [number, letter + unit].filter(Boolean).join("\u2009");
};
// The same beside an axis, where zeros behind the point say nothing.
const tick = (name, value) => {
  const [number, ...unit] = short(name, value).split(/(?=[ \u2009])/);
  return [trimmed(number), ...unit].join("");
};
// The same with all its digits, for lists and tips.
const exact = (name, value) => {
  if (value === null || value === undefined) return "–";
  const metric = METRIC[name];
  if (!metric || typeof value !== "number") return String(value);
  if (name === "utilization") return `${digits(100 * value, 2)}\u2009%`;
  if (name.startsWith("scratchpad") && binary(value)) return binary(value);
  if (metric.unit === "µs") return short(name, value);
  const number = Math.abs(value) < 1 ? String(Number(value.toPrecision(4))) : grouped(value);
  return number + (["", "cycles"].includes(metric.unit) ? "" : `\u2009${metric.unit}`);
};
// Fields of the machine: dram_gb_per_s as "DRAM (GB/s)", scratchpad_a_bytes as "scratchpad a" with "512 KiB".
const fieldTitle = (name) => name.replace(/_bytes$/, "").replace(/_gb_per_s$/, " (GB/s)").replace(/_ns$/, " (ns)").replace(/_ghz$/, " (GHz)")
  .replace(/_bytes_per_cycle$/, " (B/cycle)").replaceAll("_", " ").replace(/^dram/, "DRAM");
const fieldText = (name, value) => (value === null || value === undefined ? "–" : name.endsWith("_bytes") ? binary(value) ?? `${grouped(value)} B` : String(value));
// A column holds a value for each point, or the one that all of them have.
const one = (column, i) => (Array.isArray(column) ? column[i] : column) ?? null;
const valueOf = (name, i) => one(P.values[name], i);
const studyOf = (i) => one(P.study, i);
const allowedOf = (i) => one(P.allowed, i) === 1;
const verdictOf = (i) => D.verdicts[one(P.verdict, i)] ?? null;
const commandOf = (i) => D.commands[one(P.command, i)].join(P.label[i]);
const emitOf = (i) => `hwsim rtl emit ${P.label[i]} --out rtl/${P.label[i].replace(/[^A-Za-z0-9]+/g, "-")}`;
const SIDES = ["rows", "cols", "columns", "p", "k", "n"];
// For a mark in a plot: cube 8, matrix-2d 32×32.
const shortOf = (i) => {
  const [array, rest = ""] = P.label[i].split(":");
  const fields = rest.split(",").filter(Boolean);
  const isSide = (field) => SIDES.includes(field.split("=")[0]);
  const sides = fields.filter(isSide).map((field) => field.split("=")[1]).join("×");
  return [array, sides, ...fields.filter((field) => !isSide(field))].filter(Boolean).join(" ");
};
const extent = (values) => {
  let low = Infinity, high = -Infinity;
  for (const v of values) { if (v < low) low = v; if (v > high) high = v; }
  return [low, high];
};
const copyButton = (words) => {
  const button = el("button", { class: "plain", type: "button", title: "copy the command" }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(words);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1200);
  });
  return button;
};
const svgText = (x, y, words, anchor = "start", kind = "") => {
  const node = svg("text", { x, y, "text-anchor": anchor, class: kind });
  node.textContent = words;
  return node;
};
const titleOf = (name) => {
  const metric = METRIC[name];
  const unit = { utilization: "%" }[name] ?? { "µs": "", "µm²": "", pJ: "" }[metric.unit] ?? { B: "bytes" }[metric.unit] ?? metric.unit;
  return unit && !metric.label.toLowerCase().includes(unit) ? `${metric.label} (${unit})` : metric.label;
};
const cost = (name, value) => (METRIC[name].better === "maximise" ? -value : value);

const state = {
  workload: 0, x: "", y: "", logX: false, logY: false, hidden: new Set(), hiddenStudies: new Set(), pinned: -1,
  sort: "", down: false, filter: "", frontOnly: false, page: 0,
};
const watchers = [];
const changed = () => watchers.forEach((watch) => watch());
