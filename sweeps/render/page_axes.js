// How much each axis of a study changes each objective: bars, one list for each objective and study shown.
"use strict";
const drawAxes = () => {
  const card = document.getElementById("axes"), network = D.workloads[state.workload].name;
  const lists = D.sensitivity.flatMap((found, study) => {
    const axes = found.find((part) => part.workload === network)?.axes ?? [];
    const names = [...new Set(axes.flatMap((axis) => Object.keys(axis.ratios)))];
    return state.hiddenStudies.has(study) ? [] : names.map((name) => axisList(axes, name, study));
  });
  card.hidden = !lists.length;
  card.querySelector(".bars").replaceChildren(...lists);
};
const axisList = (axes, name, study) => {
  const rows = axes.filter((axis) => name in axis.ratios).sort((a, b) => b.ratios[name] - a.ratios[name]);
  const high = Math.max(Math.log(extent(rows.map((axis) => axis.ratios[name]))[1]), 1e-9);
  const bar = (axis) => {
    const ratio = axis.ratios[name], title = `${axis.sets} ${axis.sets === 1 ? "set" : "sets"} of designs differ in ${axis.axis} alone`;
    return el("tr", { title }, el("th", { scope: "row" }, axis.axis.replaceAll("_", " ")),
      el("td", { class: "track" }, el("i", { style: `width:${(100 * Math.log(ratio)) / high}%` })), el("td", {}, `${digits(ratio, 2)}×`), el("td", { class: "sets" }, `${grouped(axis.sets)} ${axis.sets === 1 ? "set" : "sets"}`));
  };
  const whose = D.studies.length > 1 ? `, ${D.studies[study].name}` : "";
  return el("table", {}, el("caption", {}, METRIC[name].label + whose), el("tbody", {}, rows.map(bar)));
};
