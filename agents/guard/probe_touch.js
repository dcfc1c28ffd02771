// A touch on the short way: Playwright's own code, in its own world, on the element that was looked at. Part of
// the guard's engine, before probe_line.js. Whatever Playwright would wait for (what is hidden, disabled
// or not there yet) and all that its code refuses is left to its driver: then nothing was touched, and `none` told.

const NEEDS = { fill: ['visible', 'enabled', 'editable', 'non-inert'], select: ['visible', 'enabled', 'non-inert'] };

/** what: `fill` with a text, `select` with Playwright's options, `ticked` with how the box is to be, `keys`. */
const shortTouch = (playwright) => async ({ key, what, given }) => {
  const element = heldAs(key);
  const told = (done) => JSON.stringify({ proof, done });
  if (what === 'ticked') {
    return playwright.elementState(element, 'checked').matches === given ? told('done') : '{"none":true}';
  }
  // The look gave it the keyboard. A page that took it away since then gets no key meant for this element.
  if (what === 'keys') return focusedOne() === element ? told('done') : '{"none":true}';
  if (await playwright.checkElementStates(element, NEEDS[what], true)) return '{"none":true}';
  const done = what === 'fill' ? playwright.fill(element, given) : playwright.selectOptions(element, given);
  return `${done}`.startsWith('error:') ? '{"none":true}' : told(done);
};
