// One document while it is read: what is drawn, what it says, and what stands around it.
// Runs in the page's world, with reads made safe by `unshadowed`: elements' own properties are
// read with a dot, never by optional chaining or destructuring. Nothing changes while this runs.

const SKIPPED = new Set([
  'SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'META', 'LINK', 'IFRAME', 'OBJECT',
]);
const ICON_FONT = /(^|\s)material-(icons|symbols)/;
const CLUES = [
  'data-label', 'data-title', 'data-th', 'data-field', 'data-name', 'data-testid', 'data-test', 'id', 'name',
];

/** Asked once for each element. */
const once = (answer) => {
  const known = new Map();
  return (element) => {
    let told = known.get(element);
    if (told === undefined) {
      told = answer(element);
      known.set(element, told);
    }
    return told;
  };
};

const clean = (text) => (text || '').replace(/[\s\u00a0\u200b]+/g, ' ').trim();
const classesOf = once((element) =>
  typeof element.className === 'string' ? element.className.trim().split(/\s+/).filter(Boolean) : [],
);
const roleOf = (element) => element.getAttribute('role') || '';
const isHeading = (element) => /^H[1-6]$/.test(element.tagName);

/** Children as drawn: those of the shadow root, those that a slot stands for. */
const childrenOf = (element) => {
  if (element.shadowRoot) return [...element.shadowRoot.children];
  const slotted = element.tagName === 'SLOT' ? element.assignedElements() : [];
  return slotted.length ? slotted : [...element.children];
};

/** The same with texts among them. */
const nodesOf = (element) => {
  if (element.shadowRoot) return [...element.shadowRoot.childNodes];
  const slotted = element.tagName === 'SLOT' ? element.assignedNodes() : [];
  return slotted.length ? slotted : [...element.childNodes];
};

/** The parent, the host for what stands in a shadow root. */
const parentOf = (element) => {
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
};

const boxOf = once((element) => element.getBoundingClientRect());
/** {size: of the type in px, bold, struck: whether a line goes through it}. */
const typeOf = once((element) => {
  const style = getComputedStyle(element);
  return {
    size: parseFloat(style.fontSize),
    bold: +style.fontWeight >= 600,
    struck: style.textDecorationLine.includes('line-through'),
  };
});

/** Whether a person could see it. An icon font's glyph is written as a word ("expand_more"). */
const isShown = once((element) => {
  if (SKIPPED.has(element.tagName) || element.ariaHidden === 'true') return false;
  if (ICON_FONT.test(element.getAttribute('class') || '')) return false;
  const drawn =
    !element.checkVisibility || element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  if (!drawn && getComputedStyle(element).display !== 'contents') return false;
  const box = boxOf(element);
  const tiny = box.width <= 1 || box.height <= 1;
  return !(tiny && getComputedStyle(element).overflow === 'hidden') && !(box.right + scrollX < -500);
});
const shownChildrenOf = once((element) => childrenOf(element).filter(isShown));

// What is drawn where a slot stands is no text of the element around it, nor a host's own drawing.
const nodeText = (node) => {
  if (node.nodeType === 3) return node.data;
  return node.nodeType === 1 && isShown(node) ? textOf(node) : '';
};
const drawnText = (element) => {
  const inShadow = element.shadowRoot || element.getRootNode() instanceof ShadowRoot;
  if (inShadow) return nodesOf(element).map(nodeText).join(' ') || element.innerText;
  const text = element.innerText;
  return text === undefined ? element.textContent : text;
};
/** A browser makes the text of a subtree anew each time it is asked. */
const textOf = once((element) => clean(drawnText(element)));

/** What stands between an element's own tags, without its children's texts. */
const ownText = once((element) => {
  const texts = nodesOf(element).filter((node) => node.nodeType === 3);
  return clean(texts.map((node) => node.data).join(' '));
});

/** The element itself or the nearest around it that a selector fits, out of shadow roots, too. */
const foundBy = new Map();
const nearest = (element, selector) => {
  if (!foundBy.has(selector)) foundBy.set(selector, new Map());
  const known = foundBy.get(selector);
  const passed = [];
  let fits = null;
  for (let at = element; at && !fits; at = parentOf(at)) {
    const told = known.get(at);
    if (told === undefined) passed.push(at);
    if (told === null) break;
    fits = told || (at.matches(selector) ? at : null);
  }
  for (const each of passed) known.set(each, fits);
  return fits;
};

const inMain = (element) => nearest(element, 'main,[role=main],article') !== null;

/** The part of the page that holds no content of its own: nav, aside, header; '' for the others. */
const regionOf = once((element) => {
  if (nearest(element, 'nav,[role=navigation],footer,[role=contentinfo]')) return 'nav';
  if (nearest(element, 'aside,[role=complementary]')) return 'aside';
  return nearest(element, 'header,[role=banner]') && !inMain(element) ? 'header' : '';
});

/** Words of the markup that say what an element holds. */
const cluesOf = once((element) => {
  const named = CLUES.map((name) => element.getAttribute(name)).filter(Boolean);
  return [...classesOf(element), ...named, element.getAttribute('itemprop') || ''].join(' ').trim();
});

/** The clues of an element and of the two around it. */
const cluesAround = (element) => {
  let words = '';
  for (let at = element, steps = 0; at && steps < 3; at = parentOf(at), steps += 1)
    words += ` ${cluesOf(at)} ${roleOf(at)}`;
  return clean(words).slice(0, 300);
};

const topOf = (element) => Math.round(boxOf(element).top + scrollY);
const areaOf = (element) => boxOf(element).width * boxOf(element).height;

/** Every element of the page in the order of drawing, without pictures' insides. */
const elements = [];
const walk = (element) => {
  if (SKIPPED.has(element.tagName) || element.namespaceURI.endsWith('svg')) return;
  elements.push(element);
  for (const child of childrenOf(element)) walk(child);
};
walk(document.body);

/** The first elements of the page that fit, no more than so many. */
const firstOf = (most, fits) => {
  const out = [];
  for (const element of elements) {
    if (out.length >= most) break;
    if (fits(element)) out.push(element);
  }
  return out;
};

/** What a selector finds in the document and in its shadow roots. */
const allOf = (selector) => {
  const roots = elements.map((element) => element.shadowRoot).filter(Boolean);
  return [document, ...roots].flatMap((root) => [...root.querySelectorAll(selector)]);
};
/** All that stands around these, each in its own tree: what `contains` them, without themselves. */
const holdersOf = (list) => {
  const out = new Set();
  for (const element of list)
    for (let at = element.parentElement; at && !out.has(at); at = at.parentElement) out.add(at);
  return out;
};
