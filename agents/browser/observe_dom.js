// Reading the DOM without trusting it. Runs in an isolated world: the page's patched prototypes
// are not seen here, but named form fields still shadow a form's properties (`form.tagName`),
// so everything is read through the prototypes' own accessors.

const accessor = (type, name) => {
  const { get } = Object.getOwnPropertyDescriptor(type.prototype, name);
  return (node) => get.call(node);
};
const method = (type, name) => {
  const call = type.prototype[name];
  return (node, ...args) => call.apply(node, args);
};

const nodeType = accessor(Node, 'nodeType');
const firstChild = accessor(Node, 'firstChild');
const nextSibling = accessor(Node, 'nextSibling');
const parentNode = accessor(Node, 'parentNode');
const isConnected = accessor(Node, 'isConnected');
const getRootNode = method(Node, 'getRootNode');
const contains = method(Node, 'contains');
const localName = accessor(Element, 'localName');
const namespaceOf = accessor(Element, 'namespaceURI');
const shadowRootOf = accessor(Element, 'shadowRoot');
const firstElementChild = accessor(Element, 'firstElementChild');
const nextElementSibling = accessor(Element, 'nextElementSibling');
const scrollHeightOf = accessor(Element, 'scrollHeight');
const scrollWidthOf = accessor(Element, 'scrollWidth');
const clientHeightOf = accessor(Element, 'clientHeight');
const scrollTopOf = accessor(Element, 'scrollTop');
const rawAttr = method(Element, 'getAttribute');
const hasAttr = method(Element, 'hasAttribute');
const matches = method(Element, 'matches');
const queryOne = method(Element, 'querySelector');
const queryAll = method(Element, 'querySelectorAll');
const rectOf = method(Element, 'getBoundingClientRect');
const rectsOf = method(Element, 'getClientRects');
const isVisible = method(Element, 'checkVisibility');
const dispatch = method(EventTarget, 'dispatchEvent');
// An image or form named "title" or "body" shadows the document's property of that name.
const doc = {
  title: () => documentGet.title(document),
  body: () => documentGet.body(document),
  root: () => documentGet.documentElement(document),
  scroller: () => documentGet.scrollingElement(document),
  create: (tag) => Document.prototype.createElement.call(document, tag),
  range: () => Document.prototype.createRange.call(document),
  texts: (root) =>
    Document.prototype.createTreeWalker.call(document, root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_CDATA_SECTION),
  all: (selector) => Document.prototype.querySelectorAll.call(document, selector),
  byId: (id) => Document.prototype.getElementById.call(document, id),
  at: (x, y) => Document.prototype.elementFromPoint.call(document, x, y),
};
const documentGet = {
  title: accessor(Document, 'title'),
  body: accessor(Document, 'body'),
  documentElement: accessor(Document, 'documentElement'),
  scrollingElement: accessor(Document, 'scrollingElement'),
};
const SVG = 'http://www.w3.org/2000/svg';

/** An attribute, cut: a page may carry megabytes in one. */
const attr = (element, name) => {
  const value = rawAttr(element, name);
  return value !== null && value.length > 2000 ? value.slice(0, 2000) : value;
};

/** Parent across shadow boundaries and slots, as the layout sees it. */
const flatParent = (node) => {
  const slot = node.assignedSlot;
  if (slot instanceof HTMLSlotElement) return slot;
  const parent = parentNode(node);
  return parent instanceof ShadowRoot ? parent.host : parent;
};

/** Calls visit(child) for each child as rendered: shadow tree and slotted nodes included. */
const eachChild = (element, visit) => {
  if (element instanceof HTMLSlotElement) {
    const assigned = HTMLSlotElement.prototype.assignedNodes.call(element);
    if (assigned.length) {
      for (const node of assigned) visit(node);
      return;
    }
  }
  const root = shadowRootOf(element) || element;
  for (let node = firstChild(root), next; node; node = next) {
    next = nextSibling(node);
    visit(node);
  }
};

// --- text -----------------------------------------------------------------------------------

// Controls, bidi overrides, zero-width and tag characters, icon-font glyphs: nothing a person
// reads, and a known way to hide instructions from the people who watch.
const INVISIBLE =
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffc\ue000-\uf8ff\ud800-\udfff]|[\u{e0000}-\u{e007f}\u{f0000}-\u{10ffff}]/gu;
// What our own markers look like: [e12], [f2e12]. Page text may not carry them.
const MARKER = /\[(\s*(?:f\s*\p{N}+\s*)?e\s*\p{N}+\s*)\]/giu;

/** Page text, fit to stand in an observation: one line, no invisible characters, no markers. */
const clean = (text) => {
  if (!text) return '';
  const line = text.replace(INVISIBLE, '').replace(/\s+/g, ' ').trim();
  return line.includes('[') ? line.replace(MARKER, '($1)') : line;
};

const clip = (text, limit) => {
  if (text.length <= limit) return text;
  const end = text.lastIndexOf(' ', limit - 1);
  // Never end on half a surrogate pair.
  return `${text.slice(0, end > limit * 0.6 ? end : limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
};

/** Text in our quotes; its own quotes become single ones, so it cannot end early. */
const quote = (text, limit = 100) => `"${clip(text, limit).replace(/["“”]/g, "'")}"`;

// --- geometry -------------------------------------------------------------------------------

const INFINITE = { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };
const overlap = (a, b) => ({
  left: Math.max(a.left, b.left),
  top: Math.max(a.top, b.top),
  right: Math.min(a.right, b.right),
  bottom: Math.min(a.bottom, b.bottom),
});
const isEmpty = (box) => box.right - box.left < 1 || box.bottom - box.top < 1;
const meets = (a, b) =>
  a.left < b.right - 0.5 && a.right > b.left + 0.5 && a.top < b.bottom - 0.5 && a.bottom > b.top + 0.5;
const areaOf = (box) => Math.max(0, box.right - box.left) * Math.max(0, box.bottom - box.top);

/** The box a person would point at: the element's, or that of its first child with one. */
const boxOf = (element, depth = 0) => {
  const box = rectOf(element);
  if ((box.width >= 1 && box.height >= 1) || depth > 3) return box;
  let tries = 0;
  for (let child = firstElementChild(element); child && tries < 8; child = nextElementSibling(child)) {
    const inner = boxOf(child, depth + 1);
    if (inner.width >= 1 && inner.height >= 1) return inner;
    tries += 1;
  }
  return box;
};
