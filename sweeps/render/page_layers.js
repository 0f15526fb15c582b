// The layers of the pinned design, one bar for each: its cycles stacked by cause.
"use strict";
const Layers = (() => {
  const card = document.getElementById("layers"), holder = card.querySelector(".plot"), layer = holder.querySelector("svg");
  const tip = card.querySelector(".tip"), keys = card.querySelector(".keys"), head = card.querySelector("h2"), note = card.querySelector(".note");
  let at = -1;

  const draw = () => {
    const i = state.pinned, found = i < 0 ? null : D.layers[i];
    card.hidden = i < 0;
    if (i < 0) return;
    tip.hidden = true; at = -1;
    head.textContent = `Where its cycles go, layer by layer`;
    layer.replaceChildren(); keys.replaceChildren();
    if (!found?.cycles.length) {
      note.textContent = D.workloads[P.workload[i]].layers.length ? "Layers are kept on this page for the front; run the command above for this design."
        : "A design over several networks has layers on each of them: choose one above.";
      holder.hidden = true;
      return;
    }
    holder.hidden = false;
    const names = D.workloads[P.workload[i]].layers;
    const used = D.causes.map((_, k) => k).filter((k) => found.cycles.some((row) => row[k] > 0));
    keys.append(...used.map((k) => el("span", {}, el("i", { style: `background:var(${causeVar(k)})` }), D.causes[k])));
    note.textContent = `${names.length} matrix products of ${D.workloads[P.workload[i]].name}, in order of execution`;
    bars(found, used, names);
  };

  const bars = (found, used, names) => {
    const w = holder.clientWidth, h = holder.clientHeight, left = 66, right = 20, top = 12, bottom = 30;
    layer.setAttribute("viewBox", `0 0 ${w} ${h}`);
    const totals = found.cycles.map((row) => row.reduce((a, b) => a + b, 0)), high = Math.max(extent(totals)[1], 1) * 1.04;
    const y = (v) => h - bottom - (v / high) * (h - top - bottom), step = (w - left - right) / totals.length, gap = Math.min(3, step * 0.22);
    for (const t of linearTicks(0, high, 4)) {
      const label = svg("text", { x: left - 9, y: y(t) + 4, "text-anchor": "end" });
      label.textContent = tick("total_cycles", t);
      layer.append(svg("line", { class: "grid", x1: left, x2: w - right, y1: y(t), y2: y(t) }), label);
    }
    totals.forEach((total, k) => layer.append(bar(found, used, k, left + k * step, step, gap, y, top, h - bottom)));
    layer.append(svg("line", { class: "axis", x1: left, x2: w - right, y1: h - bottom, y2: h - bottom }), side(h, top, bottom));
    const every = Math.ceil(totals.length / 30);
    for (let k = 0; k < totals.length; k += every) {
      const label = svg("text", { x: left + (k + 0.5) * step, y: h - bottom + 16, "text-anchor": "middle" });
      label.textContent = k + 1;
      layer.append(label);
    }
  };
  const side = (h, top, bottom) => {
    const label = svg("text", { "text-anchor": "middle", class: "title", transform: `translate(15 ${(top + h - bottom) / 2}) rotate(-90)` });
    label.textContent = "Cycles";
    return label;
  };
  const bar = (found, used, k, x, step, gap, y, top, floor) => {
    const group = svg("g", { class: "layer", "data-k": k }, svg("rect", { class: "hit", x, y: top, width: step, height: floor - top }));
    let sum = 0;
    for (const cause of used) {
      const cycles = found.cycles[k][cause];
      if (cycles <= 0) continue;
      group.append(svg("rect", { x: x + gap / 2, width: Math.max(step - gap, 0.6), y: y(sum + cycles), height: Math.max(y(sum) - y(sum + cycles), 0.4), fill: `var(${causeVar(cause)})` }));
      sum += cycles;
    }
    return group;
  };

  const show = (k, x) => {
    layer.querySelectorAll(".on").forEach((node) => node.classList.remove("on"));
    at = k;
    tip.hidden = k < 0;
    if (k < 0) return;
    const i = state.pinned, found = D.layers[i], info = D.workloads[P.workload[i]].layers[k];
    layer.querySelector(`[data-k="${k}"]`).classList.add("on");
    const rows = D.causes.map((cause, c) => [cause, found.cycles[k][c]]).filter(([, v]) => v > 0).map(([cause, v]) => [cause, `${grouped(v)} cycles`]);
    rows.unshift(["m × n × k", `${info.m} × ${info.n} × ${info.k}${info.batch > 1 ? ` (batch ${info.batch})` : ""}`]);
    rows.push(["utilisation", short("utilization", found.utilization[k])]);
    if (found.dram_bytes[k] !== null) rows.push(["DRAM", exact("dram_bytes", found.dram_bytes[k])]);
    tip.replaceChildren(el("b", {}, `${k + 1}  ${info.name}`), el("table", {}, rows.map(([a, b]) => el("tr", {}, el("td", {}, a), el("td", {}, b)))));
    tip.style.left = `${Math.max(4, Math.min(x + 14, holder.clientWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = "6px";
  };
  layer.addEventListener("pointermove", (event) => {
    const group = event.target.closest(".layer");
    show(group ? Number(group.dataset.k) : -1, event.clientX - holder.getBoundingClientRect().left);
  });
  layer.addEventListener("pointerleave", () => show(-1, 0));
  layer.addEventListener("blur", () => show(-1, 0));
  layer.addEventListener("keydown", (event) => {
    const count = layer.querySelectorAll(".layer").length, by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by || !count) return;
    const k = Math.max(0, Math.min(count - 1, at + by));
    show(k, 66 + ((k + 0.5) * (holder.clientWidth - 86)) / count);
    event.preventDefault();
  });
  new ResizeObserver(draw).observe(holder);
  return { draw };
})();
