// The inbox: rows open beside the list on wide screens, and as pages on small ones.
import "./approvals.js";

const wide = matchMedia("(min-width: 861px)");
const detail = document.getElementById("inbox-detail");

function open(row) {
  row.dispatchEvent(new CustomEvent("open"));
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("a.inbox-row");
  if (!row || !wide.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(row);
});
document.addEventListener("open-row", (event) => {
  if (wide.matches) open(event.target);
});

// Which row the card belongs to.
function markCurrent() {
  const shown = detail?.querySelector(".request-card")?.id.replace("card-", "inbox-row-") ?? "";
  for (const row of document.querySelectorAll("a.inbox-row")) {
    if (row.parentElement.id === shown) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  const selected = document.getElementById("inbox-selected");
  if (selected) selected.value = shown.replace("inbox-row-", "");
}

const openCards = new Set(); // ids of those that are being swapped
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const card = detail.target.closest(".request-card");
  if (card && !card.hasAttribute("data-settled")) openCards.add(card.id);
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.closest("#inbox-detail")) markCurrent();
  // After a decision the form is gone: the focus goes to what came of it. Not so of a card that was
  // settled before and is only looked at again.
  const card = event.target.closest(".request-card");
  if (!card?.hasAttribute("data-settled") || !openCards.delete(card.id)) return;
  if (document.activeElement === document.body) card.focus({ preventScroll: true });
});
