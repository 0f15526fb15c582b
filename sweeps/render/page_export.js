// The rows that the filter shows, with every column, as CSV and as Parquet: files that the page itself makes.
"use strict";
const Export = (() => {
  const columns = (rows) => {
    const column = (name, kind, read) => ({ name, kind, values: rows.map(read) });
    return [
      ...(D.studies.length > 1 ? [column("study", "text", (i) => D.studies[studyOf(i)].name)] : []),
      column("workload", "text", (i) => D.workloads[P.workload[i]].name),
      column("array", "text", (i) => D.arrays[P.array[i]]),
      ...Object.keys(P.values).map((name) => column(name, P.kinds[name], (i) => valueOf(name, i))),
      column("allowed", "bool", allowedOf),
      column("on_front", "bool", (i) => P.front[i] === 1),
      ...(D.verdicts.length ? [column("rtl_verified", "bool", (i) => verdictOf(i)?.passed ?? null)] : []),
    ];
  };
  // A number as the canonical export has it: 3.0, 1e-07, 1e+16.
  const float = (value) => {
    const size = Math.abs(value);
    if (size && (size < 1e-4 || size >= 1e16)) {
      const [number, power] = value.toExponential().split("e");
      return `${number}e${power[0]}${power.slice(1).padStart(2, "0")}`;
    }
    return Number.isInteger(value) ? `${value}.0` : String(value);
  };
  const cell = (kind, value) => {
    if (value === null) return "";
    const words = kind === "float" ? float(value) : String(value);
    return /[",\n\r]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
  };
  const csv = (rows) => {
    const found = columns(rows), lines = [found.map(({ name }) => cell("text", name)).join(",")];
    rows.forEach((_, k) => lines.push(found.map(({ kind, values }) => cell(kind, values[k])).join(",")));
    return [`${lines.join("\n")}\n`];
  };
  const save = (parts, name, type) => {
    const link = el("a", { download: name });
    link.href = URL.createObjectURL(new Blob(parts, { type }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  const stem = D.studies.map((study) => study.name.replace(/[^A-Za-z0-9_-]+/g, "-")).join("-and-");
  document.getElementById("to-csv").addEventListener("click", () => save(csv(shownRows()), `${stem}.csv`, "text/csv"));
  document.getElementById("to-parquet").addEventListener("click", () => save(Parquet.write(columns(shownRows())), `${stem}.parquet`, "application/vnd.apache.parquet"));
  return { csv, columns };
})();
