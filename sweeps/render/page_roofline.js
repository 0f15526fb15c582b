// The layers of the pinned design under its roofline: operations per second against operations per byte from DRAM.
"use strict";
const Roofline = (() => {
  const card = document.getElementById("roofline"), holder = card.querySelector(".plot"), layer = holder.querySelector("svg");
  const tip = card.querySelector(".tip"), note = card.querySelector("p.note");
  let spots = [], at = -1;

  const rate = (ops) => { const [number, letter] = scaled(ops); return `${trimmed(number)}\u2009${letter}OP/s`; };
  const perByte = (value) => (value >= 1000 ? scaled(value).join("") : digits(value, value < 10 ? 2 : 0));

  // Operations per byte and per second of every layer that the engine computes and that moves bytes.
  const points = (i, found) => {
    const infos = D.workloads[P.workload[i]].layers, elsewhere = new Set(found.elsewhere);
    return infos.map((info, k) => {
      const ops = 2 * info.m * info.n * info.k * info.batch, cycles = found.cycles[k].reduce((a, b) => a + b, 0);
      return { k, info, ops, intensity: ops / found.dram_bytes[k], speed: (ops / cycles) * found.roofs.clock_ghz * 1e9 };
    }).filter(({ k, intensity, speed }) => !elsewhere.has(k) && found.dram_bytes[k] && Number.isFinite(intensity) && Number.isFinite(speed));
  };

  const why = (i, found) => {
    if (!found.roofs) return "Its machine cannot be made from the stored fields.";
    if (found.dram_bytes.every((bytes) => bytes === null)) return "Engines alone are asked at this depth: DRAM bytes are not known, so that there is no roofline.";
    return spots.length ? "" : "None of its layers moves bytes from or to DRAM.";
  };

  const draw = () => {
    const i = state.pinned, found = i < 0 ? null : D.layers[i];
    card.hidden = !found?.cycles.length;
    card.parentElement.classList.toggle("single", card.hidden);
    if (card.hidden) return;
    at = -1; tip.hidden = true; spots = [];
    layer.replaceChildren();
    const rows = found.roofs && found.dram_bytes.some((bytes) => bytes) ? points(i, found) : [];
    spots = rows;
    const reason = why(i, found);
    holder.hidden = Boolean(reason);
    card.parentElement.classList.toggle("single", Boolean(reason));
    if (reason) { note.textContent = reason; return; }
    const { ops_per_cycle: each, clock_ghz: clock, dram_gb_per_s: bandwidth } = found.roofs;
    const peak = each * clock * 1e9, bytes = bandwidth * 1e9;
    note.textContent = `Peak ${rate(peak)} (2 × PEs / passes at ${clock} GHz), DRAM ${bandwidth} GB/s; they meet at ${perByte(peak / bytes)} OP/B.`;
    plot(rows, peak, bytes, P.array[i]);
  };

  const plot = (rows, peak, bytes, array) => {
    const w = holder.clientWidth, h = holder.clientHeight, left = 78, right = 16, top = 12, bottom = 42;
    layer.setAttribute("viewBox", `0 0 ${w} ${h}`);
    const [x0, x1] = extent([...rows.map((r) => r.intensity), peak / bytes]).map((v, end) => (end ? v * 1.8 : v / 1.8));
    const [y0, y1] = extent([...rows.map((r) => r.speed), peak]).map((v, end) => (end ? v * 1.5 : v / 1.5));
    const x = (v) => left + (Math.log(v / x0) / Math.log(x1 / x0)) * (w - left - right);
    const y = (v) => h - bottom - (Math.log(v / y0) / Math.log(y1 / y0)) * (h - top - bottom);
    axes({ x, y, x0, x1, y0, y1, w, h, left, right, top, bottom });
    const knee = peak / bytes, from = Math.max(x0, y0 / bytes);
    layer.append(svg("path", { class: "roof", d: `M${x(from)},${y(from * bytes)}L${x(knee)},${y(peak)}L${x(x1)},${y(peak)}` }));
    for (const row of rows) {
      row.x = x(row.intensity); row.y = y(row.speed);
      layer.append(svg("path", { class: "spot", d: markOf(array), "data-k": row.k, transform: `translate(${row.x} ${row.y}) scale(0.85)`, fill: `var(${arrayVar(array)})` }));
    }
  };
  const axes = ({ x, y, x0, x1, y0, y1, w, h, left, right, top, bottom }) => {
    const few = (ticks, most) => ticks.filter((_, k) => k % Math.ceil(ticks.length / most) === 0);
    for (const t of few(logTicks(x0, x1, 10), 7))
      layer.append(svg("line", { class: "grid", x1: x(t), x2: x(t), y1: top, y2: h - bottom }), svgText(x(t), h - bottom + 16, perByte(t), "middle"));
    for (const t of few(logTicks(y0, y1, 10), 6))
      layer.append(svg("line", { class: "grid", x1: left, x2: w - right, y1: y(t), y2: y(t) }), svgText(left - 8, y(t) + 4, scaled(t).map((part, k) => (k ? part : trimmed(part))).join("\u2009"), "end"));
    const side = svgText(0, 0, "Achieved (OP/s)", "middle", "title");
    side.setAttribute("transform", `translate(15 ${(top + h - bottom) / 2}) rotate(-90)`);
    layer.append(svg("line", { class: "axis", x1: left, x2: w - right, y1: h - bottom, y2: h - bottom }), side,
      svgText((left + w - right) / 2, h - 7, "Operational intensity (OP per DRAM byte)", "middle", "title"));
  };

  const show = (place) => {
    at = place;
    layer.querySelectorAll(".ring").forEach((node) => node.remove());
    tip.hidden = place < 0;
    if (place < 0) return;
    const { k, info, intensity, speed, x, y } = spots[place], found = D.layers[state.pinned];
    layer.append(svg("circle", { class: "ring", cx: x, cy: y, r: 8, fill: "none", stroke: "var(--accent)", "stroke-width": 2 }));
    const bound = intensity * found.roofs.dram_gb_per_s < found.roofs.ops_per_cycle * found.roofs.clock_ghz ? "DRAM" : "the PEs";
    const rows = [["m × n × k", `${info.m} × ${info.n} × ${info.k}${info.batch > 1 ? ` (batch ${info.batch})` : ""}`], ["intensity", `${perByte(intensity)} OP/B`],
      ["achieved", rate(speed)], ["DRAM", exact("dram_bytes", found.dram_bytes[k])], ["below the roof of", bound]];
    tip.replaceChildren(el("b", {}, `${k + 1}  ${info.name}`), el("table", {}, rows.map(([a, b]) => el("tr", {}, el("td", {}, a), el("td", {}, b)))));
    tip.style.left = `${Math.max(4, x + 14 + tip.offsetWidth < holder.clientWidth ? x + 14 : x - 14 - tip.offsetWidth)}px`;
    tip.style.top = `${Math.max(2, Math.min(y - 20, holder.clientHeight - tip.offsetHeight - 4))}px`;
  };
  layer.addEventListener("pointermove", (event) => {
    const box = holder.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
    let best = -1, distance = 20 ** 2;
    spots.forEach((s, place) => { const d = (s.x - px) ** 2 + (s.y - py) ** 2; if (d < distance) { distance = d; best = place; } });
    show(best);
  });
  layer.addEventListener("pointerleave", () => show(-1));
  layer.addEventListener("blur", () => show(-1));
  layer.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") show(-1);
    if (!by || !spots.length) return;
    show(Math.max(0, Math.min(spots.length - 1, at + by)));
    event.preventDefault();
  });
  new ResizeObserver(draw).observe(holder);
  return { draw };
})();
