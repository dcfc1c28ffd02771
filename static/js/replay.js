// <replay-view>: the steps' pictures in the place of the live one. The scrubber's end is "live"
// while a browser is open. Idle stretches collapse while playing: two seconds at most.
import { lettersOn, typing } from "./keys.js";

const picture = () => document.getElementById("step-picture");
const stage = () => document.getElementById("session-stage");
const clock = (at) => `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, "0")}`;

class ReplayView extends HTMLElement {
  #timer = 0;
  #live = true;

  connectedCallback() {
    if (this.listens) return;
    this.listens = true;
    this.addEventListener("input", (event) => {
      if (event.target.matches("[data-scrub]")) this.show(Number(event.target.value));
    });
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-play]")) this.toggle();
      if (event.target.closest("[data-to-live]")) this.toLive();
      const by = event.target.closest("[data-step-by]");
      if (by) this.stepBy(Number(by.dataset.stepBy));
    });
    document.addEventListener("htmx:afterSettle", (event) => {
      if (event.target === this || event.target === stage()) this.refresh();
    });
    this.refresh();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  get frames() {
    return [...this.querySelectorAll("[data-frames] a")];
  }

  get range() {
    return this.querySelector("[data-scrub]");
  }

  get isLive() {
    return this.#live && stage()?.hasAttribute("data-live-picture");
  }

  // New pictures came, or the browser opened or closed.
  refresh() {
    const range = this.range;
    if (!range) return;
    const last = this.frames.length - 1;
    const atEnd = Number(range.value) >= Number(range.max);
    range.max = String(Math.max(0, last));
    if (this.#live || (atEnd && !this.#timer)) range.value = range.max;
    this.describe(Number(range.value));
  }

  toLive() {
    this.stop();
    this.#live = true;
    if (this.range) this.range.value = this.range.max;
    picture().hidden = true;
    stage().removeAttribute("data-replaying");
    this.describe(Number(this.range.value));
  }

  show(index, select = true) {
    const frame = this.frames[index];
    if (!frame) return;
    this.#live = false;
    const image = picture();
    image.src = frame.href;
    image.alt = `The page after step ${frame.dataset.step}`;
    image.hidden = false;
    stage().setAttribute("data-replaying", "");
    this.describe(index);
    if (select) this.selectLine(frame.dataset.step);
  }

  describe(index) {
    const frame = this.frames[index];
    if (!frame) return;
    const words = `step ${frame.dataset.step}, ${clock(Number(frame.dataset.at))}`;
    const mark = frame.dataset.mark ? `, ${frame.dataset.mark}` : "";
    this.range.setAttribute("aria-valuetext", this.isLive ? "live" : words + mark);
    this.querySelector("[data-caption]").textContent = this.isLive
      ? `${this.frames.length} pictures`
      : `Step ${frame.dataset.step} · ${clock(Number(frame.dataset.at))}`;
    this.querySelector("[data-to-live]")?.setAttribute("aria-pressed", String(Boolean(this.isLive)));
  }

  selectLine(step) {
    document.querySelector(".line[data-selected]")?.removeAttribute("data-selected");
    const line = document.getElementById(`step-${step}`);
    line?.setAttribute("data-selected", "");
    line?.scrollIntoView({ block: "nearest" });
  }

  stepBy(by) {
    this.stop();
    const at = Number(this.range.value) + by;
    if (at < 0 || at >= this.frames.length) return;
    this.range.value = String(at);
    this.show(at);
  }

  toggle() {
    if (this.#timer) {
      this.stop();
      return;
    }
    if (Number(this.range.value) >= this.frames.length - 1) this.range.value = "0";
    this.label("Hold", "pause");
    this.tick();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.label("Play the steps", "play");
  }

  label(words, icon) {
    const button = this.querySelector("[data-play]");
    button.setAttribute("aria-label", words);
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
  }

  tick() {
    const index = Number(this.range.value);
    this.show(index);
    const frames = this.frames;
    if (index >= frames.length - 1) {
      this.stop();
      return;
    }
    const gap = Number(frames[index + 1].dataset.at) - Number(frames[index].dataset.at);
    const speed = Number(this.querySelector("[data-speed]").value);
    this.#timer = setTimeout(() => {
      this.range.value = String(index + 1);
      this.tick();
    }, (Math.min(Math.max(gap, 0.4), 2) * 1000) / speed);
  }
}
customElements.define("replay-view", ReplayView);

// Steps and the scrubber select each other.
document.addEventListener("click", (event) => {
  const line = event.target.closest(".line[data-step]");
  const replay = document.getElementById("replay");
  if (!line || !replay?.range || event.target.closest("a, button, summary")) return;
  const index = replay.frames.findLastIndex((frame) => Number(frame.dataset.step) <= Number(line.dataset.step));
  if (index < 0) return;
  replay.stop();
  replay.range.value = String(index);
  replay.show(index);
});

document.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!by || event.ctrlKey || event.metaKey || event.altKey || !lettersOn()) return;
  if (typing(event.target) || event.target.closest?.("input, [role=tablist], summary, .timeline-box pre")) return;
  const replay = document.getElementById("replay");
  if (!replay?.range || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  replay.stepBy(by);
});
