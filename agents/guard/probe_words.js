// The words of an element: what shows of it, its names, and what stands beside and above it. Part of
// the guard's engine.

/**
 * Text that shows; strict: also without what has no opacity or is made invisible. known: what was
 * read of elements before, by the same limit, so that no part of a page is read twice.
 */
const seenText = (element, limit = LIMIT, strict = false, known = null) => {
  const how = strict ? { opacityProperty: true, visibilityProperty: true } : {};
  let text = '';
  let count = 0;
  const visit = (node) => {
    count += 1;
    if (text.length > limit * 16 || count > limit * 2) return;
    const type = nodeType(node);
    if (type === 3) {
      const parent = parentNode(node);
      const tiny = nodeType(parent) === 1 && parseFloat(getComputedStyle(parent).fontSize) < 3;
      if (!tiny) text += node.data.slice(0, limit * 4);
      return;
    }
    if (type !== 1) return;
    const before = known && known.get(node);
    if (before) {
      text += before.text;
      count += before.count;
      return;
    }
    const tag = localName(node);
    if (/^(script|style|noscript|template|select|textarea|iframe)$/.test(tag)) return;
    if (tag === 'img' || tag === 'input') {
      text += ` ${attr(node, 'alt') || ''} `;
      return;
    }
    if (namespaceOf(node) !== SVG && tag !== 'slot' && !isVisible(node, how)) {
      if (getComputedStyle(node).display !== 'contents') return;
    }
    const block = !/^(a|b|i|em|strong|span|small|code|font|u|s|mark|sub|sup|tspan|slot)$/.test(tag);
    if (block) text += ' ';
    const { unicodeBidi, direction, flexDirection, display } = getComputedStyle(node);
    if (/override/.test(unicodeBidi) && direction === 'rtl') text += '\u202e';
    pseudo(node, '::before');
    if (/flex/.test(display) && flexDirection === 'row-reverse') {
      const parts = [];
      eachChild(node, (child) => parts.unshift(child));
      parts.forEach(visit);
    } else eachChild(node, visit);
    pseudo(node, '::after');
    if (block) text += ' ';
  };
  const pseudo = (node, which) => {
    if (namespaceOf(node) === SVG) return;
    const { content } = getComputedStyle(node, which);
    if (!content || content === 'none' || content === 'normal') return;
    for (const part of content.match(/"(?:[^"\\]|\\.)*"/g) || []) {
      const said = part.slice(1, -1);
      if (/[\p{L}\p{N}]/u.test(said)) text += said;
    }
  };
  visit(element);
  if (known) known.set(element, { text, count });
  return ends(text, limit);
};

const byIds = (element, ids) => {
  const root = getRootNode(element);
  return cut(
    (ids || '')
      .split(/\s+/)
      .slice(0, 6)
      .map((id) => id && (root instanceof ShadowRoot ? root.getElementById(id) : doc.byId(id)))
      .filter(Boolean)
      .map((found) => attr(found, 'aria-label') || beginningOf(found, LIMIT * 4))
      .join(' '),
  );
};

const namesOf = (element) => {
  const tag = localName(element);
  const type = typeOf(element);
  const names = {};
  const put = (source, text) => {
    if (text) names[source] = text;
  };
  put('aria', cut(attr(element, 'aria-label')));
  put('labelledby', byIds(element, attr(element, 'aria-labelledby')));
  put('label', cut(labelsOf(element).map((label) => seenText(label) || wordsOf(label)).join(' ')));
  if (tag === 'input' && /^(submit|button|reset|image)$/.test(type)) {
    const shown = type === 'image' ? attr(element, 'alt') : inputValue(element);
    put('value', cut(shown));
    if (type === 'submit' && rawAttr(element, 'value') === null) put('value', 'Submit');
  } else if (!/^(input|select|textarea)$/.test(tag)) {
    put('text', seenText(element));
    const svg = queryOne(element, 'svg title, svg text, svg desc');
    put('svg', svg ? cut(textOf(svg), 120) : '');
  }
  const value = tag === 'button' ? cut(attr(element, 'value'), 60) : '';
  if (value && /^[\p{L} _-]{3,40}$/u.test(value)) put('sends', value.replace(/[_-]/g, ' '));
  put('alt', cut(attr(element, 'alt'), 120));
  put('title', cut(attr(element, 'title'), 120));
  put('placeholder', cut(attr(element, 'placeholder') || attr(element, 'data-placeholder'), 120));
  return names;
};

/** Words of its id, classes and icon, for what has no name. */
const hintOf = (element) => {
  const parts = [attr(element, 'id'), attr(element, 'class'), attr(element, 'name')];
  for (const name of ['data-testid', 'data-test', 'data-action', 'data-icon', 'data-cy']) parts.push(attr(element, name));
  for (const icon of firstOf(queryAll(element, 'svg, use, i, img, span[class]'), 4)) {
    parts.push(attr(icon, 'class'), attr(icon, 'data-icon'), attr(icon, 'data-lucide'));
    const source = attr(icon, 'href') || attr(icon, 'xlink:href') || attr(icon, 'src') || '';
    if (!source.startsWith('data:')) parts.push(source.split(/[#/]/).pop());
  }
  return cut(parts.filter(Boolean).join(' ').replace(/[_.-]+/g, ' '), 200);
};

const labelOfField = (element) => {
  const label = labelsOf(element)
    .map((each) => wordsOf(each, 200))
    .join(' ');
  if (label) return label;
  const stated = cut(attr(element, 'aria-label')) || byIds(element, attr(element, 'aria-labelledby'));
  if (stated) return stated;
  const held = cut(attr(element, 'placeholder') || attr(element, 'title'), 120);
  if (held) return held;
  const type = typeOf(element);
  return type === 'checkbox' || type === 'radio' ? besides(element) : '';
};

/** The text right beside an element; more: how much longer than its own it has to be. */
const besides = (element, more = 0) => {
  const own = more ? wordsOf(element, 220).length + more : 0;
  const next = more ? null : nextSibling(element);
  if (next && wordsOf(next)) return wordsOf(next, 220);
  let node = element;
  for (let depth = 0; depth < 4 && node; depth += 1) {
    const parent = parentNode(node);
    if (!parent || nodeType(parent) !== 1 || /^(body|html)$/.test(localName(parent))) return '';
    const text = wordsOf(parent, 220);
    if (text.length > own) return text;
    node = parent;
  }
  return '';
};

const HEADINGS = 'h1, h2, h3, h4, h5, h6, [role=heading], legend, caption, .modal-title, .card-title';
/** The heading before an element: its own box's, or the nearest one above it on the page. */
const headingBefore = (element) => {
  let node = element;
  for (let depth = 0; depth < 6 && node && nodeType(node) === 1; depth += 1, node = parentNode(node)) {
    if (/^(body|html)$/.test(localName(node))) return '';
    let before = previousOf(node);
    for (let i = 0; i < 6 && before; i += 1, before = previousOf(before)) {
      const found = matches(before, HEADINGS) ? before : queryOne(before, HEADINGS);
      if (found) return seenText(found, 160);
    }
  }
  return '';
};
const headingOf = (element, scope) => (scope ? headingIn(scope) : headingBefore(element));
const headingIn = once((scope) => {
  const ids = byIds(scope, attr(scope, 'aria-labelledby'));
  const stated = ids || cut(attr(scope, 'aria-label'), 160);
  if (stated) return stated;
  const heading = queryOne(scope, HEADINGS);
  return heading ? seenText(heading, 160) : headingBefore(scope);
});
