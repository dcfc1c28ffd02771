// Runs in the page's own world before its scripts: remembers which elements got a pointer
// listener. The walker lives in an isolated world, sees the same DOM but none of the page's
// JavaScript, so it asks by dispatching a probe event at an element; the answer is whether the
// event comes back cancelled. The page can listen for the probe and lie about its own elements,
// which gains it nothing: it could as well add a real listener.
(() => {
  'use strict';
  const PROBE = 'webagent:listens';
  const POINTER = new Set([
    'click',
    'dblclick',
    'mousedown',
    'mouseup',
    'pointerdown',
    'pointerup',
    'touchstart',
    'touchend',
  ]);
  const marked = new WeakSet();
  // Bound now, so that a page which patches the prototypes later does not change our answers.
  const mark = marked.add.bind(marked);
  const isMarked = marked.has.bind(marked);
  const isPointer = POINTER.has.bind(POINTER);
  const apply = Reflect.apply;
  const nativeAdd = EventTarget.prototype.addEventListener;
  const isElement = (value) => value instanceof Element;
  const pathOf = Event.prototype.composedPath;
  const cancel = Event.prototype.preventDefault;
  const getters = [HTMLElement, SVGElement].flatMap((type) =>
    ['onclick', 'onmousedown', 'onpointerdown', 'onmouseup', 'ondblclick']
      .map((name) => Object.getOwnPropertyDescriptor(type.prototype, name))
      .filter((descriptor) => descriptor && descriptor.get)
      .map((descriptor) => ({ type, get: descriptor.get })),
  );

  // A Proxy keeps the native function's text, name and length for pages that look at them.
  EventTarget.prototype.addEventListener = new Proxy(nativeAdd, {
    apply(target, self, args) {
      if (args[1] && isPointer(args[0]) && isElement(self)) mark(self);
      return apply(target, self, args);
    },
  });

  const hasHandler = (element) => {
    for (let i = 0; i < getters.length; i += 1) {
      const { type, get } = getters[i];
      if (element instanceof type && apply(get, element, [])) return true;
    }
    return false;
  };
  apply(nativeAdd, window, [
    PROBE,
    (event) => {
      const target = apply(pathOf, event, [])[0];
      if (target === document || (isElement(target) && (isMarked(target) || hasHandler(target)))) {
        apply(cancel, event, []);
      }
    },
    true,
  ]);
})();
