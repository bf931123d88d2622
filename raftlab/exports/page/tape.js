// The term tape: who leads in which term, event by event, with what befalls the cluster; the slider stands below it.
const band = element("band");
const slider = element("slider");
const MARKS = { election: "▲", crash: "✕", restart: "↑", pause: "‖", broken: "!", transfer: "⇄", snapshot: "▣", command: "•" };

function drawTape() {
  const wide = Math.max(200, band.clientWidth);
  const tall = Math.max(20, band.clientHeight);
  const [top, height] = [tall * 0.38, tall * 0.6];
  const total = Math.max(1, trace.events.length);
  const x = (position) => (position - FIRST) / total * wide;
  band.setAttribute("viewBox", `0 0 ${wide} ${tall}`);
  const tapeDefs = svg("defs");
  drawn.clear();
  band.replaceChildren(tapeDefs, svg("rect", { x: 0, y: top, width: wide, height, rx: 4, fill: "var(--track)" }));
  defs.querySelectorAll("pattern").forEach((old) => old.remove());
  trace.led.forEach(([from, term, leader], place) => {
    if (term === undefined) return; // nobody leads: the track shows through
    const until = place + 1 < trace.led.length ? trace.led[place + 1][0] : LAST + 1;
    const width = Math.max(1, x(until) - x(from));
    const span = svg("rect", { x: x(from), y: top, width, height, rx: 3, fill: termFill(tapeDefs, term) });
    span.append(svg("title", {}, `${nodeName(leader)} leads term ${term}`));
    band.append(span);
    const words = `${nodeName(leader)} · ${term}`;
    const short = width > words.length * 0.34 * tall ? words : width > 0.6 * tall ? String(term) : "";
    band.append(svg("text", { x: x(from) + width / 2, y: top + height / 2, "text-anchor": "middle", fill: termLook(term)[1] }, short));
  });
  let free = -Infinity;
  for (const [position, kind, words] of trace.marks) {
    const place = x(position);
    if (kind !== "broken" && place < free) continue; // no room for its sign: the events list has it
    free = place + 0.4 * tall;
    const sign = svg("text", { x: place, y: top / 2, "text-anchor": "middle", fill: kind === "broken" || kind === "crash" ? "var(--bad-text)" : "var(--ink)" }, MARKS[kind]);
    sign.append(svg("title", {}, words));
    band.append(sign);
  }
}

function showOnTape(event) {
  slider.value = String(event.position);
  slider.setAttribute("aria-valuetext", `${event.position}: ${event.text}`);
}

slider.min = String(FIRST);
slider.max = String(LAST);
slider.addEventListener("input", () => go(Number(slider.value)));
