// Where we are, and how one gets elsewhere: keys, buttons, the address, playing.
let here = null;
let playing = null;
const PACE_MS = 650;

function go(position, quietly) {
  const wanted = Math.min(LAST, Math.max(FIRST, Math.round(position)));
  if (wanted === here) return;
  here = wanted;
  const event = eventAt(here);
  const state = stateAt(here);
  drawCluster(state, event);
  drawLogs(state);
  tell(event);
  chooseRow(here);
  showOnTape(event);
  element("first").disabled = element("back").disabled = here === FIRST;
  element("last").disabled = element("step").disabled = here === LAST;
  element("next-turn").disabled = nextTurn(here) === null;
  element("previous-turn").disabled = previousTurn(here) === null;
  if (!quietly) history.replaceState(null, "", `#event=${here}`);
}

function tell(event) {
  element("caption").textContent = event.text;
  const rule = element("rule");
  rule.replaceChildren();
  if (event.rule) {
    const [name, section, sentence] = event.rule;
    rule.append(html("b", {}, [name, section].filter(Boolean).join(" ")), sentence ? ` ${sentence}` : "");
  }
  const facts = element("facts");
  facts.replaceChildren(`event ${event.position} of ${FIRST} to ${LAST} · ${event.time} · ${event.kind}`);
  if (event.more.cause !== undefined) facts.append(" · led to by ", eventLink(event.more.cause));
  if (event.more.origin) facts.append(` · ${event.more.origin}`);
  const told = trace.broken.filter(([position]) => position <= event.position);
  element("broken").hidden = told.length === 0;
  if (told.length) {
    const [position, words] = told[told.length - 1];
    element("broken").replaceChildren(`✕ ${words} `, eventLink(position));
  }
  element("now").style.borderLeftColor = event.level >= 4 ? "var(--bad)" : event.level === 3 ? "var(--gold)" : "var(--line)";
}

function eventLink(position) {
  const words = `event ${position}`;
  return position < FIRST ? words : html("a", { href: `#event=${position}` }, words);
}

function nextTurn(position) {
  const found = trace.turns.find((turn) => turn > position);
  return found === undefined ? null : found;
}

function previousTurn(position) {
  const found = trace.turns.findLast((turn) => turn < position);
  return found === undefined ? null : found;
}

function play() {
  if (playing !== null || here === LAST) return stop();
  playing = setInterval(() => {
    let next = here + 1;
    while (next < LAST && eventAt(next).level === 0) next++;
    go(next);
    if (here === LAST) stop();
  }, PACE_MS);
  playLabel("❚❚", " stop");
}

function stop() {
  clearInterval(playing);
  playing = null;
  playLabel("▶", " play");
}

function playLabel(sign, word) {
  element("play").replaceChildren(sign, html("span", { class: "wide" }, word));
  element("play").setAttribute("aria-label", word.trim());
}

const moves = {
  first: () => go(FIRST), last: () => go(LAST), back: () => go(here - 1), step: () => go(here + 1),
  "next-turn": () => go(nextTurn(here) ?? here), "previous-turn": () => go(previousTurn(here) ?? here),
};
const keys = {
  ArrowRight: "step", ArrowLeft: "back", Home: "first", End: "last", n: "next-turn", p: "previous-turn",
};
for (const [name, move] of Object.entries(moves)) {
  element(name).addEventListener("click", () => { stop(); move(); });
}
element("play").addEventListener("click", play);
addEventListener("keydown", (press) => {
  if (press.ctrlKey || press.altKey || press.metaKey) return;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (key === " " && press.target.tagName !== "BUTTON") {
    play();
  } else if (keys[key]) {
    stop();
    moves[keys[key]]();
  } else if (press.target === list && (key === "ArrowDown" || key === "ArrowUp")) {
    stop();
    go(here + (key === "ArrowDown" ? 1 : -1));
  } else {
    return;
  }
  press.preventDefault();
});

function fromAddress() {
  const found = /[#&]event=(\d+)/.exec(location.hash);
  return found ? Number(found[1]) : FIRST;
}

function redraw() {
  drawTape();
  const at = here;
  here = null;
  go(at, true);
}

element("title").textContent = trace.title;
element("source").textContent = `${trace.source} · events ${FIRST} to ${LAST} · ${trace.nodes.length} nodes`;
if (trace.modified) {
  element("modified").textContent = trace.modified;
  element("modified").hidden = false;
}
addEventListener("hashchange", () => { stop(); go(fromAddress()); });
addEventListener("resize", redraw);
stop();
drawTape();
go(fromAddress(), true);
