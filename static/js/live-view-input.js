// What a person does to the picture, as input messages (agents/browser/takeover_messages.py).
//
// Keys go through a text field over the picture, so that input methods, dead keys, on-screen
// keyboards and paste work: a printable key is sent as that character, everything composed or
// pasted as text. Pointer moves and wheel turns go out once per animation frame.

const ALT = 1;
const CONTROL = 2;
const META = 4;
const SHIFT = 8;
const BUTTONS = ["left", "middle", "right", "back", "forward"];
const MAX_TEXT = 20000;
const DOUBLE_MS = 500;
const SAME_PLACE_PX = 5;
const TAP_PX = 10;
const PINCH_PX = 16;
const LINE_PX = 40;
const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

export class InputCapture {
  #canvas;
  #keys;
  #to;
  #on = null; // AbortController of the listeners while driving
  #held = new Map(); // code -> key, of the keys that are down
  #click = { at: 0, x: 0, y: 0, button: -1, count: 0 };
  #finger = null; // the one that may tap or drag
  #fingers = new Map(); // pointer id -> place, of all that are down
  #pair = null; // what two fingers do: {x, y, apart, does: "" | "zoom" | "scroll"}
  #move = null;
  #wheel = null;
  #frame = 0;
  #composing = false;

  // to: {send(message), view(), leave(), zoom(factor, place), pan(dx, dy)}
  constructor(canvas, keys, to) {
    this.#canvas = canvas;
    this.#keys = keys;
    this.#to = to;
  }

  start() {
    if (this.#on) return;
    this.#on = new AbortController();
    const options = { signal: this.#on.signal };
    const on = (target, type, handler, more = {}) =>
      target.addEventListener(type, handler.bind(this), { ...options, ...more });
    on(this.#canvas, "pointerdown", this.#pointerDown);
    on(this.#canvas, "pointermove", this.#pointerMove);
    on(this.#canvas, "pointerup", this.#pointerUp);
    on(this.#canvas, "pointercancel", this.#pointerCancel);
    on(this.#canvas, "wheel", this.#turn, { passive: false });
    on(this.#canvas, "contextmenu", (event) => event.preventDefault());
    on(this.#keys, "keydown", this.#keyDown);
    on(this.#keys, "keyup", this.#keyUp);
    on(this.#keys, "compositionstart", () => (this.#composing = true));
    on(this.#keys, "compositionend", this.#composed);
    on(this.#keys, "input", this.#typed);
    on(this.#keys, "paste", this.#paste);
    on(this.#keys, "blur", this.#letGo);
  }

  stop() {
    this.#letGo();
    this.#on?.abort();
    this.#on = null;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#move = this.#wheel = this.#finger = this.#pair = null;
    this.#fingers.clear();
  }

  // --- pointer -----------------------------------------------------------------------------

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    const share = (value, size) => Math.min(1, Math.max(0, size ? value / size : 0));
    return {
      x: share(event.clientX - box.left, box.width),
      y: share(event.clientY - box.top, box.height),
      view: this.#to.view(),
    };
  }

  #pointerDown(event) {
    event.preventDefault();
    this.#keys.focus({ preventScroll: true });
    if (event.pointerType === "touch") {
      this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const alone = this.#fingers.size === 1;
      this.#finger = alone ? { x: event.clientX, y: event.clientY, moved: false } : null;
      this.#pair = this.#fingers.size === 2 ? { ...this.#between(), does: "" } : null;
      return;
    }
    this.#canvas.setPointerCapture(event.pointerId);
    const last = this.#click;
    const near = Math.hypot(event.clientX - last.x, event.clientY - last.y) < SAME_PLACE_PX;
    const again = near && event.button === last.button && event.timeStamp - last.at < DOUBLE_MS;
    this.#click = {
      at: event.timeStamp,
      x: event.clientX,
      y: event.clientY,
      button: event.button,
      count: again ? (last.count % 3) + 1 : 1,
    };
    this.#pointer("down", event);
  }

  #pointerUp(event) {
    if (event.pointerType === "touch") {
      const finger = this.#finger;
      this.#lift(event);
      if (!finger || finger.moved) return;
      const { x, y, view } = this.#place(event);
      this.#send({ kind: "touch", action: "tap", points: [{ x, y }], view });
      return;
    }
    this.#pointer("up", event);
  }

  #pointer(action, event) {
    this.#flush();
    this.#send({
      kind: "pointer",
      action,
      ...this.#place(event),
      button: BUTTONS[event.button] ?? "left",
      buttons: event.buttons & 31,
      clicks: this.#click.count || 1,
      modifiers: modifiersOf(event),
    });
  }

  #pointerMove(event) {
    if (event.pointerType === "touch") {
      if (this.#fingers.has(event.pointerId)) {
        this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      }
      if (this.#pair) this.#pinch(event);
      else this.#drag(event);
      return;
    }
    this.#move = {
      kind: "pointer",
      action: "move",
      ...this.#place(event),
      buttons: event.buttons & 31,
      modifiers: modifiersOf(event),
    };
    this.#later();
  }

  #pointerCancel(event) {
    this.#lift(event);
  }

  #lift(event) {
    this.#fingers.delete(event.pointerId);
    this.#finger = this.#pair = null;
  }

  #between() {
    const [one, other] = [...this.#fingers.values()];
    const [x, y] = [(one.x + other.x) / 2, (one.y + other.y) / 2];
    return { x, y, apart: Math.hypot(one.x - other.x, one.y - other.y) };
  }

  // Two fingers zoom the picture or scroll the page in it, whichever they begin with.
  #pinch(event) {
    const before = this.#pair;
    const now = this.#between();
    if (!before.does) {
      const moved = Math.hypot(now.x - before.x, now.y - before.y);
      if (Math.abs(now.apart - before.apart) > PINCH_PX) before.does = "zoom";
      else if (moved > TAP_PX) before.does = "scroll";
      else return;
    }
    if (before.does === "zoom") this.#to.zoom(now.apart / Math.max(1, before.apart), now);
    else this.#scroll(event, before.x - now.x, before.y - now.y);
    this.#pair = { ...now, does: before.does };
  }

  // A finger that moves scrolls, as it would on the page; a zoomed picture moves under it.
  #drag(event) {
    const finger = this.#finger;
    if (!finger || !event.isPrimary) return;
    const dx = finger.x - event.clientX;
    const dy = finger.y - event.clientY;
    if (!finger.moved && Math.hypot(dx, dy) < TAP_PX) return;
    this.#finger = { x: event.clientX, y: event.clientY, moved: true };
    if (!this.#to.pan(dx, dy)) this.#scroll(event, dx, dy);
  }

  #turn(event) {
    event.preventDefault();
    const unit = [1, LINE_PX, this.#canvas.clientHeight][event.deltaMode] ?? 1;
    this.#scroll(event, event.deltaX * unit, event.deltaY * unit);
  }

  #scroll(event, dx, dy) {
    const bounded = (value) => Math.max(-10000, Math.min(10000, value));
    this.#wheel = {
      kind: "wheel",
      ...this.#place(event),
      dx: bounded((this.#wheel?.dx ?? 0) + dx),
      dy: bounded((this.#wheel?.dy ?? 0) + dy),
      modifiers: modifiersOf(event),
    };
    this.#later();
  }

  #later() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#flush();
    });
  }

  #flush() {
    if (this.#move) this.#to.send(this.#move);
    if (this.#wheel) this.#to.send(this.#wheel);
    this.#move = this.#wheel = null;
  }

  // --- keys --------------------------------------------------------------------------------

  #keyDown(event) {
    if (event.ctrlKey && event.altKey && event.code === "KeyX") {
      event.preventDefault();
      event.stopPropagation();
      this.#to.leave();
      return;
    }
    event.stopPropagation(); // not for the console's own keys
    if (event.isComposing || this.#composing || !nameable(event.key)) return; // comes as text
    const pasting = (event.ctrlKey || event.metaKey) && !event.altKey && event.code === "KeyV";
    if (pasting || (event.shiftKey && event.key === "Insert")) return; // comes as paste
    event.preventDefault();
    this.#held.set(event.code, event.key);
    this.#key("down", event);
  }

  #keyUp(event) {
    event.stopPropagation();
    if (!this.#held.delete(event.code)) return;
    event.preventDefault();
    this.#key("up", event);
  }

  #key(action, event) {
    this.#flush();
    this.#send({
      kind: "key",
      action,
      key: event.key === "Meta" && APPLE ? "Control" : event.key,
      code: event.code,
      modifiers: modifiersOf(event),
      location: event.location,
      repeat: event.repeat,
    });
  }

  // Keys that are down when the focus goes would stay down in the page for ever.
  #letGo() {
    for (const [code, key] of this.#held) this.#send({ kind: "key", action: "up", key, code });
    this.#held.clear();
  }

  #composed() {
    this.#composing = false;
    this.#typed();
  }

  #typed() {
    if (this.#composing) return;
    this.#text(this.#keys.value);
    this.#keys.value = "";
  }

  #paste(event) {
    event.preventDefault();
    this.#text(event.clipboardData?.getData("text/plain") ?? "");
  }

  #text(text) {
    const whole = [...text.toWellFormed?.() ?? text];
    for (let at = 0; at < whole.length; at += MAX_TEXT / 2) {
      this.#send({ kind: "text", text: whole.slice(at, at + MAX_TEXT / 2).join("") });
    }
  }

  #send(message) {
    this.#to.send(message);
  }
}

// "Process", "Dead" and "Unidentified" name no key: what they type comes with composition or input.
function nameable(key) {
  return [...key].length === 1 || !["Process", "Dead", "Unidentified", "Compose"].includes(key);
}

function modifiersOf(event) {
  const altGraph = event.getModifierState?.("AltGraph");
  // Cmd does for Apple's users what Control does in the browser that they drive.
  const control = (event.ctrlKey && !altGraph) || (APPLE && event.metaKey);
  return (
    (event.altKey && !altGraph ? ALT : 0) |
    (control ? CONTROL : 0) |
    (event.metaKey && !APPLE ? META : 0) |
    (event.shiftKey ? SHIFT : 0)
  );
}
