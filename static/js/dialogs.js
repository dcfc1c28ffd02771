// Dialogs: buttons with data-open="id" open them; a press beside the box closes; the palette; menus.
function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
  if (id === "palette") {
    const input = dialog.querySelector("input");
    input.value = "";
    input.focus();
    input.dispatchEvent(new CustomEvent("palette-open"));
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) open(opener.dataset.open);
  if (event.target.matches("dialog")) event.target.close();
  event.target.closest("[data-dismiss]")?.closest(".notice")?.remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("open-dialog", (event) => open(event.detail));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (!menu || document.querySelector("dialog[open]")) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A theme shows at once; the server remembers it.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-choice]")) return;
  const chosen = event.submitter.value;
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  for (const one of event.target.elements) {
    if (one.name === "theme") one.setAttribute("aria-pressed", String(one === event.submitter));
  }
  event.target.closest("details").open = false;
});

const palette = document.getElementById("palette");
const options = () => [...palette.querySelectorAll("[role=option][data-href]")];

function choose(option) {
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  const input = palette.querySelector("input");
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

palette?.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option][data-href]");
  if (option) location.assign(option.dataset.href);
});
palette?.addEventListener("htmx:afterSettle", () => choose(options()[0]));
palette?.addEventListener("keydown", (event) => {
  const all = options();
  if (!all.length) return;
  const at = Math.max(0, all.findIndex((option) => option.getAttribute("aria-selected") === "true"));
  if (event.key === "Enter") {
    event.preventDefault();
    all[at].click();
    return;
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  choose(all[(at + step + all.length) % all.length]);
});
