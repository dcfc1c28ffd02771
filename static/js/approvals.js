// Approval cards: edits and what they allow, the second press of high risk, reject, several at once.
const DIALOG = "bulk-dialog";

const value = (field) => (field.type === "checkbox" ? (field.checked ? "yes" : "no") : field.value);
const edited = (form) => [...form.querySelectorAll("[data-edit]")].filter((field) => value(field) !== field.dataset.proposed);

/** Edited values are marked; while there are any, only "Approve with edits" approves. */
function showEdits(form) {
  const changed = edited(form);
  for (const field of form.querySelectorAll("[data-edit]")) {
    field.closest("[data-argument]").toggleAttribute("data-edited", changed.includes(field));
  }
  const plain = form.querySelector("[data-approve]");
  if (!plain) return;
  plain.toggleAttribute("data-blocked", changed.length > 0);
  plain.setAttribute("aria-disabled", String(changed.length > 0));
  plain.title = changed.length ? "You changed a value: approve with edits, or put it back" : "";
  const dialog = form.querySelector("dialog.confirm [data-edits]");
  if (!dialog) return;
  dialog.hidden = !changed.length;
  dialog.replaceChildren(
    ...changed.map((field) => {
      const line = document.createElement("li");
      const label = field.closest("[data-argument]").querySelector("th").textContent.trim();
      line.textContent = `${label}: ${field.dataset.proposed || "(empty)"} → ${value(field) || "(empty)"}`;
      return line;
    }),
  );
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-approval]");
  if (form && event.target.matches("[data-edit]")) showEdits(form);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const form of document.querySelectorAll("[data-approval]")) showEdits(form);
  showPicked();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-approval] button");
  if (!button) return;
  const form = button.form;
  if (button.matches("[data-blocked]")) {
    event.preventDefault();
    document.getElementById("say").textContent = button.title;
    return;
  }
  if (button.matches("[data-with-edits]") && !edited(form).length) {
    event.preventDefault();
    const first = form.querySelector("[data-edit]");
    first?.focus();
    first?.select?.();
    return;
  }
  if (!button.dataset.confirm) return;
  event.preventDefault();
  const dialog = document.getElementById(button.dataset.confirm);
  const yes = dialog.querySelector("[name=confirmed]");
  yes.value = button.value;
  yes.textContent = button.value === "approve" ? "Approve" : "Approve with edits";
  dialog.showModal();
});

// "Cancel" is a link, for pages without script; here it closes its dialog.
document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  const dialog = close?.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
});

// A card that came back to be confirmed shows its dialog as one.
document.addEventListener("htmx:afterSettle", () => {
  for (const dialog of document.querySelectorAll("dialog.confirm[open]:not(:modal)")) {
    dialog.close();
    dialog.showModal();
  }
});

// At once, not after the toggle: what is typed next is the reason.
document.addEventListener("click", (event) => {
  const details = event.target.closest(".reject > summary")?.parentElement;
  if (!details) return;
  event.preventDefault();
  details.open = !details.open;
  if (!details.open) return;
  details.querySelector("textarea").focus({ preventScroll: true });
  details.closest(".card-actions").scrollIntoView({ block: "nearest" });
});

// Esc gives the rejection up; what was written stays for another time.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
  const details = event.target.closest(".reject[open]");
  if (!details) return;
  details.open = false;
  details.querySelector("summary").focus();
});

// --- several at once ----------------------------------------------------------------------------
const picks = () => [...document.querySelectorAll("[data-pick]")];

function showPicked() {
  const words = document.querySelector("[data-picked]");
  const count = picks().filter((box) => box.checked).length;
  if (words) words.textContent = `${count} picked`;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-pick]")) showPicked();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-pick-all]")) return;
  for (const box of picks()) box.checked = true;
  showPicked();
});
document.addEventListener("htmx:afterSettle", (event) => {
  const dialog = document.getElementById(DIALOG);
  if (event.target.id !== "bulk-box" || !dialog) return;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("textarea, [autofocus], [data-close]")?.focus();
});
document.getElementById(DIALOG)?.addEventListener("close", () => {
  if (!document.querySelector("#bulk-box .result")) return;
  for (const box of picks()) box.checked = false;
  showPicked();
});

for (const form of document.querySelectorAll("[data-approval]")) showEdits(form);
showPicked();
