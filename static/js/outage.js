// What the page says while it hears nothing of the server: the badge in words at once, and after 20 s
// a strip under the bar. It lies over the page, so that nothing moves under the reader.
import { timeOfDay } from "./times.js";

const GRACE_MS = 20000;
const strip = document.getElementById("outage");
const badge = document.getElementById("connection");

let since = 0; // when the line was lost, ms; 0 while it is good
let timer = 0;

function say(state, label) {
  if (!badge) return;
  badge.dataset.state = state;
  badge.querySelector("[data-label]").textContent = label;
}

function show(words, { door = "" } = {}) {
  if (!strip) return;
  const text = strip.querySelector("[data-words]");
  if (text.textContent !== words) text.textContent = document.getElementById("say").textContent = words;
  strip.querySelector("[data-try]").hidden = Boolean(door);
  const link = strip.querySelector("[data-door]");
  link.hidden = !door;
  link.href = door;
  strip.hidden = false;
}

function hide() {
  clearTimeout(timer);
  timer = since = 0;
  if (!strip || strip.hidden) return;
  strip.hidden = true;
  strip.querySelector("[data-words]").textContent = "";
}

/** The server answers and tells of news. */
export function over() {
  const told = strip && !strip.hidden;
  hide();
  say("live", "Up to date");
  if (told) document.getElementById("say").textContent = "Connected again. The page is up to date.";
}

/** There is no line; the page tries again by itself. */
export function lost() {
  say("down", "Reconnecting");
  if (since) return;
  since = Date.now();
  timer = setTimeout(tell, GRACE_MS);
}

function tell() {
  show(`Connection lost since ${timeOfDay(since)}. What you see may be out of date.`);
}

/** Someone looks at a page that was hidden, and so had no line for a good reason. */
export function shownAgain() {
  if (!since || !strip?.hidden) return;
  clearTimeout(timer);
  since = Date.now();
  timer = setTimeout(tell, GRACE_MS);
}

/** The person's places are all taken; regions are still fetched now and then. */
export function crowded() {
  hide();
  say("down", "Looks every 15 s");
  show("Too many of your pages are open: this one hears of news every 15 s only. Close some of them.");
}

/** The person may not listen any more, and typed something that is not to be lost. */
export function signedOut(door) {
  hide();
  say("down", "Signed out");
  show("You are signed out. What you typed stays here until you leave the page.", { door });
}

strip?.querySelector("[data-try]").addEventListener("click", () => {
  document.dispatchEvent(new CustomEvent("try-connection"));
});
