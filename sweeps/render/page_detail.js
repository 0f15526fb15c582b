// The pinned design: its machine, its results, the command that reproduces it, and its layers by cause.
"use strict";
const FACTS = ["total_cycles", "runtime_us", "compute_cycles", "stall_cycles", "utilization", "dram_bytes", "pe_count", "operand_bits", "scratchpad_bytes", "macs", "clock_ghz", "energy_pj", "energy_unit_delay_pj", "area_um2", "tops_per_watt", "tops_per_mm2"];

const pin = (i) => {
  state.pinned = i;
  history.replaceState(null, "", `#${P.digest[i]}`);
  changed();
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

const factRow = (name, value, none) => el("div", {}, el("dt", {}, name), el("dd", none ? { class: "none" } : {}, value));

const drawDesign = () => {
  const box = document.getElementById("design"), i = state.pinned;
  if (i < 0) {
    box.replaceChildren(el("h2", {}, "No design pinned"), el("p", { class: "note" }, "Click a mark, or a row of the table."));
    return;
  }
  const results = FACTS.map((name) => {
    const value = valueOf(name, i), none = value === null;
    return factRow(METRIC[name].label, exact(name, value), none);
  });
  const machine = D.machine_fields.filter((name) => valueOf(name, i) !== null).map((name) => factRow(fieldTitle(name), fieldText(name, valueOf(name, i))));
  const missing = FACTS.filter((name) => valueOf(name, i) === null).map((name) => METRIC[name].label);
  const badge = P.front[i] ? el("span", { class: "badge" }, "on the front") : el("span", { class: "badge off" }, P.allowed[i] ? "off the front" : "fails a constraint");
  box.replaceChildren(
    el("div", {}, el("div", { class: "note" }, "Pinned design ", badge), el("div", { class: "name" }, glyph(P.array[i]), el("span", {}, P.label[i]))),
    el("dl", { class: "facts" }, results, machine),
    ...P.assumed[i].map((k) => el("div", { class: "note" }, `${D.assumptions[k][0].toUpperCase()}${D.assumptions[k].slice(1)}.`)),
    missing.length ? el("div", { class: "note" }, `Without a technology: no ${missing.join(", ")}.`) : null,
    causeBar(i),
    el("div", { class: "command" }, el("code", { tabindex: "0", "aria-label": "command that reproduces this design" }, commandOf(i)), copyButton(commandOf(i))),
  );
};

const causeBar = (i) => {
  const total = P.causes[i].reduce((a, b) => a + b, 0);
  if (!total) return null;
  const parts = D.causes.map((cause, k) => ({ cause, k, cycles: P.causes[i][k] })).filter((part) => part.cycles > 0);
  const share = (cycles) => `${digits((100 * cycles) / total, 1)}\u2009%`;
  return el("div", {},
    el("div", { class: "bar", role: "img", "aria-label": parts.map((p) => `${p.cause} ${share(p.cycles)}`).join(", ") },
      parts.map((p) => el("i", { style: `width:${(100 * p.cycles) / total}%;background:var(${causeVar(p.k)})`, title: `${p.cause}: ${grouped(p.cycles)} cycles` }))),
    el("div", { class: "keys", style: "margin-top:6px" }, parts.map((p) => el("span", {}, el("i", { style: `background:var(${causeVar(p.k)})` }), `${p.cause} ${share(p.cycles)}`))));
};

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
    if (!found) {
      note.textContent = `Layers are kept on this page for the front; run the command above for this design.`;
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
    const totals = found.cycles.map((row) => row.reduce((a, b) => a + b, 0)), high = Math.max(...totals, 1) * 1.04;
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
    rows.push(["utilisation", short("utilization", found.utilization[k])], ["DRAM", exact("dram_bytes", found.dram_bytes[k])]);
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
