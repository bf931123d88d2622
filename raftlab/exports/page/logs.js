// The logs, one above another: equal indices stand in one column, what isn't committed has a dashed border.
const MOST_COLUMNS = 16; // as many entries of each log as a state holds
const logRows = element("log-rows");

function columnsThatFit() {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.max(3, Math.min(MOST_COLUMNS, Math.floor((logRows.clientWidth - 9 * rem) / (3.6 * rem))));
}

function drawLogs(state) {
  const nodes = Object.entries(state.nodes).map(([number, node]) => [Number(number), node]);
  const held = nodes.map(([, node]) => node.g.length ? trace.entries[node.g[node.g.length - 1]][0] : 0);
  const top = Math.max(0, ...held);
  const most = columnsThatFit();
  const first = Math.max(1, top - most + 1);
  const columns = Math.max(1, Math.min(most, top - first + 1));
  logRows.style.gridTemplateColumns = `max-content repeat(${columns}, minmax(3.2rem, 6rem))`;
  logRows.replaceChildren();
  nodes.forEach(([number, node], row) => drawLog(number, node, row + 1, first, columns));
  element("log-key").textContent = top
    ? "Filled: committed, as far as this node knows. Dashed: not yet. Dotted: it doesn't tell. Above: index:term."
    : trace.knows.includes("entries") ? "No log holds an entry yet." : "This source doesn't tell what the logs hold.";
}

function drawLog(number, node, row, first, columns) {
  const owner = html("div", { class: "owner", style: `grid-row: ${row}; grid-column: 1` });
  owner.append(html("b", {}, `${trace.glyphs[node.k] || ""} ${trace.nodes[number]}`), html("small", {}, logFacts(node)));
  logRows.append(owner);
  const shown = node.g.map((place) => trace.entries[place]).filter(([index]) => index >= first);
  for (const [index, term, kind, text, words] of shown) {
    const [colour, ink] = termLook(term);
    const state = node.c === false ? "untold" : index <= node.c ? "" : "loose";
    const said = { "": "committed", loose: "not committed", untold: "nobody tells whether it is committed" }[state];
    const place = `grid-row: ${row}; grid-column: ${index - first + 2}`;
    const cell = html("div", { class: `entry ${state}`, title: `entry ${index} of term ${term}: ${words || kind} (${said})` });
    cell.style.cssText = `${place}; background: ${colour}; color: ${ink}; border-color: ${colour}`;
    cell.append(html("small", {}, `${index}:${term}`), text || kind);
    logRows.append(cell);
  }
  if (!shown.length && node.i !== false && node.i > 0) {
    const says = html("div", { class: "note", style: `grid-row: ${row}; grid-column: 2 / span ${columns}` });
    says.append(node.n ? `entries up to ${node.i}, further back` : `log up to ${node.i}`);
    logRows.append(says);
  }
}

function logFacts(node) {
  const parts = [];
  if (node.i !== false) parts.push(`last ${node.i}`);
  if (node.c !== false) parts.push(`commit ${node.c}`);
  if (node.s) parts.push(`snapshot ${node.s}`);
  return parts.join(" · ") || node.k;
}
