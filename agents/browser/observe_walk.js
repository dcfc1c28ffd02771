// The walk: one pass over the rendered tree, what the person sees first.

const SKIPPED = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'head',
  'meta',
  'link',
  'title',
  'datalist',
  'source',
  'track',
  'param',
  'optgroup',
  'option',
  'defs',
  'symbol',
  'clippath',
  'mask',
]);
const MAX_DEPTH = 800;
const LARGE = 6000; // elements; below this, walking all of them is cheaper than asking what is in sight
const CONTROLS = 'a[href], button, input:not([type=hidden]), select, textarea, summary';

/** What one walk knows and counts. part: 'view', 'below' or 'above'. */
class Walk extends Controls {
  constructor({ part, view, screen, deadline }) {
    super();
    this.part = part;
    this.view = view; // what is told
    this.screen = screen; // what the pointer can reach without scrolling
    this.deadline = deadline;
    this.out = new Outline();
    this.counts = { below: 0, above: 0, covered: 0 };
    this.more = { below: false, above: false };
    this.steps = 0;
    this.late = false;
    this.deep = false;
    this.skip = null;
    this.bridge = listens(document);
    this.known = new WeakMap();
    this.isTarget = (node) => {
      let found = this.known.get(node);
      if (found === undefined) {
        found = strength(node, localName(node)) > 0 || (this.bridge && listens(node));
        this.known.set(node, found);
      }
      return found;
    };
    this.isStrong = (node) => strength(node, localName(node)) === STRONG;
    this.listed = new Set();
    this.level = 0;
    this.pageTop = -scrollY;
    this.pageLeft = -scrollX;
    this.pageRight = Math.max(innerWidth, scrollWidthOf(doc.scroller() || doc.root())) - scrollX;
    // On a large page, what lies elsewhere is only entered when something of it is in sight.
    this.inSight =
      part === 'view' && doc.root().getElementsByTagName('*').length > LARGE ? inSight(screen) : null;
  }

  /** False when the time is up: the walk then only unwinds. */
  tick() {
    this.steps += 1;
    // A short page is told to its end even when the machine stalls: that is not the page's doing.
    if (this.steps > 2000 && this.steps % 32 === 0 && performance.now() > this.deadline) this.late = true;
    return !this.late;
  }

  /** Whether a box belongs to the part of the page that is being told. */
  placed(box, clipBox) {
    const seen = meets(box, clipBox);
    if (this.part === 'view') return seen;
    return !seen && (this.part === 'below' ? box.bottom > 0 : box.bottom <= 0);
  }

  node(node, c) {
    if (!this.tick()) return;
    const type = nodeType(node);
    if (type === 3) this.text(node, c);
    else if (type === 1 && node !== this.skip) this.element(node, c);
  }

  children(element, c) {
    if (this.level > MAX_DEPTH) {
      this.deep = true;
      return;
    }
    this.level += 1;
    eachChild(element, (child) => this.node(child, c));
    this.level -= 1;
  }

  text(node, c) {
    if (c.mute || !c.shown) return;
    const { data } = node;
    if (data.length > 60 && c.straddles && this.part === 'view') {
      this.emitText(visibleSlice(node, c.clip), c);
    } else if (data.length < 12 && !data.trim()) this.out.text(' ');
    else this.emitText(data.length > 6000 ? data.slice(0, 6000) : data, c);
  }

  emitText(data, c) {
    if (!c.pre || c.row || !data.includes('\n')) {
      this.out.text(data);
      return;
    }
    for (const [i, line] of data.split('\n', 200).entries()) {
      if (i) this.out.line(c.depth);
      this.out.text(line);
    }
  }

  element(element, c) {
    const tag = localName(element);
    if (SKIPPED.has(tag)) return;
    const box = rectOf(element);
    const sized = box.width >= 1 && box.height >= 1;
    if (!sized && !isVisible(element) && getComputedStyle(element).display !== 'contents') {
      if (namespaceOf(element) !== SVG) return;
    }
    if (sized && !this.placed(box, c.clip) && this.away(element, tag, box, c)) return;
    this.near(element, tag, box, sized, c);
  }

  /** Not in the part that is told. True when there is nothing more to do for it. */
  away(element, tag, box, c) {
    const strong = countable(element, tag);
    const prune = this.inSight !== null && !this.inSight.has(element);
    if (!meets(box, c.clip) && this.reachable(box)) {
      const side = box.bottom <= 0 ? 'above' : 'below';
      this.more[side] = true;
      if (strong) this.counts[side] += 1;
      else if (prune && firstElementChild(element)) this.counts[side] += queryAll(element, CONTROLS).length;
    }
    if (prune) {
      if (c.list && c.list.parent === parentNode(element)) c.list.away += 1;
      return true;
    }
    // A fixed or absolute box may still stick into the part that is told.
    const style = c.off ? null : getComputedStyle(element);
    if (style && (style.position === 'fixed' || style.position === 'absolute')) {
      const own = style.position === 'fixed' ? this.view : c.abs;
      if (this.placed(box, own)) return false;
    }
    if (c.list && c.list.parent === parentNode(element)) c.list.away += 1;
    if (!strong && (firstElementChild(element) || shadowRootOf(element))) {
      // One context for the whole subtree: most of a long page is walked here.
      const far =
        c.off && !c.list ? c : { ...c, shown: false, off: true, base: c.off ? c.base : element, list: null };
      this.children(element, far);
    }
    return true;
  }

  /** Whether scrolling could bring a box into view: not so for what is parked beside the page. */
  reachable(box) {
    return box.bottom > this.pageTop && box.right > this.pageLeft && box.left < this.pageRight;
  }

  /** In the part that is told, or without a box of its own. */
  near(element, tag, box, sized, c) {
    const style = getComputedStyle(element);
    let { clip: clipBox, abs } = c;
    if (c.off && sized) [clipBox, abs] = this.clipsFor(element, c);
    if (style.position === 'fixed') clipBox = this.view;
    else if (style.position === 'absolute') clipBox = abs;
    const shown = sized ? this.placed(box, clipBox) : c.shown;
    if (sized && !shown) {
      if (c.off || clipBox !== c.clip) this.children(element, { ...c, shown: false });
      return;
    }
    const clips = style.overflowX !== 'visible' || style.overflowY !== 'visible';
    const inner = clips && tag !== 'body' && tag !== 'html' ? overlap(clipBox, box) : clipBox;
    const pointer = style.cursor === 'pointer';
    const ghost = style.opacity === '0' || style.visibility !== 'visible' || parseFloat(style.fontSize) < 2;
    const next = {
      ...c,
      clip: inner,
      own: clipBox,
      abs: style.position !== 'static' || style.transform !== 'none' ? inner : abs,
      shown,
      off: sized ? false : c.off,
      straddles: sized && (box.top < clipBox.top || box.bottom > clipBox.bottom),
      pointer,
      pre: style.whiteSpace.startsWith('pre'),
      mute:
        c.mute ||
        c.behind ||
        ghost ||
        rawAttr(element, 'aria-hidden') === 'true' ||
        (sized && box.width <= 2 && box.height <= 2),
      list: null,
    };
    if (style.visibility === 'visible' && this.control(element, tag, box, sized, style, c, next)) return;
    this.structure(element, tag, style, box, next, c);
  }

  /** The clips of a box found inside of something that lies elsewhere: worked out upwards. */
  clipsFor(element, c) {
    let clipBox = c.clip;
    const chain = [];
    for (let node = flatParent(element); node instanceof Element; node = flatParent(node)) {
      chain.push(node);
      if (node === c.base) break;
    }
    let { abs } = c;
    for (const node of chain.reverse()) {
      const style = getComputedStyle(node);
      if (style.position === 'fixed') clipBox = this.view;
      else if (style.position === 'absolute') clipBox = abs;
      if (style.overflowX !== 'visible' || style.overflowY !== 'visible')
        clipBox = overlap(clipBox, rectOf(node));
      if (style.position !== 'static' || style.transform !== 'none') abs = clipBox;
    }
    return [clipBox, abs];
  }
}

/** The part of a long text node that lies within the clip, by bisecting its line boxes. */
const visibleSlice = (node, clipBox) => {
  const { length } = node.data;
  const range = doc.range();
  const edge = (isBefore) => {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      range.setStart(node, middle);
      range.setEnd(node, Math.min(middle + 1, length));
      if (isBefore(range.getBoundingClientRect())) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const start = edge((box) => box.bottom <= clipBox.top);
  const end = edge((box) => box.top < clipBox.bottom);
  return (start ? '…' : '') + node.data.slice(start, Math.min(end, start + 6000)) + (end < length ? '…' : '');
};
