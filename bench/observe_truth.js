// Ground truth: what a person could click in the view, found by pointing at it.
//
// Runs in the page's own world with the DevTools command line API, whose `getEventListeners` sees
// every listener. A candidate has a pointer listener, a widget role, the pointer cursor (where it
// begins, outside of native controls) or can be focused. It is a target when the pointer reaches it: at one of nine points of
// its visible box the innermost candidate under the pointer is it. So of nested candidates those
// count that have a place of their own. Wrappers of more than half the view count only when they
// show the pointer cursor; a label counts as the field it belongs to. An element whose only sign is
// a listener and that holds two or more candidates delegates for them: it is counted apart, as a
// wrapper. Leaves `window.__truth = {targets, owner, inView}`; answers with a list that says of each
// target whether it is a wrapper.
(() => {
  const POINTER = ['click', 'dblclick', 'mousedown', 'mouseup', 'pointerdown', 'pointerup', 'touchstart'];
  const ROLES =
    /^(button|link|checkbox|radio|switch|tab|menuitem|menuitemcheckbox|menuitemradio|option|textbox|searchbox|combobox|slider|spinbutton|treeitem)$/;
  const view = { width: innerWidth, height: innerHeight };
  const known = new Map();
  const parentOf = (node) =>
    node.assignedSlot ||
    node.parentElement ||
    (node.getRootNode() instanceof ShadowRoot ? node.getRootNode().host : null);

  const focusable = (element) =>
    element.tabIndex >= 0 &&
    (element.hasAttribute('tabindex') ||
      element.matches(
        'a[href], area[href], button, input, select, textarea, summary, audio[controls], video[controls]',
      ) ||
      (element.isContentEditable && element.hasAttribute('contenteditable')));

  const isCandidate = (element) => {
    if (!(element instanceof Element)) return false;
    let found = known.get(element);
    if (found !== undefined) return found;
    found = false;
    if (!element.matches('html, body, iframe, option, input[type=hidden]')) {
      const style = getComputedStyle(element);
      const parent = parentOf(element);
      const points = style.cursor === 'pointer';
      const root = points && !(parent && getComputedStyle(parent).cursor === 'pointer');
      const listeners = getEventListeners(element);
      const listens = POINTER.some((type) => listeners[type]);
      const inNative = root && parent && parent.closest('a[href], button, summary');
      found =
        listens ||
        (root && !inNative) ||
        focusable(element) ||
        ROLES.test(element.getAttribute('role') || '');
      if (found && !points && !element.matches('canvas, svg, img')) {
        const box = element.getBoundingClientRect();
        if (box.width * box.height > 0.5 * view.width * view.height) found = false;
      }
      if (found && element.matches('label') && element.control) found = true;
    }
    known.set(element, found);
    return found;
  };

  const at = (x, y) => {
    let hit = document.elementFromPoint(x, y);
    for (
      let inner;
      hit && hit.shadowRoot && (inner = hit.shadowRoot.elementFromPoint(x, y)) && inner !== hit;

    )
      hit = inner;
    return hit;
  };
  const ownerAt = (x, y) => {
    for (let node = at(x, y); node; node = parentOf(node)) {
      if (node instanceof HTMLLabelElement && node.control && node.control.type !== 'hidden')
        return node.control;
      if (isCandidate(node)) return node;
    }
    return null;
  };
  const boxes = (element) => {
    const list = [...element.getClientRects()].slice(0, 4).map((box) => ({
      left: Math.max(0, box.left),
      top: Math.max(0, box.top),
      right: Math.min(view.width, box.right),
      bottom: Math.min(view.height, box.bottom),
    }));
    return list.filter((box) => box.right - box.left >= 2 && box.bottom - box.top >= 2);
  };
  const points = (element) =>
    boxes(element).flatMap((box) =>
      [0.5, 0.15, 0.85].flatMap((y) =>
        [0.5, 0.15, 0.85].map((x) => [
          box.left + (box.right - box.left) * x,
          box.top + (box.bottom - box.top) * y,
        ]),
      ),
    );

  const everything = [];
  const collect = (root) => {
    for (const element of root.querySelectorAll('*')) {
      everything.push(element);
      if (element.shadowRoot) collect(element.shadowRoot);
    }
  };
  collect(document);
  const targets = new Map();
  for (const element of everything) {
    const asLabel =
      element instanceof HTMLLabelElement && element.control && element.control.type !== 'hidden'
        ? element.control
        : null;
    if (!asLabel && !isCandidate(element)) continue;
    const goal = asLabel || element;
    if (targets.has(goal)) continue;
    if (points(element).some(([x, y]) => ownerAt(x, y) === goal)) targets.set(goal, targets.size);
  }

  // The target that a listed element stands for: itself, or what the pointer meets on it.
  const owner = (element) => {
    if (!(element instanceof Element)) return -1;
    if (targets.has(element)) return targets.get(element);
    if (element instanceof HTMLLabelElement && targets.has(element.control))
      return targets.get(element.control);
    for (const [x, y] of points(element)) {
      const hit = ownerAt(x, y);
      if (hit && targets.has(hit) && (element.contains(hit) || hit.contains(element)))
        return targets.get(hit);
    }
    return -1;
  };
  const inView = (element) => {
    if (!(element instanceof Element)) return false;
    return points(element).some(([x, y]) => {
      const hit = at(x, y);
      return hit && (element === hit || element.contains(hit));
    });
  };
  const delegates = (element) => {
    if (focusable(element) || element.hasAttribute('role') || getComputedStyle(element).cursor === 'pointer')
      return false;
    let held = 0;
    for (const node of element.querySelectorAll('*')) {
      if (isCandidate(node)) held += 1;
      if (held > 1) return true;
    }
    return false;
  };
  window.__truth = { targets: [...targets.keys()], owner, inView };
  return [...targets.keys()].map(delegates);
})();
