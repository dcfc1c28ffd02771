// The visible pieces of one repeated item, each with the clues that name it.
// A piece: {t: text, p: path of tags, k: words of the markup, h: address, ...its looks}.

const MAX_PIECES = 60;
const INLINE = new Set([
  'B', 'I', 'EM', 'STRONG', 'MARK', 'CODE', 'SUB', 'SUP', 'U', 'SMALL', 'BR', 'WBR', 'KBD', 'ABBR', 'Q',
  'CITE',
]);
// Classes that say how a thing stands now, not what it is.
const STATE = new RegExp(
  '^(is|has|js)-|active|selected|current|hover|focus|odd|even|first|last|hidden|visible|open|closed|show' +
    '|fade|new|visited|accepted|featured|pinned|sticky|highlight|\\d',
  'i',
);
const lastingClassesOf = once((element) => classesOf(element).filter((name) => !STATE.test(name)));
const PRICEY = /price|amount|cost/i;
const MONEY = /^[^\d]{0,6}\d[\d\s.,']*[^\d]{0,6}$/;
// What only a screen reader says beside drawn stars or icons ("4.8 out of 5 stars").
const SPOKEN = new RegExp(
  '^\\D{0,20}\\d[\\d.,]*\\s*(out of|\\/|stars?|of)\\s*\\d*' +
    '|^\\d[\\d.,]*\\s*(comments?|replies|likes|views|reviews|ratings)\\b',
  'i',
);
const isSpoken = (element) => {
  const box = boxOf(element);
  const unseen = box.width > 0 && box.height > 0 && box.width <= 1.5;
  if (!unseen || element.children.length || SKIPPED.has(element.tagName)) return false;
  return element.textContent.length < 50 && SPOKEN.test(clean(element.textContent));
};

/** What a piece takes from the elements around it. */
const NOWHERE = { path: '', words: '', href: '' };
const contextOf = (element, around) => {
  const tag = element.tagName;
  const kind = lastingClassesOf(element)[0];
  return {
    path: `${around.path}>${tag.toLowerCase()}${kind ? `.${kind}` : ''}`,
    words: around.root && element.children.length ? '' : cluesOf(element) || around.words,
    href: (tag === 'A' && element.href) || around.href,
    head: around.head || isHeading(element) || roleOf(element) === 'heading',
    del: around.del || tag === 'DEL' || tag === 'S' || tag === 'STRIKE',
    label: element.getAttribute('data-label') || around.label,
    btn: around.btn || tag === 'BUTTON' || roleOf(element) === 'button',
  };
};
const pieceOf = (text, context, more) => ({
  t: text.slice(0, 600),
  p: context.path,
  k: context.words,
  h: context.href,
  ...more,
});

/** How a piece is drawn and what its attributes add. */
const looksOf = (element, context) => {
  const { size, bold, struck } = typeOf(element);
  const looks = { fs: size, b: bold ? 1 : 0 };
  const kind = element.getAttribute('itemprop');
  if (context.head) looks.hd = 1;
  if (context.btn) looks.btn = 1;
  if (context.btn && nearest(element, '[disabled],[aria-disabled=true]')) looks.off = 1;
  if (context.del || struck) looks.del = 1;
  if (kind) looks.ip = kind;
  if (context.label) looks.l = context.label;
  if (element.tagName === 'TIME' && element.dateTime) looks.d = element.dateTime;
  const tip = element.getAttribute('title') || element.getAttribute('aria-label');
  if (tip) looks.tip = clean(tip).slice(0, 200);
  return looks;
};

/** Of what is not drawn: what a screen reader says, and what search engines read. */
const collectUnshown = (element, out, around) => {
  if (isSpoken(element)) {
    const context = { ...around, words: cluesOf(element) || around.words };
    out.push(pieceOf(clean(element.textContent), context, {}));
  }
  const kind = element.getAttribute('itemprop');
  if (kind && element.content)
    out.push(pieceOf(clean(element.content), { ...around, words: kind }, { ip: kind, hid: 1 }));
};

const pictureOf = (element, context) => {
  const kind = element.getAttribute('itemprop');
  const more = { img: element.currentSrc || element.src, ...(kind ? { ip: kind } : {}) };
  return pieceOf(clean(element.alt), context, more);
};

const isTicked = (element) => element.tagName === 'INPUT' && /checkbox|radio/.test(element.type);
const valueOf = (element) => {
  if (element.tagName === 'SELECT') return [...element.selectedOptions].map((o) => clean(o.text)).join(', ');
  if (isTicked(element)) return element.checked ? 'yes' : 'no';
  return element.value;
};
const fieldOf = (element, context) => {
  const untold = /hidden|password|submit|button|reset|image/;
  if (element.tagName === 'INPUT' && untold.test(element.type)) return null;
  const value = valueOf(element);
  const form = isTicked(element) ? 2 : 1;
  return value ? pieceOf(clean(value), context, { ...looksOf(element, context), form }) : null;
};

/** The piece, or null for none, of an element that is drawn by itself; undefined for the others. */
const drawnByItself = (element, context) => {
  const tag = element.tagName;
  if (tag === 'IMG') return pictureOf(element, context);
  if (tag === 'svg' || tag === 'SVG') {
    const label = element.getAttribute('aria-label');
    return label ? pieceOf(clean(label), context, {}) : null;
  }
  if (tag === 'SELECT' || tag === 'TEXTAREA' || tag === 'INPUT') return fieldOf(element, context);
  if (tag === 'METER' || tag === 'PROGRESS')
    return pieceOf(String(element.value), context, looksOf(element, context));
  return undefined;
};

/** What a sign means: by its label, or by its title ("Unread" of a dot). */
const signOf = (element, context, inner) => {
  const label = clean(element.getAttribute('aria-label'));
  if (label) {
    const whole = textOf(element);
    if (!whole || roleOf(element) === 'img' || !/[a-z0-9]/i.test(whole))
      return pieceOf(label, context, { ...looksOf(element, context), w: whole.slice(0, 40) });
  }
  if (inner.length) return undefined;
  const tip = clean(element.title);
  const whole = textOf(element);
  if (!whole) return tip ? pieceOf(tip, context, looksOf(element, context)) : null;
  const plain = tip && !context.btn && !context.href && !/[\p{L}\p{N}\p{Sc}★☆⭐✩½]/u.test(whole);
  return plain ? pieceOf(tip, { ...context, words: 'state' }, looksOf(element, context)) : undefined;
};

/** A price whose figures stand in elements of their own: "$19" and "99" are "$19.99". */
const priceOf = (element, context, inner) => {
  if (!inner.length || !PRICEY.test(cluesOf(element))) return undefined;
  const whole = textOf(element);
  if (whole.length >= 24 || !MONEY.test(whole)) return undefined;
  if (inner.some((child) => /^(DEL|S)$/.test(child.tagName))) return undefined;
  const price = whole.replace(/(\d) (\d\d)$/, '$1.$2').replace(/\s+/g, '');
  return pieceOf(price, context, looksOf(element, context));
};

/** Lines with a bold one among them, in one of several such, are a title and facts. */
const isTitleAndFacts = (element, inner) => {
  if (!inner.some((child) => child.tagName === 'BR')) return false;
  if (!inner.some((child) => /^(B|STRONG)$/.test(child.tagName)) || !element.parentElement) return false;
  return [...element.parentElement.children].some(
    (other) =>
      other !== element &&
      other.tagName === element.tagName &&
      other.className === element.className &&
      other.querySelector('br'),
  );
};

/** Running text with nothing in it but emphasis is one piece. */
const sentenceOf = (element, context, nodes, inner) => {
  if (!inner.length || !nodes.some((node) => node.nodeType === 3 && node.data.trim())) return undefined;
  const plainly = inner.every(
    (child) =>
      INLINE.has(child.tagName) && !child.querySelector('a,button,img') && !classesOf(child).length,
  );
  if (!plainly || isTitleAndFacts(element, inner)) return undefined;
  const whole = textOf(element);
  return whole ? pieceOf(whole, context, looksOf(element, context)) : null;
};

const collectInside = (element, context, nodes, out) => {
  for (const node of nodes) {
    if (node.nodeType === 1) collectPieces(node, out, context);
    if (node.nodeType !== 3) continue;
    const text = clean(node.data);
    if (text) out.push(pieceOf(text, context, looksOf(element, context)));
  }
};

/** Appends the pieces of an element. around: its parent's context, with `root` for an item itself. */
function collectPieces(element, out, around) {
  if (out.length >= MAX_PIECES) return;
  if (!isShown(element)) {
    collectUnshown(element, out, around);
    return;
  }
  const context = contextOf(element, around);
  let piece = drawnByItself(element, context);
  const nodes = piece === undefined ? nodesOf(element) : [];
  const inner = nodes.filter((node) => node.nodeType === 1);
  if (piece === undefined) piece = signOf(element, context, inner);
  if (piece === undefined) piece = priceOf(element, context, inner);
  if (piece === undefined) piece = sentenceOf(element, context, nodes, inner);
  if (piece) out.push(piece);
  if (piece !== undefined) return;
  collectInside(element, context, nodes, out);
  const bare = element.tagName === 'A' && element.href && !inner.some((child) => child.tagName === 'IMG');
  if (bare && !textOf(element))
    out.push(pieceOf(clean(element.title || clean(element.getAttribute('aria-label'))), context, {}));
}

const piecesOf = (element) => {
  const out = [];
  collectPieces(element, out, NOWHERE);
  return out;
};

const addressOf = (root) => {
  if (root.tagName === 'A') return root.href;
  const parent = parentOf(root);
  return parent && parent.tagName === 'A' ? parent.href : '';
};

const collectRecord = (roots) => {
  const tokens = [];
  for (const root of roots) collectPieces(root, tokens, { ...NOWHERE, root: true, href: addressOf(root) });
  const type = roots[0].getAttribute('itemtype');
  return { tokens, ...(type ? { type } : {}) };
};
const recordOfOne = once((root) => collectRecord([root]));
/** {tokens, type?} of an item, whose parts may be several elements. */
const recordOf = (roots) => (roots.length === 1 ? recordOfOne(roots[0]) : collectRecord(roots));

const pathsOf = once((record) => new Set(record.tokens.map((token) => token.p.replace(/\.[^>]*/g, ''))));

/** How much of what the first record has the others have at the same places, in [0, 1]. */
const likeness = (records) => {
  const [first, ...others] = records.slice(0, 8).map(pathsOf);
  let sum = 0;
  for (const paths of others) {
    const shared = [...paths].filter((path) => first.has(path)).length;
    const size = first.size + paths.size - shared;
    sum += size ? shared / size : 0;
  }
  return others.length ? sum / others.length : 0;
};
