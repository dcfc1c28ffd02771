// The timeline: its tail grows, an action's end takes its start's place, repeated looks fold, and
// the reader follows the end until they scroll up.
const box = document.getElementById("timeline-box");
const list = document.getElementById("timeline");
const jump = document.querySelector("[data-jump]");
const MOST_LINES = 1200;
const LINES_KEPT = 800;

// A step's details are fetched when it is first opened, also while the page is still loading.
document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches?.("details.step[open]:not([data-fetched])")) return;
    event.target.dataset.fetched = "";
    const body = event.target.querySelector(".step-body");
    window.htmx.ajax("GET", body.querySelector("a").getAttribute("href"), { source: body, target: body });
  },
  true,
);
// What did not come is asked for again when it is opened again.
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    event.detail.elt?.closest?.("details.step")?.removeAttribute("data-fetched");
  });
}

function openTarget() {
  if (!/^#(step|request|event)-/.test(location.hash)) return;
  const line = document.getElementById(location.hash.slice(1));
  if (!line) return;
  const step = line.querySelector("details.step");
  if (step) step.open = true;
  line.scrollIntoView({ block: "center" });
}
addEventListener("hashchange", openTarget);

let following = true;
let unread = 0;

function toEnd() {
  following = true;
  unread = 0;
  if (jump) jump.hidden = true;
  if (box) box.scrollTop = box.scrollHeight;
}

// Another size of the box moves its lines; that is not the reader who scrolls.
const shape = () => `${box.clientWidth} ${box.clientHeight}`;
let shaped = box ? shape() : "";
function keepEnd() {
  if (shape() === shaped) return false;
  shaped = shape();
  if (following) toEnd();
  return true;
}
if (box) new ResizeObserver(keepEnd).observe(box);

box?.addEventListener("scroll", () => {
  if (keepEnd()) return;
  following = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
  if (following) {
    unread = 0;
    if (jump) jump.hidden = true;
  }
});
jump?.addEventListener("click", toEnd);

function sayUnread() {
  if (!jump || !unread) return;
  jump.hidden = false;
  jump.querySelector("[data-new-lines]").textContent = `${unread} new ${unread === 1 ? "line" : "lines"}`;
}

/** Lines that came twice become one; what a line settles waits no longer. */
function tidy() {
  const seen = new Map();
  let last = null;
  for (const line of list.querySelectorAll("li.line")) {
    const earlier = seen.get(line.id);
    if (earlier) {
      earlier.replaceWith(line);
      if (last === earlier) last = line;
    }
    seen.set(line.id, line);
    if (line.dataset.settles) document.getElementById(line.dataset.settles)?.removeAttribute("data-state");
    if (line.dataset.kind === "end") list.dataset.over = "";
    if (!earlier && last && line.dataset.fold && line.dataset.fold === last.dataset.fold) {
      fold(last, line);
      continue;
    }
    if (!earlier) last = line;
  }
}

function fold(into, line) {
  const times = Number(into.dataset.repeats) + Number(line.dataset.repeats);
  into.dataset.repeats = String(times);
  into.dataset.seq = line.dataset.seq;
  into.querySelector("[data-times]").textContent = `×${times} `;
  line.remove();
}

/** A run of hours must not fill the page: old lines go back behind "Load earlier". */
function shorten() {
  const lines = list.querySelectorAll("li.line");
  if (!following || lines.length <= MOST_LINES) return;
  for (const line of [...lines].slice(0, lines.length - LINES_KEPT)) line.remove();
  const link = document.getElementById("timeline-earlier");
  const first = list.querySelector("li.line")?.dataset.seq;
  if (!link || !first) return;
  for (const name of ["href", "hx-get"]) {
    link.setAttribute(name, link.getAttribute(name).replace(/before=\d+/, `before=${first}`));
  }
  link.hidden = false;
  window.htmx.process(link);
}

let before = { height: 0, lines: 0 };
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target === list) before = { height: box.scrollHeight, lines: list.children.length };
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target !== list) return;
  tidy();
  const asked = event.detail.elt?.id ?? event.detail.requestConfig?.elt?.id;
  if (asked === "timeline-earlier") {
    box.scrollTop += box.scrollHeight - before.height; // the reader stays where they were
    return;
  }
  document.querySelector("#timeline-tail > p")?.remove();
  shorten();
  if (following) {
    toEnd();
    return;
  }
  unread += Math.max(0, list.children.length - before.lines);
  sayUnread();
});

// Lines that came while the pane was hidden leave it scrolled to where it was.
document.addEventListener("pane-shown", (event) => {
  if (event.detail === "timeline" && following) toEnd();
});

openTarget();
if (!location.hash) toEnd();
