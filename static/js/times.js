// Keeps times fresh: <time datetime data-relative>, <span data-since>, <span data-until>. At a
// deadline the buttons in its [data-deadline] are switched off.
const UNITS = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [86400, 3600, "h"],
  [2592000, 86400, "d"],
];

export function relative(at, now = Date.now()) {
  const seconds = (now - at) / 1000;
  const size = Math.abs(seconds);
  if (size < 5) return "now";
  for (const [limit, unit, name] of UNITS) {
    if (size < limit) {
      const text = `${Math.floor(size / unit)} ${name}`;
      return seconds > 0 ? `${text} ago` : `in ${text}`;
    }
  }
  return inZone(at, { day: "numeric", month: "short", year: "numeric" });
}

/** 14:05, or with seconds: as the server writes times. */
export function timeOfDay(at, { seconds = false } = {}) {
  return inZone(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(seconds && { second: "2-digit" }) });
}

/** A time in the zone that the person chose. */
function inZone(at, shape) {
  const timeZone = document.body.dataset.zone || undefined;
  try {
    return new Intl.DateTimeFormat("en-GB", { ...shape, timeZone }).format(at);
  } catch {
    return new Intl.DateTimeFormat("en-GB", shape).format(at); // a zone that this browser does not know
  }
}

export function clock(seconds) {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d`;
}

/** Seconds count only when few are left, minutes only within hours. */
function rough(seconds) {
  const unit = seconds < 120 ? 1 : seconds < 10800 ? 60 : 3600;
  const grace = unit === 3600 ? 60 : 0; // what was given a day has a day left, not 23 h
  return clock(Math.floor((seconds + grace) / unit) * unit).replace(/ 0 (s|min)$/, "");
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function expire(element) {
  say(element, "expired");
  const card = element.closest(".request-card");
  if (!card || card.hasAttribute("data-late")) return;
  card.setAttribute("data-late", "");
  for (const button of card.querySelectorAll("button")) button.disabled = true;
  for (const dialog of card.querySelectorAll("dialog[open]")) dialog.close();
  for (const form of card.querySelectorAll("form")) form.inert = true;
  card.dispatchEvent(new CustomEvent("live")); // what the server says of it now
}

function refresh() {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    say(element, relative(Date.parse(element.dateTime)));
  }
  for (const element of document.querySelectorAll("[data-since]")) {
    say(element, clock(Math.max(0, (Date.now() - Date.parse(element.dataset.since)) / 1000)));
  }
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = (Date.parse(element.dataset.until) - Date.now()) / 1000;
    if (left > 0) say(element, `${rough(left)} left`);
    else expire(element);
  }
}

setInterval(refresh, 1000);
document.addEventListener("htmx:afterSettle", refresh);
refresh();
