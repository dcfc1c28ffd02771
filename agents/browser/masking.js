// Runs in the page's own world before its scripts: fields that hold secrets show dots, in every
// picture and to whoever watches, for as long as the document lives. What a page does with a value
// that it was given is its own; this keeps fields from showing it by themselves.
(() => {
  'use strict';
  const ASK = 'webagent:mask';
  const HINT = /one-time-code|(^|\s)cc-(number|csc|exp)|current-password|new-password/i;
  const NAME = '-webkit-text-security';
  const kept = new WeakSet();
  const keep = kept.add.bind(kept);
  const isKept = kept.has.bind(kept);
  const apply = Reflect.apply;
  const setProperty = CSSStyleDeclaration.prototype.setProperty;
  const valueOf = CSSStyleDeclaration.prototype.getPropertyValue;
  const attribute = Element.prototype.getAttribute;
  const pathOf = Event.prototype.composedPath;
  const hint = RegExp.prototype.test.bind(HINT);
  const style = Object.getOwnPropertyDescriptor(HTMLElement.prototype, 'style').get;

  const mask = (element) => {
    if (!(element instanceof HTMLElement)) return;
    keep(element);
    const own = apply(style, element, []);
    if (apply(valueOf, own, [NAME]) !== 'disc') apply(setProperty, own, [NAME, 'disc', 'important']);
  };
  const isSecret = (element) =>
    element instanceof HTMLInputElement &&
    (apply(attribute, element, ['type']) || '').toLowerCase() === 'password';
  const look = (event) => {
    const [element] = apply(pathOf, event, []);
    if (!(element instanceof HTMLElement)) return;
    const told = apply(attribute, element, ['autocomplete']) || '';
    if (isSecret(element) || hint(told)) mask(element);
  };
  for (const type of ['focusin', 'beforeinput', 'input', 'change'])
    window.addEventListener(type, look, true);
  window.addEventListener(
    ASK,
    (event) => {
      event.stopImmediatePropagation();
      mask(apply(pathOf, event, [])[0]);
    },
    true,
  );
  // A password field that is shown as text was one; a mask that was taken off comes back.
  const watcher = new MutationObserver((changes) => {
    for (const { target, attributeName, oldValue } of changes) {
      if (attributeName === 'type' && (oldValue || '').toLowerCase() === 'password') mask(target);
      else if (isKept(target)) mask(target);
    }
  });
  watcher.observe(document, {
    subtree: true,
    attributes: true,
    attributeOldValue: true,
    attributeFilter: ['type', 'style'],
  });
  const initial = () => {
    for (const element of document.querySelectorAll('input[autocomplete], input[type=password]'))
      if (isSecret(element) || hint(apply(attribute, element, ['autocomplete']) || '')) mask(element);
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', initial);
  else initial();
})();
