// The list of all events. Only the rows that are in sight exist, so that ten thousand cost as little as ten.
const list = element("list");
const room = element("list-room");
let chosen = null;

function rowHeight() {
  return 1.75 * parseFloat(getComputedStyle(document.documentElement).fontSize);
}

function drawList() {
  const height = rowHeight();
  const total = trace.events.length;
  room.style.height = `${total * height}px`;
  const from = Math.max(0, Math.floor(list.scrollTop / height) - 4);
  const to = Math.min(total, Math.ceil((list.scrollTop + list.clientHeight) / height) + 4);
  const rows = [];
  for (let place = from; place < to; place++) rows.push(row(FIRST + place, place * height, total));
  room.replaceChildren(...rows);
}

function row(position, top, total) {
  const event = eventAt(position);
  const made = html("div", {
    id: `row-${position}`, class: `row level-${event.level}`, role: "option", "aria-selected": String(position === chosen),
    "aria-setsize": total, "aria-posinset": position - FIRST + 1, "data-position": position,
  });
  made.style.top = `${top}px`;
  made.append(html("span", { class: "number" }, String(position)), html("span", { class: "text" }, event.text));
  made.title = `${event.time}  ${event.text}`;
  return made;
}

// Choose a row, and bring it into sight if it isn't.
function chooseRow(position) {
  chosen = position;
  const height = rowHeight();
  const top = (position - FIRST) * height;
  room.style.height = `${trace.events.length * height}px`;
  if (top < list.scrollTop + height || top + 2 * height > list.scrollTop + list.clientHeight) {
    list.scrollTop = Math.max(0, top - list.clientHeight / 2 + height);
  }
  drawList();
  list.setAttribute("aria-activedescendant", `row-${position}`);
}

list.addEventListener("scroll", drawList, { passive: true });
room.addEventListener("click", (click) => {
  const found = click.target.closest(".row");
  if (found) go(Number(found.dataset.position));
});
