// Small makers of SVG and HTML elements, and the forms that several drawings share.
function svg(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function html(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const drawn = new Map(); // a term's pattern, by its name

// What a term is filled with: its colour, from the seventh on with a pattern that tells it from the first six.
function termFill(defs, term) {
  const [colour, ink, pattern] = termLook(term);
  if (pattern === "plain") return colour;
  const id = `term-${defs.ownerSVGElement.id}-${term}`;
  if (!drawn.has(id)) {
    const forms = {
      stripes: svg("path", { d: "M0 8 L8 0", stroke: ink, "stroke-width": 1.6, opacity: 0.35 }),
      dots: svg("circle", { cx: 4, cy: 4, r: 1.5, fill: ink, opacity: 0.4 }),
      bars: svg("path", { d: "M4 0 V8", stroke: ink, "stroke-width": 1.6, opacity: 0.35 }),
    };
    const made = svg("pattern", { id, width: 8, height: 8, patternUnits: "userSpaceOnUse" });
    made.append(svg("rect", { width: 8, height: 8, fill: colour }), forms[pattern]);
    defs.append(made);
    drawn.set(id, made);
  }
  return `url(#${id})`;
}

function crown(x, y, size, old) {
  const at = (dx, dy) => `${x + dx * size} ${y + dy * size}`;
  const points = [[-1, 0.7], [-1.1, -0.6], [-0.45, 0], [0, -0.95], [0.45, 0], [1.1, -0.6], [1, 0.7]];
  return svg("path", {
    class: old ? "crown old" : "crown", d: `M${points.map(([dx, dy]) => at(dx, dy)).join(" L")} Z`,
  });
}

function cross(x, y, size, name) {
  const d = `M${x - size} ${y - size} L${x + size} ${y + size} M${x - size} ${y + size} L${x + size} ${y - size}`;
  return svg("path", { class: name, d });
}

function diamond(x, y, size) {
  return `M${x} ${y - size} L${x + size} ${y} L${x} ${y + size} L${x - size} ${y} Z`;
}

// The point at a part (0 to 1) of a way, moved aside to its right so that what comes the other way has room.
function along([x1, y1], [x2, y2], part, aside) {
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const right = [-(y2 - y1) / length, (x2 - x1) / length];
  return [x1 + (x2 - x1) * part + right[0] * aside, y1 + (y2 - y1) * part + right[1] * aside];
}
