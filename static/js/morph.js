// hx-swap="morph": the present elements become the sent ones, instead of being replaced. Focus,
// scrolling, opened details, playing animations and typed text stay.
//
// Children are matched by id, else by the next one of the same kind. Never touched: an element
// with data-morph-keep; a field that holds unsent input; words that script keeps fresh (times).
// A form[data-draft] with unsent input whose place is gone is not thrown away: it stays, switched
// off, so that what was typed can still be read and copied.

const FIELDS = "textarea, select, input:not([type=hidden])";
const CLOCK = "time[data-relative], [data-since], [data-until]";
const CLOCK_NAMES = ["datetime", "data-since", "data-until"];
const OWN = new Set(["open", "data-selected", "data-sent", "data-unsent", "data-replaying", "data-edited", "data-blocked", "data-quiet", "data-more"]); // set by readers, not by the server

/** Whether a field holds what its form has not sent. */
export function isDirty(field) {
  if (field.type === "checkbox" || field.type === "radio") {
    return field.checked !== field.defaultChecked;
  }
  if (field instanceof HTMLSelectElement) {
    const options = [...field.options];
    const first = options.find((option) => option.defaultSelected) ?? options[0];
    return Boolean(first) && field.selectedOptions[0] !== first;
  }
  return field.value !== field.defaultValue;
}

/** Whether anything in here was typed or picked and not sent; where somebody types counts too. */
export function holdsInput(element) {
  const fields = element.matches(FIELDS) ? [element] : [...element.querySelectorAll(FIELDS)];
  return fields.some(
    (field) => isDirty(field) || (field === document.activeElement && field.matches("textarea, input")),
  );
}

/** Make `from` what `to` is; the element that stands there afterwards. */
export function morph(from, to) {
  if (!alike(from, to)) {
    if (from instanceof Element && keepUnsent(from)) return from;
    from.replaceWith(to);
    return to;
  }
  morphNode(from, to);
  return from;
}

function alike(from, to) {
  if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) return false;
  if (!(from instanceof Element)) return true;
  if (from.id !== to.id) return false;
  // Another address is another form: its fields mean something else.
  return from.getAttribute("action") === to.getAttribute("action");
}

function morphNode(from, to) {
  if (!(from instanceof Element)) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if (from.isEqualNode(to) || from.hasAttribute("data-morph-keep")) return;
  const typed = from.matches(FIELDS) && isDirty(from);
  // A decision names the revision that was seen: what was typed belongs to the older one.
  const seen = from.type === "hidden" && from.form && holdsInput(from.form);
  const sameClock =
    from.matches(CLOCK) && CLOCK_NAMES.every((name) => from.getAttribute(name) === to.getAttribute(name));
  morphAttributes(from, to, typed || seen ? new Set(["value", "checked", "selected"]) : new Set());
  if (typed || sameClock) return;
  morphChildren(from, to);
}

function morphAttributes(from, to, kept) {
  for (const { name, value } of to.attributes) {
    if (OWN.has(name) || kept.has(name) || from.getAttribute(name) === value) continue;
    from.setAttribute(name, value);
    if (name === "checked") from.checked = true;
  }
  for (const { name } of [...from.attributes]) {
    if (OWN.has(name) || kept.has(name) || to.hasAttribute(name)) continue;
    from.removeAttribute(name);
    if (name === "checked") from.checked = false;
  }
}

function morphChildren(from, to) {
  const sent = [...to.childNodes];
  const sentIds = new Set(sent.map((node) => node.id).filter(Boolean));
  const present = new Map([...from.children].filter((node) => node.id).map((node) => [node.id, node]));
  let place = from.firstChild;
  for (const next of sent) {
    const found = next.id ? present.get(next.id) : sameKind(place, next, sentIds);
    if (found && alike(found, next)) {
      if (found === place) place = place.nextSibling;
      else from.insertBefore(found, place);
      morphNode(found, next);
    } else {
      from.insertBefore(next, place);
    }
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    if (!(gone instanceof Element) || !keepUnsent(gone)) gone.remove();
  }
}

function sameKind(place, next, sentIds) {
  for (let node = place; node; node = node.nextSibling) {
    if (alike(node, next) && !(node.id && sentIds.has(node.id))) return node;
  }
  return null;
}

/** True when the element holds unsent input and so stays, unable to send. */
function keepUnsent(element) {
  const form = element.matches("form[data-draft]") ? element : element.querySelector("form[data-draft]");
  if (!form || !holdsInput(form)) return false;
  if (!form.hasAttribute("data-unsent")) {
    form.setAttribute("data-unsent", "");
    const words = document.createElement("p");
    words.className = "soft small";
    words.textContent = "What you wrote was not sent:";
    form.prepend(words);
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  }
  return true;
}

window.htmx?.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap(style, target, fragment) {
    if (style !== "morph") return false;
    const sent = fragment.firstElementChild ?? fragment;
    if (!(sent instanceof Element)) {
      target.remove();
      return [];
    }
    return [morph(target, sent)];
  },
});
