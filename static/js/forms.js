// Forms: submit on change, send with Ctrl/Cmd+Enter, one submit at a time, drafts, notices.
const DRAFT = "form[data-draft]";
const KEPT = "textarea, input[type=text], input[type=search], input:not([type])";

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.("form");
  if (!form || form.method === "dialog") return;
  event.preventDefault();
  const button = sender(event.target, form);
  if (button) button.click();
  else if (!form.matches("[data-approval]")) form.requestSubmit();
});

/** The button that sends what one writes here: the reason's "Reject", an edit's "Approve with edits". */
function sender(field, form) {
  const near = field.closest("details, dialog")?.querySelector("button[data-send], button[name=confirmed]");
  return near ?? (field.matches("[data-edit]") ? form.querySelector("[data-with-edits]") : null);
}

// A second press while the first is on its way is harmless, and looks so.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.method === "get") return;
    if (form.matches("[data-ask]") && !("asked" in form.dataset)) return; // asks first
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    forget(form);
    form.dataset.sent = "1";
  },
  true,
);
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
document.addEventListener("htmx:afterRequest", (event) => {
  delete event.detail.elt.dataset?.sent;
  if (event.detail.successful) forget(event.detail.elt);
});

// Drafts: what is typed survives leaving the page and coming back. Never passwords.
const draftKey = (form) => `draft:${form.dataset.draft}`;

function forget(form) {
  if (form.matches?.(DRAFT)) sessionStorage.removeItem(draftKey(form));
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.(DRAFT);
  if (!form) return;
  const values = {};
  for (const field of form.querySelectorAll(KEPT)) {
    if (field.value && field.name && field.autocomplete !== "one-time-code") values[field.name] = field.value;
  }
  if (Object.keys(values).length) sessionStorage.setItem(draftKey(form), JSON.stringify(values));
  else forget(form);
});

function restore() {
  for (const form of document.querySelectorAll(DRAFT)) {
    const stored = sessionStorage.getItem(draftKey(form));
    if (!stored) continue;
    const values = JSON.parse(stored);
    for (const field of form.querySelectorAll(KEPT)) {
      if (field.value === "" && values[field.name]) field.value = values[field.name];
    }
  }
}
document.addEventListener("htmx:afterSettle", restore);
restore();

// Failures that no page answered: say so once. A refresh that failed comes again by itself.
document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.requestConfig.verb === "get") return;
  notify("This was not sent: the server cannot be reached. Try again in a moment.");
});
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 503) notify("The server is busy, and nothing was saved. Try again in a few seconds.");
  else if (status >= 500) notify("The server failed at this. It is logged; try again.");
});

export function notify(text, kind = "error") {
  const notices = document.getElementById("notices");
  if ([...notices.children].some((child) => child.firstElementChild?.textContent === text)) return;
  const box = document.createElement("div");
  box.className = "notice";
  box.dataset.kind = kind;
  box.role = kind === "error" ? "alert" : "status";
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.className = "button";
  close.type = "button";
  close.dataset.kind = "quiet";
  close.dataset.dismiss = "";
  close.textContent = "Dismiss";
  box.append(words, close);
  notices.append(box);
  setTimeout(() => box.remove(), 12000);
}

// A whole page in answer to a part (a proxy's error, a refused token) is not put into a region.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!/^\s*<!doctype/i.test(event.detail.xhr.responseText.slice(0, 40))) return;
  if (event.detail.target === document.body) return;
  event.detail.shouldSwap = false;
  notify("This was not sent: the page is out of date. Reload it and try again.");
});
