// The document, and the state after each event: the nearest snapshot with the patches that follow it.
const trace = JSON.parse(document.getElementById("trace").textContent);
const FIRST = trace.first;
const LAST = FIRST + trace.events.length - 1;
let held = null; // the state that was asked for last: a step forward costs one patch

function stateAt(position) {
  const wanted = position - FIRST + 1; // how many of the patches are in it
  if (!held || held.done > wanted || wanted - held.done > trace.each) {
    const number = Math.floor(wanted / trace.each);
    const whole = structuredClone(trace.snapshots[number]);
    held = {
      done: number * trace.each, nodes: whole.nodes || {}, cut: whole.cut || [], flights: new Set(whole.flights || []),
    };
  }
  while (held.done < wanted) applyPatch(held, trace.patches[held.done++]);
  return held;
}

function applyPatch(state, patch) {
  for (const [name, fields] of Object.entries(patch.nodes || {})) {
    if (fields === null) delete state.nodes[name];
    else state.nodes[name] = Object.assign(state.nodes[name] || {}, fields);
  }
  if (patch.cut) state.cut = patch.cut;
  for (const sent of patch.sent || []) state.flights.add(sent);
  for (const gone of patch.gone || []) state.flights.delete(gone);
}

// An event as [time, node, kind, sentence, rule, level, more].
function eventAt(position) {
  const [time, node, kind, text, rule, level, more] = trace.events[position - FIRST];
  return {
    position, time, node, kind: trace.kinds[kind], text, rule: trace.rules[rule] || null, level, more: more || {},
  };
}

function nodeName(number) {
  return number === null ? "nobody" : trace.nodes[number];
}

function termLook(term) {
  return trace.terms[term] || ["#7A8190", "#FFFFFF", "plain"];
}

function element(id) {
  return document.getElementById(id);
}
