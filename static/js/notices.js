// Browser notifications, for who opted in: what is new in the inbox while one looks elsewhere.
const address = document.body.dataset.notify;
const allowed = () => "Notification" in window && Notification.permission === "granted";
let newest = null;

async function ask(after) {
  const query = after === null ? "" : `?after=${encodeURIComponent(after)}`;
  const answer = await fetch(address + query, { headers: { Accept: "application/json" } });
  return answer.ok && !answer.redirected ? answer.json() : null;
}

async function look() {
  const found = await ask(newest).catch(() => null);
  if (!found) return;
  newest = found.newest;
  if (document.hasFocus() || !allowed()) return;
  for (const item of found.items) show(item);
}

/** One for each request, whichever page shows it: the tag makes several the same. */
function show({ id, title, body, url }) {
  const notice = new Notification(title, { body, tag: id });
  notice.addEventListener("click", () => {
    window.focus();
    location.assign(url);
    notice.close();
  });
}

if (address) {
  look();
  // Every nudge of the inbox wakes the count; its number may be the same for another request.
  document.addEventListener("live", (event) => event.target.id === "waiting-count" && look(), true);
}

// The account page: what this browser says, and the button that asks it.
const state = document.querySelector("[data-notify-state]");

function say() {
  const button = state.querySelector("[data-notify-ask]");
  state.hidden = false;
  const permission = "Notification" in window ? Notification.permission : "missing";
  state.querySelector("[data-notify-words]").textContent = {
    granted: "This browser allows them.",
    denied: "This browser refuses them; its settings for this site can change that.",
    default: "This browser has not been asked yet.",
    missing: "This browser has none on this address.",
  }[permission];
  button.hidden = permission !== "default";
}

if (state) {
  say();
  state.querySelector("[data-notify-ask]").addEventListener("click", () => Notification.requestPermission().then(say));
}
