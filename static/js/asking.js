// A form with data-ask="Delete it?" asks before it is sent. Its button's words are the answer;
// data-ask-more says what cannot be taken back. Without script the form is sent at once.
import { notify } from "./forms.js";

function made(tag, properties = {}, ...children) {
  const { kind, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  if (kind) element.dataset.kind = kind;
  element.append(...children);
  return element;
}

function ask(form, button) {
  const cancel = made("button", { className: "button", type: "button", textContent: "Cancel", autofocus: true });
  const words = button?.querySelector("strong") ?? button;
  const yes = made("button", {
    className: "button", type: "button", kind: "danger", textContent: words?.textContent.trim() || "Go on",
  });
  const more = form.dataset.askMore;
  const title = made("h2", { id: "ask-title", textContent: form.dataset.ask });
  const dialog = made(
    "dialog",
    { className: "dialog", role: "alertdialog" },
    made("div", { className: "dialog-head" }, title),
    ...(more ? [made("p", { className: "dialog-body", id: "ask-more", textContent: more })] : []),
    made("div", { className: "dialog-foot" }, cancel, yes),
  );
  dialog.setAttribute("aria-labelledby", title.id);
  if (more) dialog.setAttribute("aria-describedby", "ask-more");
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  yes.addEventListener("click", () => {
    dialog.close();
    if (!form.isConnected) {
      notify("This changed meanwhile. Look at it again.");
      return;
    }
    form.dataset.asked = "";
    form.requestSubmit(button?.isConnected ? button : null);
    delete form.dataset.asked;
  });
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.matches("[data-ask]") || "asked" in form.dataset) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form, event.submitter);
  },
  true,
);
