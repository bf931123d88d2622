// The cluster: nodes on a ring, the links between them, messages on their way, and the one that this event is about.
const picture = element("cluster");
const count = trace.nodes.length;
const SIZE = Math.max(12, Math.min(23, 200 / Math.max(count, 1)));
const WIDE = 150, HIGH = 92;
const places = trace.places.map(([x, y]) => [x * WIDE, y * HIGH]);
const highest = Math.min(0, ...places.map(([, y]) => y)) - SIZE - 22;
const lowest = Math.max(0, ...places.map(([, y]) => y)) + SIZE + 25;
picture.setAttribute("viewBox", `${-WIDE - 60} ${highest} ${2 * WIDE + 120} ${lowest - highest}`);
const defs = svg("defs", {}, svg("marker", {
  id: "head", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 5, markerHeight: 5, orient: "auto-start-reverse",
}, svg("path", { class: "head", d: "M0 0 L8 4 L0 8 Z" })));
const layer = svg("g");
picture.append(defs, layer);

function drawCluster(state, event) {
  layer.replaceChildren();
  drawLinks(state);
  drawFlights(state, event);
  for (let number = 0; number < count; number++) drawNode(number, state.nodes[number], event);
  if (event.more.arrow) drawArrow(event.more.arrow);
  element("cluster-words").textContent = clusterWords(state);
}

function drawLinks(state) {
  const cut = new Set(state.cut.map(([from, to]) => `${from}>${to}`));
  for (let one = 0; one < count; one++) {
    for (let other = one + 1; other < count; other++) {
      const both = [[one, other], [other, one]].filter(([from, to]) => cut.has(`${from}>${to}`));
      const [x1, y1] = places[one], [x2, y2] = places[other];
      layer.append(svg("line", { class: both.length ? "cut" : "link", x1, y1, x2, y2 }));
      for (const [from, to] of both) {
        // A cross near whoever can't send: where both can't, the link has one at either end.
        const [x, y] = along(places[from], places[to], 0.3, 0);
        layer.append(cross(x, y, 3.5, "cut-mark"));
      }
    }
  }
}

function drawFlights(state, event) {
  const ways = new Map();
  for (const sent of state.flights) {
    if (sent === event.position) continue; // drawn as this event's arrow
    const [from, to, label, answer] = trace.messages[sent];
    const key = `${from}>${to}`;
    ways.set(key, [...(ways.get(key) || []), { from, to, label, answer }]);
  }
  for (const flights of ways.values()) {
    flights.slice(-5).forEach((flight, place, shown) => {
      const [x, y] = along(places[flight.from], places[flight.to], 0.35 + 0.3 * (place + 1) / (shown.length + 1), 5);
      const dot = svg("circle", { class: flight.answer ? "flight answer" : "flight", cx: x, cy: y, r: 2.7 });
      dot.append(svg("title", {}, `${nodeName(flight.from)} → ${nodeName(flight.to)}: ${flight.label}`));
      layer.append(dot);
    });
  }
}

function drawNode(number, node, event) {
  const [x, y] = places[number];
  const group = svg("g", { "data-node": trace.nodes[number], "data-look": node ? node.k : "" });
  if (!node) {
    group.append(svg("circle", { cx: x, cy: y, r: 3, fill: "var(--line)" }));
    group.append(svg("text", { class: "more", x, y: y + 14 }, trace.nodes[number]));
    layer.append(group);
    return;
  }
  group.append(svg("title", {}, nodeWords(number, node)));
  const down = node.k === "crashed" || node.k === "removed" || node.k === "unknown";
  const told = node.t !== false;
  const fill = down || !told ? "var(--panel)" : termFill(defs, node.t);
  const ink = down || !told ? "var(--ink)" : termLook(node.t)[1];
  group.append(nodeShape(node, x, y, fill));
  if (node.k === "leader" || node.k === "old leader") {
    group.append(svg("circle", { class: "lead-ring", cx: x, cy: y, r: SIZE + 3, opacity: node.k === "leader" ? 1 : 0.4 }));
    group.append(crown(x, y - SIZE - 9, 7.5, node.k === "old leader"));
  }
  if (node.k === "crashed") group.append(cross(x, y, SIZE * 0.72, "cross"));
  if (node.k === "paused") {
    group.append(svg("path", { d: `M${x - 4} ${y - SIZE - 9} v8 M${x + 4} ${y - SIZE - 9} v8`, stroke: "var(--ink)", "stroke-width": 3 }));
  }
  const kind = down ? " down" : ""; // a cross goes through it: the letters get a rim
  group.append(svg("text", { class: `name${kind}`, x, y: y - 4, fill: ink }, trace.nodes[number].slice(0, 9)));
  group.append(svg("text", { class: `term${kind}`, x, y: y + 8, fill: ink }, told ? `T ${node.t}` : "T ?"));
  group.append(svg("text", { class: "word", x, y: y + SIZE + 15 }, node.w));
  if (event.node === number) group.append(svg("circle", { class: "here", cx: x, cy: y, r: SIZE + 7 }));
  layer.append(group);
}

function nodeShape(node, x, y, fill) {
  const line = { stroke: "var(--line)", "stroke-width": 1.2, fill };
  if (node.k === "candidate") return svg("path", { ...line, d: diamond(x, y, SIZE * 1.3) });
  if (node.k === "pre-candidate") return svg("path", { ...line, "stroke-dasharray": "4 3", stroke: "var(--ink)", d: diamond(x, y, SIZE * 1.3) });
  const dashed = { crashed: 1, removed: 1, unknown: 1, learner: 1 }[node.k];
  return svg("circle", { ...line, cx: x, cy: y, r: SIZE, ...(dashed ? { "stroke-dasharray": "4 3", stroke: "var(--muted)" } : {}) });
}

// A message that leaves reaches half way, one that arrives comes from there, one that dies ends in a cross.
function drawArrow([from, to, label, answer, fate]) {
  if (from === to) return;
  const room = (SIZE + 6) / Math.hypot(places[to][0] - places[from][0], places[to][1] - places[from][1]);
  const [start, end] = fate === "received" ? [0.4, 1 - room] : [room, fate === "sent" ? 0.6 : 0.5];
  const [x1, y1] = along(places[from], places[to], start, 5);
  const [x2, y2] = along(places[from], places[to], end, 5);
  const kind = ["arrow", answer ? "answer" : "", fate === "dropped" ? "dead" : ""].join(" ");
  const line = svg("line", { class: kind, x1, y1, x2, y2 });
  if (fate === "dropped") layer.append(cross(x2, y2, 5, "cross"));
  else line.setAttribute("marker-end", "url(#head)");
  const [x, y] = along([x1, y1], [x2, y2], 0.45, 11);
  const width = 5.6 * label.length + 11;
  layer.append(line, svg("rect", { class: "pill", x: x - width / 2, y: y - 7, width, height: 14, rx: 7 }));
  layer.append(svg("text", { class: "pill-text", x, y }, label));
}

// A field in words: nothing where the source can't tell.
function nodeWords(number, node) {
  const parts = [`${trace.nodes[number]}: ${node.w}`];
  if (node.t !== false) parts.push(`term ${node.t}`);
  if (node.v !== false) parts.push(`voted for ${nodeName(node.v)}`);
  if (node.l !== false) parts.push(`leader ${nodeName(node.l)}`);
  if (node.c !== false) parts.push(`committed up to ${node.c}`);
  if (node.i !== false) parts.push(`log up to ${node.i}`);
  return parts.join(", ");
}

function clusterWords(state) {
  const nodes = Object.entries(state.nodes).map(([number, node]) => nodeWords(Number(number), node));
  const cut = state.cut.map(([from, to]) => `the link from ${nodeName(from)} to ${nodeName(to)} is cut`);
  return [...nodes, ...cut].join("; ");
}
