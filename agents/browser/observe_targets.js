// What a person could click, and whether the pointer would really get there.

const TARGET_ROLES = new Set([
  'button',
  'link',
  'checkbox',
  'radio',
  'switch',
  'tab',
  'menuitem',
  'menuitemcheckbox',
  'menuitemradio',
  'option',
  'textbox',
  'searchbox',
  'combobox',
  'slider',
  'spinbutton',
  'treeitem',
  'gridcell',
  'listbox',
  'scrollbar',
]);
const STRONG = 2;
const WEAK = 1;
const PROBE = 'webagent:listens';

/** Asks the page's own world (observe_listeners.js) whether an element has pointer listeners. */
const listens = (target) => !dispatch(target, new Event(PROBE, { cancelable: true, composed: true }));

/** STRONG: says itself that it is a control. WEAK: only behaves like one. 0: neither. */
const strength = (element, tag) => {
  switch (tag) {
    case 'a':
    case 'area':
      if (hasAttr(element, 'href')) return STRONG;
      break;
    case 'input':
      return element.type === 'hidden' ? 0 : STRONG;
    case 'button':
    case 'select':
    case 'textarea':
      return STRONG;
    case 'summary': {
      const parent = parentNode(element);
      if (parent instanceof HTMLDetailsElement) return STRONG;
      break;
    }
    case 'video':
    case 'audio':
      if (hasAttr(element, 'controls')) return STRONG;
      break;
    case 'html':
    case 'body':
    case 'iframe':
    case 'frame':
      return 0;
    default:
  }
  const role = rawAttr(element, 'role');
  if (role && TARGET_ROLES.has(explicitRole(element))) {
    // A grid cell is a target only where it can be focused or pressed; most just hold text.
    if (explicitRole(element) !== 'gridcell') return STRONG;
  }
  if (isEditable(element)) return STRONG;
  if (hasAttr(element, 'onclick') || hasAttr(element, 'onmousedown') || hasAttr(element, 'onpointerdown'))
    return WEAK;
  const index = rawAttr(element, 'tabindex');
  if (index !== null && Number(index) >= 0) return WEAK;
  if (
    rawAttr(element, 'draggable') === 'true' ||
    hasAttr(element, 'aria-haspopup') ||
    hasAttr(element, 'aria-pressed')
  )
    return WEAK;
  return 0;
};

/** Whether an element out of view counts as a control. Cheap: asked of all that is out of view. */
const countable = (element, tag) => {
  switch (tag) {
    case 'a':
      return hasAttr(element, 'href');
    case 'button':
    case 'select':
    case 'textarea':
    case 'summary':
      return true;
    case 'input':
      return element.type !== 'hidden';
    default: {
      const role = rawAttr(element, 'role');
      return role !== null && TARGET_ROLES.has(role);
    }
  }
};

/** The innermost element at a point, through open shadow roots. */
const elementAt = (x, y) => {
  let hit = doc.at(x, y);
  for (let i = 0; hit && i < 20; i += 1) {
    const root = shadowRootOf(hit);
    const inner = root && root.elementFromPoint(x, y);
    if (!inner || inner === hit) break;
    hit = inner;
  }
  return hit;
};

/** All elements that a person could point at in the view, and what they are in. */
const inSight = (view) => {
  const found = new Set();
  const until = performance.now() + 100;
  const step = 56; // finer costs more than it finds: what floats over a page is rarely smaller
  for (let y = view.top + step / 2; y < view.bottom && performance.now() < until; y += step) {
    for (let x = view.left + step / 2; x < view.right; x += step) {
      for (let node = elementAt(x, y); node && !found.has(node); node = flatParent(node)) found.add(node);
    }
  }
  return found;
};

const SAMPLES = [
  [0.5, 0.5],
  [0.25, 0.5],
  [0.75, 0.5],
  [0.5, 0.25],
  [0.5, 0.75],
  [0.08, 0.5],
  [0.5, 0.92],
];

/** True when the hit belongs to the target: itself, inside it, or a label of it. */
const reaches = (hit, target) => {
  for (let node = hit, i = 0; node && i < 300; node = flatParent(node), i += 1) {
    if (node === target) return true;
    if (node instanceof HTMLLabelElement && node.control === target) return true;
  }
  return false;
};

/** A nested control between the hit and the target takes the click instead. */
const taken = (hit, target, isTarget) => {
  for (let node = hit, i = 0; node && node !== target && i < 300; node = flatParent(node), i += 1) {
    if (node instanceof Element && isTarget(node)) return true;
  }
  return false;
};

/**
 * How the pointer meets a target within its clip: 'own' when it gets there, 'nested' when only
 * controls inside of it do, 'covered' when something else lies over it.
 */
const hitTest = (element, box, clipBox, isTarget) => {
  let answer = 'covered';
  const areas = [overlap(box, clipBox)];
  const rects = localName(element) === 'a' || localName(element) === 'span' ? rectsOf(element) : [];
  // A link over two lines has a box with holes; its line boxes have none.
  for (let i = 0; rects.length > 1 && i < rects.length && i < 4; i += 1)
    areas.push(overlap(rects[i], clipBox));
  const checkNested = firstElementChild(element) !== null || shadowRootOf(element);
  for (const area of areas) {
    if (isEmpty(area)) continue;
    for (const [across, down] of SAMPLES) {
      const hit = elementAt(
        area.left + (area.right - area.left) * across,
        area.top + (area.bottom - area.top) * down,
      );
      if (!hit || !reaches(hit, element)) continue;
      if (!checkNested || !taken(hit, element, isTarget)) return 'own';
      answer = 'nested';
    }
  }
  return answer;
};
