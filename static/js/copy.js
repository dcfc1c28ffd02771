// Buttons with data-copy="id" copy the text of that element. Without a clipboard (plain HTTP on
// another host, no permission) they select it, so that Ctrl+C is all that is left to do.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const source = button && document.getElementById(button.dataset.copy);
  if (!source) return;
  const say = document.getElementById("say");
  try {
    await navigator.clipboard.writeText(source.textContent);
    say.textContent = "Copied.";
    const words = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = words), 1500);
  } catch {
    getSelection().selectAllChildren(source);
    say.textContent = "Selected. Press Ctrl+C to copy.";
  }
});
