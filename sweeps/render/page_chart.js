// The scatter of two results: every design a mark, the front of the two chosen results a staircase.
"use strict";
const PAD = { left: 66, right: 26, top: 16, bottom: 46 };

const niceStep = (span, count) => {
  const raw = span / count, power = 10 ** Math.floor(Math.log10(raw)), rest = raw / power;
  return (rest < 1.5 ? 1 : rest < 3.5 ? 2 : rest < 7.5 ? 5 : 10) * power;
};
const linearTicks = (low, high, count) => {
  const step = niceStep(high - low, count), ticks = [];
  for (let t = Math.ceil(low / step - 1e-9) * step; t <= high + step * 1e-9; t += step) ticks.push(Math.abs(t) < step * 1e-9 ? 0 : t);
  return ticks;
};
const logTicks = (low, high, base) => {
  if (base === 2) {
    const ticks = [];
    for (let t = 2 ** Math.ceil(Math.log2(low) - 1e-9); t <= high * (1 + 1e-9); t *= 2) ticks.push(t);
    const every = Math.ceil(ticks.length / 9);
    return ticks.filter((_, i) => i % every === 0);
  }
  const decades = Math.log10(high / low), parts = decades > 3.2 ? [1] : decades > 1.6 ? [1, 3] : [1, 2, 3, 5, 7];
  const ticks = [];
  for (let p = Math.floor(Math.log10(low)); p <= Math.log10(high) + 1; p++)
    for (const part of parts) {
      const t = part * 10 ** p;
      if (t >= low * (1 - 1e-9) && t <= high * (1 + 1e-9)) ticks.push(t);
    }
  return ticks.length >= 2 ? ticks : linearTicks(low, high, 5).filter((t) => t > 0);
};
const isPower = (v) => v > 0 && Number.isInteger(Math.log2(v));

const scaleFor = (values, log, size) => {
  let [low, high] = extent(values);
  const base = values.every(isPower) ? 2 : 10;
  if (log) {
    const margin = low === high ? 2 : (high / low) ** 0.055;
    low /= margin; high *= margin;
    const span = Math.log(high / low);
    return { ticks: logTicks(low, high, base), at: (v) => (Math.log(v / low) / span) * size };
  }
  const margin = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.055;
  low = low >= 0 && low - margin < (high - low) * 0.35 ? Math.min(0, low) : low - margin;
  high += margin;
  return { ticks: linearTicks(low, high, 6), at: (v) => ((v - low) / (high - low)) * size };
};

// Indices on the front of the two chosen results, by rising cost of x.
const planeFront = (members) => {
  const order = [...members].sort((i, j) => cost(state.x, valueOf(state.x, i)) - cost(state.x, valueOf(state.x, j))
    || cost(state.y, valueOf(state.y, i)) - cost(state.y, valueOf(state.y, j)));
  let best = Infinity;
  return order.filter((i) => {
    const c = cost(state.y, valueOf(state.y, i));
    const on = c < best;
    best = Math.min(best, c);
    return on;
  });
};

const Chart = (() => {
  const holder = document.getElementById("plot"), canvas = holder.querySelector("canvas"), layer = holder.querySelector("svg");
  const tip = document.getElementById("tip");
  let spots = [], fronts = [], front = [], strong = new Set(), cells = new Map(), hovered = -1, shape = { w: 0, h: 0 };

  const members = () => {
    const found = [];
    for (let i = 0; i < COUNT; i++)
      if (P.workload[i] === state.workload && !state.hidden.has(P.array[i]) && !state.hiddenStudies.has(studyOf(i)) && valueOf(state.x, i) !== null && valueOf(state.y, i) !== null) found.push(i);
    return found;
  };

  const draw = () => {
    const w = holder.clientWidth, h = holder.clientHeight;
    shape = { w, h };
    const all = members();
    layer.replaceChildren();
    layer.setAttribute("viewBox", `0 0 ${w} ${h}`);
    spots = []; fronts = []; front = []; cells = new Map();
    const ratio = devicePixelRatio || 1, pen = canvas.getContext("2d");
    canvas.width = w * ratio; canvas.height = h * ratio;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (!all.length) {
      layer.append(svgText(w / 2, h / 2, "no design to show", "middle"));
      return;
    }
    const xs = all.map((i) => valueOf(state.x, i)), ys = all.map((i) => valueOf(state.y, i));
    const logX = state.logX && extent(xs)[0] > 0, logY = state.logY && extent(ys)[0] > 0;
    const sx = scaleFor(xs, logX, w - PAD.left - PAD.right), sy = scaleFor(ys, logY, h - PAD.top - PAD.bottom);
    const place = (i) => ({ i, x: PAD.left + sx.at(valueOf(state.x, i)), y: h - PAD.bottom - sy.at(valueOf(state.y, i)) });
    axes(sx, sy, w, h);
    spots = all.map(place);
    fronts = D.studies.map((_, study) => planeFront(all.filter((i) => allowedOf(i) && studyOf(i) === study)).map(place));
    front = fronts.flat();
    strong = new Set(front.map((s) => s.i));
    index();
    paintMarks(pen, ratio);
    tags(w, h);
    ring();
  };

  const axes = (sx, sy, w, h) => {
    const floor = h - PAD.bottom;
    for (const t of sx.ticks) {
      const x = PAD.left + sx.at(t);
      layer.append(svg("line", { class: "grid", x1: x, x2: x, y1: PAD.top, y2: floor }), svgText(x, floor + 18, tick(state.x, t), "middle"));
    }
    for (const t of sy.ticks) {
      const y = floor - sy.at(t);
      layer.append(svg("line", { class: "grid", x1: PAD.left, x2: w - PAD.right, y1: y, y2: y }), svgText(PAD.left - 9, y + 4, tick(state.y, t), "end"));
    }
    layer.append(svg("line", { class: "axis", x1: PAD.left, x2: w - PAD.right, y1: floor, y2: floor }),
      svgText((PAD.left + w - PAD.right) / 2, h - 6, axisTitle(state.x), "middle", "title"));
    const side = svgText(0, 0, axisTitle(state.y), "middle", "title");
    side.setAttribute("transform", `translate(15 ${(PAD.top + floor) / 2}) rotate(-90)`);
    layer.append(side);
  };
  const axisTitle = (name) => `${titleOf(name)}, ${METRIC[name].better === "minimise" ? "less is better" : "more is better"}`;

  // Marks are painted once for each array, study and strength, and stamped from there.
  const paintMarks = (pen, ratio) => {
    const style = getComputedStyle(document.documentElement), card = style.getPropertyValue("--card");
    const weak = spots.length > 4000 ? 0.5 : spots.length > 900 ? 0.7 : 0.9, strongly = front.length > 100 ? 0.8 : 1.18;
    const stamps = new Map(), half = 9;
    const stamp = (i, bold) => {
      const key = `${P.array[i]} ${studyOf(i)} ${bold} ${allowedOf(i)}`;
      if (!stamps.has(key)) {
        const sheet = document.createElement("canvas"), ink = sheet.getContext("2d"), path = new Path2D(markOf(P.array[i]));
        sheet.width = sheet.height = 2 * half * ratio;
        ink.scale(ratio, ratio);
        ink.translate(half, half);
        ink.scale(bold ? strongly : weak, bold ? strongly : weak);
        if (bold) { ink.lineWidth = 2.6; ink.strokeStyle = card; ink.stroke(path); }
        ink.globalAlpha = bold ? 1 : allowedOf(i) ? 0.42 : 0.16;
        const colour = style.getPropertyValue(arrayVar(P.array[i]));
        if (studyOf(i)) { ink.fillStyle = card; if (bold) ink.fill(path); ink.lineWidth = 1.9; ink.strokeStyle = colour; ink.stroke(path); }
        else { ink.fillStyle = colour; ink.fill(path); }
        stamps.set(key, sheet);
      }
      return stamps.get(key);
    };
    const put = (spot, bold) => pen.drawImage(stamp(spot.i, bold), spot.x - half, spot.y - half, 2 * half, 2 * half);
    for (const spot of spots) if (!strong.has(spot.i)) put(spot, false);
    fronts.forEach((line, study) => stairs(pen, line, study, style));
    for (const spot of front) put(spot, true);
  };

  const stairs = (pen, line, study, style) => {
    pen.save();
    pen.strokeStyle = style.getPropertyValue("--front");
    pen.globalAlpha = 0.55; pen.lineWidth = 1.3; pen.setLineDash(study ? [1.5, 3] : [5, 3.5]);
    pen.beginPath();
    line.forEach((spot, k) => {
      if (k === 0) pen.moveTo(spot.x, spot.y);
      else { pen.lineTo(spot.x, line[k - 1].y); pen.lineTo(spot.x, spot.y); }
    });
    pen.stroke();
    pen.restore();
  };

  // Spots by squares of the plot, so that the one under the pointer is found among its neighbours.
  const CELL = 26;
  const cellOf = (x, y) => `${Math.floor(x / CELL)} ${Math.floor(y / CELL)}`;
  const index = () => {
    for (const spot of spots) {
      const key = cellOf(spot.x, spot.y);
      if (cells.has(key)) cells.get(key).push(spot);
      else cells.set(key, [spot]);
    }
  };

  // Names beside the ends of the front and as many between as fit without touching.
  const tags = (w, h) => {
    const ends = fronts.flatMap((line) => [line[0], line.at(-1)]);
    const spread = front.filter((_, k) => k % Math.ceil(front.length / 8) === 0);
    const order = [...new Set([...ends, ...spread, ...(front.length > 40 ? [] : front)])].filter(Boolean);
    const boxes = front.map((s) => [s.x - 7, s.y - 7, s.x + 7, s.y + 7]);
    let left = 9;
    for (const spot of order) {
      const words = shortOf(spot.i), width = words.length * 6.3 + 6;
      const spaces = [[10, -9, "start"], [-10, -9, "end"], [10, 17, "start"], [-10, 17, "end"]];
      const fit = spaces.map(([dx, dy, anchor]) => {
        const x0 = anchor === "start" ? spot.x + dx : spot.x + dx - width;
        return { dx, dy, anchor, box: [x0, spot.y + dy - 11, x0 + width, spot.y + dy + 3] };
      }).find(({ box }) => box[0] > PAD.left && box[2] < w - 4 && box[1] > 2 && box[3] < h - PAD.bottom
        && boxes.every((b) => box[2] < b[0] || box[0] > b[2] || box[3] < b[1] || box[1] > b[3]));
      if (!fit || left-- <= 0) continue;
      boxes.push(fit.box);
      layer.append(svgText(spot.x + fit.dx, spot.y + fit.dy, words, fit.anchor, "tag"));
    }
  };

  const ring = () => {
    layer.querySelectorAll(".ring").forEach((node) => node.remove());
    for (const [i, colour, width] of [[state.pinned, "var(--accent)", 2.4], [hovered, "var(--ink-2)", 1.4]]) {
      const spot = i < 0 ? null : spots.find((s) => s.i === i);
      if (spot) layer.append(svg("circle", { class: "ring", cx: spot.x, cy: spot.y, r: 9.5, fill: "none", stroke: colour, "stroke-width": width }));
    }
  };

  const hover = (spot) => {
    hovered = spot ? spot.i : -1;
    ring();
    tip.hidden = !spot;
    if (!spot) return;
    tip.replaceChildren(el("b", {}, P.label[spot.i]), D.studies.length > 1 ? el("span", {}, `study ${D.studies[studyOf(spot.i)].name}`) : "", tipTable(spot.i));
    const right = spot.x + 16 + tip.offsetWidth < shape.w;
    tip.style.left = `${right ? spot.x + 14 : Math.max(4, spot.x - 14 - tip.offsetWidth)}px`;
    tip.style.top = `${Math.max(2, Math.min(spot.y - 20, shape.h - tip.offsetHeight - 4))}px`;
  };
  const tipTable = (i) => {
    const names = [...new Set([state.x, state.y, "total_cycles", "utilization", "dram_bytes", "pe_count"])].filter((name) => valueOf(name, i) !== null);
    const machine = D.machine_fields.filter((name) => FIELD_COLUMNS.includes(name)).map((name) => [fieldTitle(name), fieldText(name, valueOf(name, i))]);
    return el("table", {}, [...names.map((name) => [METRIC[name].label, exact(name, valueOf(name, i))]), ...machine]
      .map(([name, value]) => el("tr", {}, el("td", {}, String(name)), el("td", {}, String(value)))));
  };

  const nearest = (event) => {
    const box = holder.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    let best = null, distance = CELL ** 2;
    for (const dx of [-CELL, 0, CELL])
      for (const dy of [-CELL, 0, CELL])
        for (const spot of cells.get(cellOf(x + dx, y + dy)) ?? []) {
          const d = ((spot.x - x) ** 2 + (spot.y - y) ** 2) * (strong.has(spot.i) ? 0.6 : 1);
          if (d < distance) { distance = d; best = spot; }
        }
    return best;
  };
  const walk = (by) => {
    if (!front.length) return;
    const sorted = [...front].sort((a, b) => a.x - b.x);
    const at = sorted.findIndex((s) => s.i === hovered);
    const from = at >= 0 ? at + by : sorted.findIndex((s) => s.i === state.pinned) + (at < 0 ? by : 0);
    hover(sorted[Math.max(0, Math.min(sorted.length - 1, from))]);
  };
  layer.addEventListener("pointermove", (event) => hover(nearest(event)));
  layer.addEventListener("pointerleave", () => hover(null));
  layer.addEventListener("click", (event) => { const spot = nearest(event); if (spot) pin(spot.i); });
  layer.addEventListener("keydown", (event) => {
    const keys = { ArrowRight: () => walk(1), ArrowLeft: () => walk(-1), Escape: () => hover(null), Enter: () => hovered >= 0 && pin(hovered) };
    if (keys[event.key]) { keys[event.key](); event.preventDefault(); }
  });
  layer.addEventListener("blur", () => hover(null));
  // Whether an axis is better logarithmic from the start: all values above 0, and a factor of 8 between the ends.
  const suits = (name) => {
    const [low, high] = extent(members().map((i) => valueOf(name, i)).filter((x) => x !== null));
    return low > 0 && high / low >= 8;
  };
  new ResizeObserver(draw).observe(holder);
  return { draw, ring, members, suits };
})();
