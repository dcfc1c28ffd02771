// Small helps for the practice pages. Everything but the contenteditable notes works without it.

const pounds = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP" });

// The slider says its value.
for (const slider of document.querySelectorAll("[data-shows]")) {
  const output = document.getElementById(slider.dataset.shows);
  const show = () => { output.value = slider.value; };
  slider.addEventListener("input", show);
  slider.form?.addEventListener("reset", () => setTimeout(show));
}

// A switch is a button; a hidden field carries its state.
for (const toggle of document.querySelectorAll("[data-switch]")) {
  const carrier = document.getElementById(toggle.dataset.switch);
  const set = (on) => {
    toggle.setAttribute("aria-checked", String(on));
    carrier.value = on ? "on" : "off";
  };
  toggle.addEventListener("click", () => set(toggle.getAttribute("aria-checked") !== "true"));
  carrier.form.addEventListener("reset", () => set(false));
}

// A form does not send contenteditable text by itself.
for (const editor of document.querySelectorAll("[data-copies-to]")) {
  const carrier = document.getElementById(editor.dataset.copiesTo);
  editor.addEventListener("input", () => { carrier.value = editor.innerText.trim(); });
  carrier.form.addEventListener("reset", () => { editor.textContent = carrier.value = ""; });
}

for (const button of document.querySelectorAll("[data-confirm]")) {
  button.addEventListener("click", (event) => {
    if (!window.confirm(button.dataset.confirm)) event.preventDefault();
  });
}

// The checkout adds the chosen delivery to the total.
for (const form of document.querySelectorAll("form[data-goods]")) {
  form.addEventListener("change", () => {
    const chosen = form.querySelector("input[name=delivery]:checked");
    if (!chosen) return;
    const delivery = Number(chosen.dataset.cost);
    const sums = { delivery, total: Number(form.dataset.goods) + delivery };
    for (const place of form.querySelectorAll("[data-sum]")) {
      place.textContent = pounds.format(sums[place.dataset.sum]);
    }
  });
}
