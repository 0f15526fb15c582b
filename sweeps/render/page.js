// Wires the parts together: menus, legend, the first choice of axes and the design that is pinned at the start.
"use strict";
const known = D.metrics.filter((m) => [P.values[m.name]].flat().some((v) => v !== null));
const chosen = Object.keys(D.objectives).filter((name) => known.some((m) => m.name === name));

const option = (metric) => {
  const there = known.includes(metric);
  return el("option", there ? { value: metric.name } : { value: metric.name, disabled: "" }, metric.label + (there ? "" : " (needs a technology)"));
};
const axisMenu = (id, axis, log) => {
  const menu = document.getElementById(id), button = document.getElementById(`${id}-log`);
  menu.replaceChildren(...D.metrics.map(option));
  const setLog = (on) => { state[log] = on; button.setAttribute("aria-pressed", String(on)); };
  menu.addEventListener("change", () => { state[axis] = menu.value; setLog(Chart.suits(menu.value)); Chart.draw(); });
  button.addEventListener("click", () => { setLog(!state[log]); Chart.draw(); });
  menu.value = state[axis];
  setLog(Chart.suits(state[axis]));
};

const legend = () => {
  const used = [...new Set(P.array)].sort((a, b) => a - b);
  const key = (hidden, item, ...inner) => el("button", {
    type: "button", "aria-pressed": String(!hidden.has(item)),
    onclick: (event) => {
      if (!hidden.delete(item)) hidden.add(item);
      event.currentTarget.setAttribute("aria-pressed", String(!hidden.has(item)));
      Chart.draw();
      drawTable();
      drawAxes();
    },
  }, ...inner);
  const studies = D.studies.length > 1 ? D.studies.map((study, k) => key(state.hiddenStudies, k, glyph(0, k > 0, "var(--ink-2)"), `study ${study.name}`)) : [];
  document.getElementById("legend").replaceChildren(...used.map((array) => key(state.hidden, array, glyph(array), D.arrays[array])), ...studies);
};

const workloadMenu = () => {
  const menu = document.getElementById("workload");
  menu.replaceChildren(...D.workloads.map((w, k) => el("option", { value: k }, w.name)));
  menu.closest("label").hidden = D.workloads.length < 2;
  menu.addEventListener("change", () => { state.workload = Number(menu.value); state.pinned = firstPin(); changed(); Chart.draw(); });
};

// The design shown first: the one whose costs, scaled to the front's spans, lie nearest to the best of each.
const firstPin = () => {
  const members = [...Array(COUNT).keys()].filter((i) => P.workload[i] === state.workload && P.front[i] && !state.hiddenStudies.has(studyOf(i)));
  if (!members.length || !chosen.length) return -1;
  const spans = chosen.map((name) => {
    const costs = members.map((i) => Math.log(Math.max(Math.abs(valueOf(name, i)), 1e-12)) * (METRIC[name].better === "maximise" ? -1 : 1));
    return { name, low: extent(costs)[0], high: extent(costs)[1] };
  });
  const far = (i) => spans.reduce((sum, { name, low, high }) => {
    const c = Math.log(Math.max(Math.abs(valueOf(name, i)), 1e-12)) * (METRIC[name].better === "maximise" ? -1 : 1);
    return sum + (high > low ? ((c - low) / (high - low)) ** 2 : 0);
  }, 0);
  return members.reduce((best, i) => (far(i) < far(best) ? i : best), members[0]);
};

state.y = chosen[0] ?? "total_cycles";
state.x = chosen[1] ?? (state.y === "pe_count" ? "total_cycles" : "pe_count");
state.sort = state.y;
state.down = METRIC[state.sort].better === "maximise";
const asked = P.digest.indexOf(location.hash.slice(1));
if (asked >= 0) state.workload = P.workload[asked];
state.pinned = asked >= 0 ? asked : firstPin();
watchers.push(drawDesign, () => Layers.draw(), () => Roofline.draw(), () => Chart.ring(), drawAxes, drawTable);
workloadMenu();
document.getElementById("workload").value = state.workload;
axisMenu("axis-x", "x", "logX");
axisMenu("axis-y", "y", "logY");
legend();
Chart.draw();
changed();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => Chart.draw());
document.documentElement.dataset.ready = "yes";
