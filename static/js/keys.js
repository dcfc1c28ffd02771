// Keyboard: "g" + letter, j/k over rows, "/" filter, "?" help, "." show new, Ctrl/Cmd+K palette.
// Single letters are dead in inputs, dialogs and the takeover canvas, and can be switched off.
// An element with data-key="a" is pressed (a field: focused) by that key, when it is visible and
// enabled. A row list with data-open-rows opens the row that j/k come to.

const ROW = "[data-row]";
const OPEN_AFTER_MS = 150;
const GO_WITHIN_MS = 1500;
let goPressedMs = -Infinity; // when "g" was pressed, by the browser's clock: a busy page hears late
let opening = 0;

export const typing = (target) =>
  target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable], dialog[open], live-view[driving]");
export const lettersOn = () => document.body.dataset.letters !== "off";

function inView(element) {
  const box = element.getBoundingClientRect();
  return box.bottom > 48 && box.top < innerHeight;
}

function rows() {
  return [...document.querySelectorAll(ROW)].filter((row) => row.checkVisibility());
}

function current() {
  return document.querySelector(`${ROW}[data-selected]`) ?? document.querySelector(`${ROW}[aria-current=true]`);
}

function mark(row) {
  document.querySelector(`${ROW}[data-selected]`)?.removeAttribute("data-selected");
  row.setAttribute("data-selected", "");
}

function select(row) {
  mark(row);
  row.scrollIntoView({ block: "nearest" });
  row.focus({ preventScroll: true });
  clearTimeout(opening);
  if (row.getAttribute("hx-trigger") === "open" && row.getAttribute("aria-current") !== "true") {
    opening = setTimeout(() => row.dispatchEvent(new CustomEvent("open-row", { bubbles: true })), OPEN_AFTER_MS);
  }
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  select(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))]);
}

function press(letter) {
  const button = [...document.querySelectorAll(`[data-key="${CSS.escape(letter)}"]`)].find(
    (candidate) => candidate.checkVisibility() && !candidate.disabled,
  );
  if (!button) return false;
  // Never act on what the reader does not see: the first press only brings it into view.
  if (!inView(button)) {
    button.scrollIntoView({ block: "center" });
    button.focus({ preventScroll: true });
    return true;
  }
  if (button.matches("input, textarea, select")) button.focus();
  else button.click();
  return true;
}

function go(letter, pressedMs) {
  const waitedMs = pressedMs - goPressedMs;
  goPressedMs = -Infinity;
  if (waitedMs > GO_WITHIN_MS) return false;
  const link = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
  link?.click();
  return Boolean(link);
}

/** Pick the current row for deciding several; out of view, it is only brought into view. */
function pick() {
  const box = current()?.closest("li")?.querySelector("[data-pick]");
  if (!box) return;
  if (inView(box)) box.click();
  else box.scrollIntoView({ block: "center" });
}

const COMMANDS = {
  g: (event) => (goPressedMs = event.timeStamp),
  j: () => move(1),
  k: () => move(-1),
  x: pick,
  "/": () => document.querySelector("[data-filter]")?.focus(),
  ".": () => document.querySelector("[data-show-new]:not([hidden])")?.click(),
  "?": () => document.dispatchEvent(new CustomEvent("open-dialog", { detail: "help" })),
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("open-dialog", { detail: "palette" }));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.key.length !== 1 || !lettersOn() || typing(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  // Space presses the button or opens the details that has the focus.
  if (event.key === " " && event.target.matches?.("button, summary, a, [role=button], input")) return;
  const key = event.key.toLowerCase();
  if (go(key, event.timeStamp)) event.preventDefault();
  else if (event.key in COMMANDS) {
    COMMANDS[event.key](event);
    event.preventDefault();
  } else if (!event.repeat && press(key)) event.preventDefault(); // a held key decides once
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.(ROW);
  if (row) mark(row);
});
