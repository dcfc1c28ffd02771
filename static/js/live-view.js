// <live-view src="/ws/sessions/ID/view" quality="page" interactive>: a browser, live on a canvas.
//
// Attributes
//   src          path of the socket; changing it connects anew
//   quality      "grid" (small, many on a page) or "page"
//   interactive  this viewer may drive, once the server says so
//   zoomed       set by this element while the picture is larger than its place
//   driving      set by this element while the server says that this viewer drives; while it is
//                set, pointer, wheel, keys, text and touch go to the page
//   label        accessible name of the picture, e.g. "Browser of session Toner"
//   leave-to     selector of what gets the focus after Ctrl+Alt+X
//
// Events (bubbling): live-view:state {state, reason, lastFrameAt}, live-view:control {driver, by,
// you}, live-view:tabs {tabs}, live-view:error {code, message}, live-view:leave.
// Methods: input(message) sends any input, e.g. {kind: "text", text} or {kind: "navigate", action:
// "goto", url}; the messages are those of agents/browser/takeover_messages.py. zoom(factor) makes the
// picture larger or smaller; typeHere() goes on by keyboard.
//
// Socket, viewer to server (JSON): {type: "ack"} after each drawn frame, {type: "quality",
// quality}, {type: "visible", visible}, {type: "input", input: {kind, ...}}.
// Socket, server to viewer: binary frames (header and JPEG, see readFrame), and JSON
// {type: "state", state, reason, last_frame_at, control, tabs}, {type: "dialog", open, kind,
// message, default_text}, {type: "error", code, message}.
// Close codes 4401, 4403 and 4404 are final; after any other the element connects again, after 4408
// (too many pages of this person are open) not before LAST_RETRY_MS.

import { InputCapture } from "./live-view-input.js";
import { Zoom } from "./live-view-zoom.js";
import { timeOfDay } from "./times.js";

const FINAL = {
  4401: "Sign in to watch this browser.",
  4403: "You may not watch this browser.",
  4404: "This session does not exist.",
};
const TOO_MANY = 4408;
const WORDS = {
  starting: "Starting the live view",
  live: "Live",
  reconnecting: "Reconnecting",
  closed: "Browser closed",
};
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15000;
const NOTE_MS = 5000;

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: block; position: relative; }
  .frame { overflow: hidden; }
  :host([zoomed]) .frame { overflow: auto; max-block-size: 60dvh; }
  canvas { display: block; inline-size: calc(100% * var(--zoom, 1)); block-size: auto;
    background: var(--surface, Canvas); }
  :host([driving]) canvas { touch-action: none; cursor: default;
    outline: 3px dashed var(--accent, Highlight); outline-offset: -3px; }
  :host([driving]:focus-within) canvas { outline-style: solid; }
  :host([driving]) .keys:focus ~ .line .hint { font-weight: 600; }
  @media (hover: none) and (pointer: coarse) { .hint { display: none; } }
  :host(:not([data-state="live"])) canvas { filter: grayscale(0.6); }
  .keys { position: absolute; inset-block-start: 0; inset-inline-start: 0; inline-size: 1px;
    block-size: 1px; padding: 0; border: 0; opacity: 0; resize: none; overflow: hidden; }
  .line { display: flex; flex-wrap: wrap; padding: 0.25rem 0.5rem; font-size: 0.875rem; }
  .line p:not(:last-child) { margin-inline-end: 1rem; }
  p { margin: 0; }
  .dialog { position: absolute; inset-block-start: 1rem; inset-inline: 1rem; margin-inline: auto;
    max-inline-size: 28rem; padding: 1rem; background: Canvas; color: CanvasText;
    border: 1px solid currentColor; border-radius: 6px; }
  .dialog p { padding: 0 0 0.75rem; overflow-wrap: anywhere; white-space: pre-wrap; }
  .dialog input { inline-size: 100%; box-sizing: border-box; min-block-size: 2rem;
    margin-block-end: 0.75rem; }
  .dialog button { min-block-size: 2rem; min-inline-size: 5rem; margin-inline-end: 0.5rem; }
  [hidden] { display: none; }
`);

// A binary message as {view, kept, at, width, height, jpeg}; null for one of another version.
export function readFrame(buffer) {
  const data = new DataView(buffer);
  if (data.byteLength < 44 || data.getUint8(0) !== 1) return null;
  return {
    kept: (data.getUint8(1) & 1) === 1,
    number: data.getUint32(4),
    at: data.getFloat64(8),
    width: data.getFloat32(16),
    height: data.getFloat32(20),
    view: data.getUint32(40),
    jpeg: new Blob([new Uint8Array(buffer, data.getUint16(2))], { type: "image/jpeg" }),
  };
}

const make = (tag, className, properties = {}) =>
  Object.assign(document.createElement(tag), { className, ...properties });

class LiveView extends HTMLElement {
  static observedAttributes = ["src", "quality", "driving", "label"];

  #canvas = make("canvas", "");
  #place = make("div", "frame"); // shows a part of the picture when that is zoomed
  #zoom = new Zoom(this, this.#place, this.#canvas);
  #keys = make("textarea", "keys", { autocapitalize: "off", autocomplete: "off", spellcheck: false });
  #words = make("p", "words");
  #hint = make("p", "hint", { hidden: true, textContent: "Ctrl+Alt+X leaves the picture." });
  #dialog = make("div", "dialog", { hidden: true });
  #socket = null;
  #capture = null;
  #retry = 0;
  #failures = 0;
  #onScreen = true;
  #shown = null; // what the server was last told about our being visible
  #status = { state: "starting", reason: "", last_frame_at: null };
  #control = { driver: "none", by: null, you: false };
  #frame = null;
  #note = "";
  #noteTimer = 0;
  #observer = null;
  #onVisibility = () => this.#tellVisible();
  #onOnline = () => this.#connectSoon(0);

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    const line = make("div", "line");
    line.append(this.#words, this.#hint);
    this.#place.append(this.#canvas);
    root.append(this.#place, this.#keys, this.#dialog, line);
    this.#canvas.width = 1280;
    this.#canvas.height = 800;
    this.#keys.tabIndex = -1;
    this.#keys.ariaLabel = "Keys go to the browser. Ctrl+Alt+X leaves.";
    this.#capture = new InputCapture(this.#canvas, this.#keys, {
      send: (input) => this.input(input),
      view: () => this.#frame?.view ?? 0,
      leave: () => this.#leave(),
      zoom: (factor, at) => this.zoom(factor, at),
      pan: (dx, dy) => this.#zoom.pan(dx, dy),
    });
  }

  connectedCallback() {
    if (this.#observer) return; // moved within the page: everything still runs
    this.#observer = new IntersectionObserver((entries) => {
      this.#onScreen = entries.at(-1).isIntersecting;
      this.#tellVisible();
    });
    this.#observer.observe(this);
    document.addEventListener("visibilitychange", this.#onVisibility);
    addEventListener("online", this.#onOnline);
    this.#name();
    this.#say();
    this.#connectSoon(0);
  }

  disconnectedCallback() {
    // A swap may only move the element; then it is back before this runs.
    queueMicrotask(() => {
      if (this.isConnected || !this.#observer) return;
      this.#observer.disconnect();
      this.#observer = null;
      document.removeEventListener("visibilitychange", this.#onVisibility);
      removeEventListener("online", this.#onOnline);
      this.#disconnect();
      this.#capture.stop();
    });
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.#observer) return;
    if (name === "src") {
      this.#frame = null;
      this.#connectSoon(0);
    } else if (name === "quality") {
      this.#send({ type: "quality", quality: this.#quality });
    } else if (name === "driving") {
      // A morphing swap takes off what the server's markup does not have.
      if (after === null && this.#mayDrive) queueMicrotask(() => this.#drive());
      else this.#drive();
    } else this.#name();
  }

  /** Send an input to the page. False when there is no connection or this viewer does not drive. */
  input(message) {
    if (!this.hasAttribute("driving")) return false;
    return this.#send({ type: "input", input: message });
  }

  /** Make the picture larger or smaller; what is at this point of the window, else in the middle, stays. */
  zoom(factor, at) {
    this.#zoom.by(factor, at);
  }

  /** Go on by keyboard; on-screen keyboards come up when a person's press leads here. */
  typeHere() {
    this.#keys.focus({ preventScroll: true });
  }

  get #quality() {
    return this.getAttribute("quality") === "grid" ? "grid" : "page";
  }

  get #mayDrive() {
    return this.hasAttribute("interactive") && this.#control.you === true;
  }

  // --- socket ------------------------------------------------------------------------------

  #connectSoon(delay) {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), delay);
  }

  #connect() {
    this.#disconnect();
    const path = this.getAttribute("src");
    if (!path || !this.isConnected) return;
    const url = new URL(path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("quality", this.#quality);
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("open", () => {
      this.#shown = true; // as the server assumes of every new viewer
      this.#tellVisible();
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.#socket) return;
      if (typeof data === "string") this.#take(JSON.parse(data));
      else this.#draw(data, socket);
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    });
  }

  #disconnect() {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #lost(code) {
    this.#socket = null;
    this.#setControl({ driver: this.#control.driver, by: this.#control.by, you: false });
    if (code in FINAL) {
      this.#setStatus({ ...this.#status, state: "closed", reason: FINAL[code] });
      return;
    }
    const crowded = code === TOO_MANY;
    const reason = crowded ? "Too many of your pages are open; close some." : "The connection was lost.";
    this.#setStatus({ ...this.#status, state: "reconnecting", reason });
    const delay = crowded ? LAST_RETRY_MS : Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
    this.#failures += 1;
    this.#connectSoon(delay * (0.75 + Math.random() / 2));
  }

  #send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #tellVisible() {
    const visible = this.#onScreen && document.visibilityState === "visible";
    if (visible !== this.#shown && this.#send({ type: "visible", visible })) this.#shown = visible;
  }

  #take(message) {
    if (message.type === "state") {
      this.#failures = 0;
      this.#setStatus(message);
      this.#setControl(message.control);
      this.#emit("tabs", { tabs: message.tabs });
    } else if (message.type === "dialog") {
      this.#showDialog(message);
    } else if (message.type === "error") {
      this.#tellNote(message.message);
      this.#emit("error", { code: message.code, message: message.message });
    }
  }

  // --- picture -----------------------------------------------------------------------------

  async #draw(buffer, socket) {
    const frame = readFrame(buffer);
    try {
      const bitmap = frame && (await createImageBitmap(frame.jpeg));
      if (bitmap && socket === this.#socket) {
        const canvas = this.#canvas;
        if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
          canvas.width = bitmap.width;
          canvas.height = bitmap.height;
        }
        canvas.getContext("2d", { alpha: false }).drawImage(bitmap, 0, 0);
        this.#frame = frame;
        if (frame.kept || this.#status.state !== "live") this.#say();
      }
      bitmap?.close();
    } catch {
      // A broken picture is skipped; the next one follows.
    }
    if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"ack"}');
  }

  // --- words -------------------------------------------------------------------------------

  #setStatus(status) {
    this.#status = status;
    this.dataset.state = status.state;
    this.#say();
    const { state, reason, last_frame_at: lastFrameAt } = status;
    this.#emit("state", { state, reason, lastFrameAt });
  }

  #setControl(control) {
    const before = this.#control;
    this.#control = control;
    this.dataset.driver = control.driver;
    this.#drive();
    if (before.driver !== control.driver || before.you !== control.you || before.by !== control.by) {
      this.#emit("control", control);
    }
  }

  #say() {
    const { state, reason, last_frame_at: at } = this.#status;
    const parts = [WORDS[state] ?? state];
    if (reason && state !== "live") parts.push(reason);
    const last = this.#frame?.at ?? at;
    if (state !== "live" && last) {
      parts.push(`Last picture ${timeOfDay(last * 1000, { seconds: true })}.`);
    }
    if (this.#note) parts.push(this.#note);
    const text = parts.join(". ").replaceAll("..", ".");
    if (this.#words.textContent !== text) this.#words.textContent = text;
  }

  #tellNote(text) {
    this.#note = text;
    this.#say();
    clearTimeout(this.#noteTimer);
    this.#noteTimer = setTimeout(() => {
      this.#note = "";
      this.#say();
    }, NOTE_MS);
  }

  #name() {
    this.#canvas.role = "img";
    this.#canvas.ariaLabel = this.getAttribute("label") ?? "Live picture of the browser";
  }

  // --- driving -----------------------------------------------------------------------------

  #drive() {
    const driving = this.#mayDrive;
    this.toggleAttribute("driving", driving);
    this.#hint.hidden = !driving;
    this.#keys.tabIndex = driving ? 0 : -1;
    if (driving) this.#capture.start();
    else {
      this.#capture.stop();
      this.#showDialog({ open: false });
    }
  }

  #leave() {
    this.#keys.blur();
    const to = this.getAttribute("leave-to");
    (to && document.querySelector(to))?.focus();
    this.#emit("leave", {});
  }

  #showDialog({ open, kind, message, default_text: text }) {
    const box = this.#dialog;
    box.hidden = !open;
    box.replaceChildren();
    if (!open) return;
    box.role = "alertdialog";
    box.ariaLabel = "The page asks";
    const field = make("input", "", { value: text ?? "", ariaLabel: "Your answer" });
    const answer = (accept) => {
      this.input({ kind: "dialog", accept, text: kind === "prompt" && accept ? field.value : "" });
      this.#keys.focus();
    };
    const ok = make("button", "", { type: "button", textContent: "OK", onclick: () => answer(true) });
    const no = make("button", "", { type: "button", textContent: "Cancel", onclick: () => answer(false) });
    const words = message || (kind === "beforeunload" ? "Leave this page? Changes may be lost." : "");
    box.append(make("p", "", { textContent: words }));
    if (kind === "prompt") box.append(field);
    box.append(ok);
    if (kind !== "alert") box.append(no);
    (kind === "prompt" ? field : ok).focus();
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`live-view:${name}`, { bubbles: true, composed: true, detail }));
  }
}

if (!customElements.get("live-view")) customElements.define("live-view", LiveView);
