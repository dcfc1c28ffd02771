// The console socket. Elements with data-live="topic ..." get a `live` event when a topic changed;
// htmx then fetches them again. A lost message costs seconds: everything is fetched again after a
// reconnect, when the tab becomes visible, after the back/forward cache, and every 15 s.
// Ticks (token deltas, progress) are passed on as `live-tick` events of the same elements.
// A region in a hidden pane waits until the pane is shown. data-live-gap="1000" spaces a region's
// fetches out, in ms.

import * as outage from "./outage.js";
import { holdsInput } from "./morph.js";

const SIGNED_OUT = 4401;
const TOO_MANY = 4408;
const CROWDED_RETRY_MS = 60000;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];
const REGION = "[data-live]";

let socket = null;
let attempt = 0;
let retry = 0; // timer of the next try
let signedOut = false;
let subscribed = "";
let heard = new Set(); // topics that the server tells of

const topicsOf = (element) => element.dataset.live.split(/\s+/).filter(Boolean);
const regions = () => [...document.querySelectorAll(REGION)];

// At once, then at most every 250 ms, and always once more after the last change. A region asks once
// at a time: answers that overtake each other would leave the older one on the page.
const GAP_MS = 250;
const PATIENCE_MS = 30000; // a request that is out for longer holds no other one up
const woken = new WeakMap();

function stateOf(element) {
  const known = woken.get(element) ?? { at: -Infinity, timer: 0, late: false, asked: -Infinity, news: null };
  woken.set(element, known);
  return known;
}

function wake(element, detail) {
  const state = stateOf(element);
  if (!state.news || detail.version) state.news = detail; // "look again" says less than news
  if (state.timer || performance.now() - state.asked < PATIENCE_MS) return;
  const gap = Number(element.dataset.liveGap) || GAP_MS;
  const wait = Math.max(0, state.at + gap - performance.now());
  state.timer = setTimeout(() => {
    const { news } = state;
    state.timer = 0;
    state.news = null;
    if (!element.isConnected || !element.matches(REGION)) return;
    state.late = element.parentElement.closest("[hidden]") !== null;
    if (state.late) return;
    state.at = performance.now();
    element.dispatchEvent(new CustomEvent("live", { detail: news }));
  }, wait);
}

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  if (detail.elt.matches(REGION)) stateOf(detail.elt).asked = performance.now();
});
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const state = woken.get(detail.elt);
  if (!state) return;
  const { news } = state;
  state.asked = -Infinity;
  // What came while it was asking; what another form swapped in meanwhile has the same id.
  const element = detail.elt.isConnected ? detail.elt : document.getElementById(detail.elt.id);
  if (news && element) wake(element, news);
});
// The answer to a form, shown by a region that is asking: what it gets may be older.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const state = woken.get(detail.target);
  if (state?.asked > 0 && detail.requestConfig.elt !== detail.target) state.news ??= { reason: "overtaken" };
});

// A pane was shown: what changed meanwhile is fetched now.
document.addEventListener("pane-shown", () => {
  for (const element of regions()) {
    if (woken.get(element)?.late) wake(element, { reason: "shown" });
  }
});

function wakeAll() {
  if (signedOut) return;
  for (const element of regions()) wake(element, { reason: "all" });
}

function subscribe() {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const topics = [...new Set(regions().flatMap(topicsOf))].sort();
  const text = JSON.stringify({ subscribe: topics });
  if (text === subscribed) return;
  subscribed = text;
  socket.send(text);
}

function receive(event) {
  const message = JSON.parse(event.data);
  if (message.subscribed) listened(message.subscribed);
  if (!message.topic) return;
  for (const element of regions()) {
    if (!topicsOf(element).includes(message.topic)) continue;
    if (message.tick) {
      element.dispatchEvent(new CustomEvent("live-tick", { detail: message }));
    } else {
      wake(element, message);
    }
  }
}

/** The server listens to us: only now is the line good, since a refused one opens as well. */
function listened(topics) {
  document.getElementById("connection").dataset.subscribed = topics.join(" ");
  const again = attempt > 0;
  attempt = 0;
  signedOut = false;
  outage.over();
  // What changed between the making of the page, or of a new part, and this moment was told to nobody.
  // Not of cards, which somebody may be deciding on by now: a decision names the revision it was made on.
  const isNew = (element) =>
    !element.matches(".request-card, #session-requests") && topicsOf(element).some((topic) => !heard.has(topic));
  if (again) wakeAll();
  else for (const element of regions().filter(isNew)) wake(element, { reason: "new" });
  heard = new Set(topics);
}

function closed(code) {
  if (code === SIGNED_OUT) {
    toSignIn();
    return;
  }
  if (code === TOO_MANY) outage.crowded();
  else outage.lost();
  const wait = code === TOO_MANY ? CROWDED_RETRY_MS : RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)];
  attempt += 1;
  retry = setTimeout(connect, wait * (0.8 + Math.random() * 0.4));
}

/** To the door and back; but what was typed is not taken away: then a link leads there. */
function toSignIn() {
  signedOut = true;
  const address = `/sign-in/?next=${encodeURIComponent(location.pathname + location.search)}`;
  if (holdsInput(document.getElementById("main"))) outage.signedOut(address);
  else location.assign(address);
}

function connect() {
  clearTimeout(retry);
  // A hidden page needs no line, unless it is to tell of requests.
  if (!document.getElementById("connection") || (document.hidden && !document.body.dataset.notify)) return;
  if (socket && socket.readyState <= WebSocket.OPEN) return;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/ws/console/`);
  socket.addEventListener("open", () => {
    subscribed = "";
    subscribe();
  });
  socket.addEventListener("message", receive);
  socket.addEventListener("close", (event) => closed(event.code));
}

function back() {
  outage.shownAgain();
  connect();
  wakeAll();
}

document.addEventListener("look-again", wakeAll);
addEventListener("online", connect);
document.addEventListener("try-connection", connect);
// A part of the page that may not be had any more: the same door, whoever tells of it first.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status !== 401) return;
  event.preventDefault();
  toSignIn();
});
// A line that was cut without a word: the socket hears nothing of it for minutes.
document.addEventListener("htmx:sendError", () => socket?.close());

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) back();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) back();
});
// A nudge may be lost while the socket stands: look again now and then. Unchanged parts answer 304.
const HEARTBEAT_MS = 15000;
setInterval(() => {
  if (!document.hidden) wakeAll();
}, HEARTBEAT_MS);
addEventListener("pagehide", () => socket?.close(1000));
// Swaps bring and take regions.
document.addEventListener("htmx:afterSettle", subscribe);

// The title and the favicon say how many people are needed.
function showWaiting() {
  const count = Number(document.getElementById("waiting-count")?.dataset.count ?? 0);
  const bare = document.title.replace(/^\(\d+\) /, "");
  document.title = count ? `(${count}) ${bare}` : bare;
  drawFavicon(count > 0);
}

function drawFavicon(dot) {
  const link = document.querySelector("link[rel=icon]");
  if (!link) return;
  link.dataset.plain ??= link.href;
  if (!dot) {
    link.href = link.dataset.plain;
    return;
  }
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1f5fd0"/>' +
    '<path d="M10 8l13 10-6.500 1.200L13 26z" fill="#fff"/><circle cx="25" cy="7" r="7" fill="#f0b656"/></svg>';
  link.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

let lastSpoken = 0;
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "waiting-count") return;
  showWaiting();
  const count = Number(event.target.dataset.count ?? 0);
  const grew = count > Number(document.body.dataset.waiting ?? 0);
  document.body.dataset.waiting = String(count);
  if (grew && Date.now() - lastSpoken > 10000) {
    lastSpoken = Date.now();
    document.getElementById("alert").textContent =
      count === 1 ? "A request needs you." : `${count} requests need you.`;
  }
});

document.body.dataset.waiting = document.getElementById("waiting-count")?.dataset.count ?? "0";
showWaiting();
connect();
