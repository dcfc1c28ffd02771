// Buttons with data-copy="id" copy the text of that element. Without a clipboard (plain HTTP on
// another host, no permission) they select it, so that Ctrl+C is all that is left to do.
const SAID_MS = 1500;
const say = document.getElementById("say");
let button = null; // the one that says "Copied"
let words = "";
let timer = 0;

function restore() {
  clearTimeout(timer);
  if (button) button.textContent = words;
  button = null;
  say.textContent = ""; // what a live region already says is not said again
}

document.addEventListener("click", async (event) => {
  const pressed = event.target.closest("[data-copy]");
  const source = pressed && document.getElementById(pressed.dataset.copy);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent);
    restore();
    [button, words] = [pressed, pressed.textContent];
    button.textContent = "Copied";
    say.textContent = "Copied.";
    timer = setTimeout(restore, SAID_MS);
  } catch {
    getSelection().selectAllChildren(source);
    say.textContent = "Selected. Press Ctrl+C to copy.";
  }
});
