// The session page: panes, what the model is saying, and the parts with modules of their own.
import "./approvals.js";
import "./timeline.js";
import "./browser.js";
import "./replay.js";

// Panes are links; with script they switch in place.
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-pane]");
  if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const other of document.querySelectorAll(".tab[data-pane]")) {
    const chosen = other.dataset.pane === tab.dataset.pane;
    document.getElementById(`pane-${other.dataset.pane}`).hidden = !chosen;
    if (chosen) other.setAttribute("aria-current", "page");
    else other.removeAttribute("aria-current");
  }
  history.replaceState(null, "", tab.href);
  document.dispatchEvent(new CustomEvent("pane-shown", { detail: tab.dataset.pane }));
  if (tab.dataset.pane === "chat") toLastWord();
});

// The chat shows its newest words, unless the reader went up.
const chat = document.getElementById("chat-list");
let atLastWord = true;
chat?.addEventListener("scroll", () => {
  atLastWord = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 40;
});
function toLastWord() {
  if (chat) chat.scrollTop = chat.scrollHeight;
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "chat-list" && atLastWord) toLastWord();
});
toLastWord();

// Beside a big picture a tall card scrolls in a part of it: its edge says that there is more.
const asked = document.getElementById("session-requests");
function tellMore() {
  asked.toggleAttribute("data-more", asked.scrollHeight - asked.scrollTop - asked.clientHeight > 8);
}
if (asked) {
  const sizes = new ResizeObserver(tellMore);
  const watch = () => {
    sizes.disconnect();
    for (const box of [asked, ...asked.children]) sizes.observe(box);
    tellMore();
  };
  asked.addEventListener("scroll", tellMore, { passive: true });
  new MutationObserver(watch).observe(asked, { childList: true });
  watch();
}

// A task that is over says nothing more, and each part of the page looks once more: whatever it was told
// or not told before, all of them show the same end.
const isOver = () => document.querySelector("#timeline[data-over], #session-head[data-over]") !== null;
let over = isOver();
document.addEventListener("htmx:afterSettle", () => {
  if (over || !isOver()) return;
  over = true;
  document.getElementById("agent-words")?.fallSilent();
  document.dispatchEvent(new CustomEvent("look-again"));
});

// What the model is saying, as it says it; cleared when a fact of the task follows. A model that
// says nothing for a while is thinking.
const THINKING_AFTER_MS = 700;

class AgentWords extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    if (this.listens) return;
    this.listens = true;
    this.addEventListener("live-tick", (event) => this.#hear(event.detail));
    this.addEventListener("live", (event) => {
      // A refetch of everything, after a reconnect say, is no news of the task.
      if (event.detail?.version) this.fallSilent();
    });
  }

  fallSilent() {
    this.#say("");
  }

  #hear({ tick, data }) {
    if (over) return; // words and facts come by ways of their own: these are late
    if (tick === "model.started") {
      this.#say("");
      this.#timer = setTimeout(() => this.#say("Thinking…"), THINKING_AFTER_MS);
    } else if (tick === "model.delta") {
      const before = this.textContent === "Thinking…" ? "" : this.textContent;
      this.#say((before + (data.text ?? "")).slice(-1200));
    } else if (tick === "model.completed") {
      clearTimeout(this.#timer);
    }
  }

  #say(text) {
    clearTimeout(this.#timer);
    this.hidden = !text;
    this.textContent = text;
    this.scrollTop = this.scrollHeight;
  }
}
customElements.define("agent-words", AgentWords);
