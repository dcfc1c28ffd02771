// Around the live picture: its tabs, the address bar, text for the page, and who drives.
import { notify } from "./forms.js";

const view = () => document.getElementById("live-view");
const control = () => document.getElementById("session-control");
const drives = () => control()?.dataset.control === "human" && control().hasAttribute("data-mine");

function send(message) {
  if (view()?.input?.(message)) return true;
  notify("The browser is not connected right now. Try again in a moment.");
  return false;
}

function enterPicture() {
  view()?.typeHere?.();
  view()?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-navigate]");
  if (button) send({ kind: "navigate", action: button.dataset.navigate });
  const tab = event.target.closest("[data-tab-action]");
  if (event.target.closest("[data-keyboard]")) enterPicture();
  const zoom = event.target.closest("[data-zoom]");
  if (zoom) view()?.zoom?.(Number(zoom.dataset.zoom));
  if (tab) send({ kind: "tab", action: tab.dataset.tabAction, ...(tab.dataset.target && { target_id: tab.dataset.target }) });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-address]")) {
    event.preventDefault();
    const url = form.querySelector("input").value.trim();
    if (url && send({ kind: "navigate", action: "goto", url })) enterPicture();
  } else if (form.matches("[data-paste]")) {
    event.preventDefault();
    const field = form.querySelector("input");
    if (field.value && send({ kind: "text", text: field.value })) field.value = "";
  }
  delete form.dataset.sent;
});

// A page that has not said its title yet has its address for one.
function titleOf(tab) {
  const bare = (words) => words.replace(/^https?:\/\//, "").replace(/#.*$/, "").replace(/\/$/, "");
  let read = tab.url;
  try {
    read = decodeURI(tab.url);
  } catch {
    // no text in UTF-8: as it stands
  }
  return [tab.url, read].some((url) => bare(url) === bare(tab.title)) ? "" : tab.title;
}

// --- tabs ---------------------------------------------------------------------------------------
let tabs = [];

function button(label, properties, data) {
  const made = Object.assign(document.createElement("button"), { type: "button", ...properties });
  made.textContent = label;
  Object.assign(made.dataset, data);
  return made;
}

function drawTabs() {
  const place = document.getElementById("browser-tabs");
  if (!place) return;
  const mine = drives();
  place.hidden = tabs.length < 2 && !mine;
  place.replaceChildren(
    ...tabs.map((tab) => {
      const words = tab.url === "about:blank" ? "Empty tab" : tab.title || tab.url || "Empty tab";
      const one = document.createElement("span");
      one.className = "browser-tab";
      one.toggleAttribute("data-active", tab.active);
      if (mine) {
        const pick = button(words, { className: "tab-name", title: tab.url }, { tabAction: "switch", target: tab.target_id });
        if (tab.active) pick.setAttribute("aria-current", "true");
        one.append(pick);
        if (tabs.length > 1) {
          const close = button("×", { className: "shut" }, { tabAction: "close", target: tab.target_id });
          close.setAttribute("aria-label", `Close ${words}`);
          one.append(close);
        }
      } else {
        const name = Object.assign(document.createElement("span"), { className: "tab-name", title: tab.url });
        name.textContent = words;
        one.append(name);
      }
      return one;
    }),
    ...(mine ? [Object.assign(button("+", { className: "tab-name", title: "New tab", ariaLabel: "New tab" }, { tabAction: "open" }))] : []),
  );
}

// While a person drives, the live picture knows the page sooner than the server's pages do.
function showAddress() {
  const active = tabs.find((tab) => tab.active);
  if (!active?.url) return;
  const field = document.getElementById("address");
  if (field && field !== document.activeElement) field.value = field.defaultValue = active.url;
  const words = document.getElementById("address-words");
  if (!words) return;
  words.title = active.url;
  const blank = active.url === "about:blank";
  words.querySelector("[data-page-title]").textContent = blank ? "" : titleOf(active);
  words.querySelector("[data-page-address]").textContent = blank
    ? "No page yet"
    : active.url.replace(/^https?:\/\//, "").slice(0, 80);
}

document.addEventListener("live-view:tabs", (event) => {
  tabs = event.detail.tabs ?? [];
  drawTabs();
  showAddress();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "browser-bar") return;
  drawTabs();
  showAddress();
});
// The picture shows the words; here they are said.
document.addEventListener("live-view:error", (event) => {
  document.getElementById("say").textContent = event.detail.message ?? "";
});

// --- who drives ---------------------------------------------------------------------------------
let drove = drives();
let handedBack = false;
// Control was taken with the button of this page, or with one that led here.
let askedHere = location.hash === "#live-view";

let focusWasHere = false;
let byPointer = false;
document.addEventListener("pointerdown", () => (byPointer = true), true);
document.addEventListener(
  "keydown",
  () => {
    byPointer = false;
    for (const one of document.querySelectorAll("[data-quiet]")) one.removeAttribute("data-quiet");
  },
  true,
);
document.addEventListener("focusin", (event) => {
  focusWasHere = control()?.contains(event.target) ?? false;
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "session-control") return;
  const now = drives();
  if (now !== drove) {
    drove = now;
    drawTabs();
    if (now) {
      handedBack = false;
      // The page is laid out for the driver now: what they work in must not be out of sight.
      if (document.activeElement === view()) enterPicture();
    } else if (!handedBack) document.getElementById("alert").textContent = "You are no longer driving.";
  }
  // The focus must not be lost with a button that is gone.
  if (focusWasHere && document.activeElement === document.body) {
    const next = event.target.querySelector("#hand-back, #never-mind, #take-control");
    next?.toggleAttribute("data-quiet", byPointer); // a ring only for those who move by keys
    next?.focus();
  }
});
document.addEventListener("submit", (event) => {
  if (event.target.matches(".handback")) handedBack = true;
  if (event.target.querySelector("#take-control, #relieve")) askedHere = true;
});

// Who took control goes on in the picture, unless they went elsewhere meanwhile.
document.addEventListener("live-view:control", (event) => {
  if (!event.detail.you) return;
  document.getElementById("say").textContent = "You are driving. Control Alt X leaves the picture.";
  const here = document.activeElement;
  if (askedHere && (here === document.body || control()?.contains(here))) {
    enterPicture();
  }
  askedHere = false;
});
