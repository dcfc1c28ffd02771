// The form of how long things are kept asks first (asking.js) when an age in it became lower, and
// says what goes. Each field tells in data-now and data-default the days that hold and the server's
// own (0: for ever), and in data-goes the words for what is older than {days}.
const form = document.querySelector("[data-ages]");

const lasts = (days) => days || Infinity; // 0: for ever

function going(field) {
  const text = field.value.trim();
  const days = Number(text || field.dataset.default);
  // What is no number is refused by the server.
  if (!Number.isInteger(days) || lasts(days) >= lasts(Number(field.dataset.now))) return [];
  return [field.dataset.goes.replace("{days}", days === 1 ? "1 day" : `${days} days`)];
}

function weigh() {
  const goes = [...form.querySelectorAll("[data-goes]")].flatMap(going);
  if (goes.length) {
    form.dataset.ask = "Delete what is older?";
    form.dataset.askMore = `Within the hour this goes for good, and day by day what comes of age: ${goes.join(" ")}`;
  } else {
    delete form.dataset.ask;
  }
}

form.addEventListener("input", weigh);
// A browser may bring back what was typed before.
addEventListener("pageshow", weigh);
weigh();
