// What the guard reads of an element. A selector engine in Playwright's isolated world, after
// browser/observe_dom.js: everything is read through the prototypes' own accessors, since named
// fields shadow a form's properties and a page may have patched its own prototypes.

const LIMIT = 300;
const cut = (text, limit = LIMIT) => (text || '').slice(0, limit * 4).replace(/\s+/g, ' ').trim().slice(0, limit);
/** Both ends of a long text: what counts may stand behind much that nobody reads. */
const ends = (text, limit = LIMIT) => {
  const line = text.slice(0, limit * 20).replace(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 100)} … ${line.slice(-97)}`;
};
const getter = (type, name) => {
  const found = Object.getOwnPropertyDescriptor(type.prototype, name);
  return (node) => (found && node instanceof type ? found.get.call(node) : undefined);
};
const inputType = getter(HTMLInputElement, 'type');
const buttonType = getter(HTMLButtonElement, 'type');
const inputForm = getter(HTMLInputElement, 'form');
const buttonForm = getter(HTMLButtonElement, 'form');
const selectForm = getter(HTMLSelectElement, 'form');
const areaForm = getter(HTMLTextAreaElement, 'form');
const labelControl = getter(HTMLLabelElement, 'control');
const elementsOf = getter(HTMLFormElement, 'elements');
const inputLabels = getter(HTMLInputElement, 'labels');
const selectLabels = getter(HTMLSelectElement, 'labels');
const areaLabels = getter(HTMLTextAreaElement, 'labels');
const buttonLabels = getter(HTMLButtonElement, 'labels');
const inputValue = getter(HTMLInputElement, 'value');
const selectValue = getter(HTMLSelectElement, 'value');
const areaValue = getter(HTMLTextAreaElement, 'value');
const inputChecked = getter(HTMLInputElement, 'checked');
const inputFiles = getter(HTMLInputElement, 'files');
const selectedOptions = getter(HTMLSelectElement, 'selectedOptions');
const optionValue = getter(HTMLOptionElement, 'value');
const textOf = getter(Node, 'textContent');
const previousOf = getter(Element, 'previousElementSibling');
const closest = method(Element, 'closest');
const rootAll = method(DocumentFragment, 'querySelectorAll');
const ACTOR =
  'button, a, area, input, select, textarea, summary, option, [role=button], [role=link], [role=menuitem], ' +
  '[role=checkbox], [role=radio], [role=switch], [role=tab], [role=option], [role=menuitemcheckbox], ' +
  '[onclick], [contenteditable=""], [contenteditable=true], label';
const FIELDS = 'input, select, textarea';

const formOf = (element) => {
  for (const read of [inputForm, buttonForm, selectForm, areaForm]) {
    const form = read(element);
    if (form) return form;
  }
  return null;
};
const labelsOf = (element) => {
  for (const read of [inputLabels, selectLabels, areaLabels, buttonLabels]) {
    const labels = read(element);
    if (labels) return [...labels];
  }
  return [];
};
const typeOf = (element) => {
  const tag = localName(element);
  if (tag === 'input') return inputType(element) || 'text';
  if (tag === 'button') return buttonType(element) || 'submit';
  if (tag === 'select' || tag === 'textarea') return tag;
  return '';
};
const absolute = (address) => {
  try {
    return new URL(address, document.baseURI).href.slice(0, 2000);
  } catch {
    return String(address).slice(0, 2000);
  }
};

/** Text that shows; strict: also without what has no opacity or is made invisible. */
const seenText = (element, limit = LIMIT, strict = false) => {
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
      .map((found) => attr(found, 'aria-label') || textOf(found))
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
  put('label', cut(labelsOf(element).map((label) => seenText(label) || cut(textOf(label))).join(' ')));
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
  for (const icon of [...queryAll(element, 'svg, use, i, img, span[class]')].slice(0, 4)) {
    parts.push(attr(icon, 'class'), attr(icon, 'data-icon'), attr(icon, 'data-lucide'));
    const source = attr(icon, 'href') || attr(icon, 'xlink:href') || attr(icon, 'src') || '';
    if (!source.startsWith('data:')) parts.push(source.split(/[#/]/).pop());
  }
  return cut(parts.filter(Boolean).join(' ').replace(/[_.-]+/g, ' '), 200);
};

const labelOfField = (element) => {
  const label = labelsOf(element)
    .map((each) => cut(textOf(each), 200))
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
  const own = more ? cut(textOf(element), 220).length + more : 0;
  const next = more ? null : nextSibling(element);
  if (next && cut(textOf(next))) return cut(textOf(next), 220);
  let node = element;
  for (let depth = 0; depth < 4 && node; depth += 1) {
    const parent = parentNode(node);
    if (!parent || nodeType(parent) !== 1 || /^(body|html)$/.test(localName(parent))) return '';
    const text = cut(textOf(parent), 220);
    if (text.length > own) return text;
    node = parent;
  }
  return '';
};

const isSubmitter = (element) => {
  const tag = localName(element);
  const type = typeOf(element);
  return (tag === 'button' && type === 'submit') || (tag === 'input' && /^(submit|image)$/.test(type));
};
const defaultOf = (form) => [...(elementsOf(form) || [])].find(isSubmitter) || imageOf(form);
const imageOf = (form) => queryOne(form, 'input[type=image]');

const HEADINGS = 'h1, h2, h3, h4, h5, h6, [role=heading], legend, caption, .modal-title, .card-title';
const DIALOG = 'dialog, [role=dialog], [role=alertdialog], [aria-modal=true], .modal, .popup, .swal2-popup';

const dialogOf = (element) => {
  const found = closest(element, DIALOG);
  return found && !/^(body|html)$/.test(localName(found)) ? found : null;
};
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
const headingOf = (element, scope) => {
  if (!scope) return headingBefore(element);
  const ids = byIds(scope, attr(scope, 'aria-labelledby'));
  const stated = ids || cut(attr(scope, 'aria-label'), 160);
  if (stated) return stated;
  const heading = queryOne(scope, HEADINGS);
  return heading ? seenText(heading, 160) : headingBefore(scope);
};
const sectionOf = (element, form) =>
  form || closest(element, 'fieldset, section, article, [role=region], [role=group], .card, .panel, li, tr');

const PRICE =
  /(?:[$€£¥₽₺₹₩₴]|\b(?:USD|EUR|GBP|CHF|PLN|SEK|NOK|DKK|CZK|JPY|CNY|INR|BRL)\b)\s?\d[\d .,'’\u00a0]{0,14}|\d[\d.,'’\u00a0]{0,14}\s?(?:[$€£¥₽₺₹₩₴]|\b(?:USD|EUR|GBP|CHF|PLN|zł|kr|Kč|SEK|NOK|DKK|JPY|CNY|INR|BRL|TL|Ft|lei)(?![\p{L}]))/gu;
const amountsNear = (element, scope) => {
  let node = scope || element;
  for (let depth = 0; depth < 4 && node && nodeType(node) === 1; depth += 1, node = parentNode(node)) {
    if (/^(body|html)$/.test(localName(node)) && depth > 0) break;
    const found = (textOf(node) || '').slice(0, 20000).match(PRICE);
    if (found) return [...new Set(found.map((each) => each.replace(/\s+/g, ' ').trim()))].slice(0, 12);
  }
  return [];
};

/** What a person reads around an element: the nearest box that names a price, and the page's totals. */
const SHOWN = 6000;
const TOTAL =
  /(?:\b(?:(?:sub)?total|sum|amount due|to pay|gesamt\p{L}*|summe|betrag|zu zahlen|montant|à payer|totale|da pagare|importe|a pagar|bedrag|totaal|te betalen|razem|suma|do zapłaty|toplam|итого|к оплате)|合計|总计|总额)[^\d]{0,40}\d[\d.,'’ ]{0,14}/giu;
const shownAround = (element, scope) => {
  let text = '';
  let node = scope || element;
  for (; node && nodeType(node) === 1; node = parentNode(node)) {
    text = seenText(node, SHOWN, true);
    if (text.match(PRICE)) break;
  }
  const body = doc.body();
  const totals = !body || node === body ? [] : seenText(body, SHOWN, true).match(TOTAL) || [];
  return [text, ...totals.slice(0, 20)].join('\n');
};

const announced = (element, form) => {
  const from = (node) => {
    if (!node) return null;
    for (const verb of ['delete', 'put', 'patch', 'post', 'get']) {
      const address = attr(node, `hx-${verb}`) ?? attr(node, `data-hx-${verb}`);
      if (address !== null) return { method: verb, target: absolute(address) };
    }
    const method = attr(node, 'data-turbo-method') || attr(node, 'data-method');
    return method ? { method: method.toLowerCase(), target: absolute(attr(node, 'href') || attr(node, 'data-url') || '') } : null;
  };
  return from(element) || from(form) || {};
};
const HANDLERS = ['onclick', 'onmousedown', 'onmouseup', 'onpointerdown', 'onsubmit', 'onkeydown', 'onkeypress', 'ng-click', '@click', 'v-on:click', 'data-action', 'wire:click', 'x-on:click', '(click)', 'data-onclick', 'phx-click'];

const roleOf = (element) => {
  const stated = (attr(element, 'role') || '').trim().split(/\s+/, 1)[0].toLowerCase();
  if (stated) return stated;
  const tag = localName(element);
  const type = typeOf(element);
  if (tag === 'input') {
    if (/^(submit|button|reset|image)$/.test(type)) return 'button';
    return /^(checkbox|radio)$/.test(type) ? type : 'textbox';
  }
  return { a: 'link', area: 'link', button: 'button', select: 'combobox', textarea: 'textbox', th: 'columnheader' }[tag] || '';
};

const whole = (element) => {
  const box = rectOf(element);
  if (!box.width && !box.height) return null;
  let { x, y } = box;
  try {
    for (let view = window; view !== view.top; view = view.parent) {
      const frame = view.frameElement;
      if (!frame) return null;
      const outer = frame.getBoundingClientRect();
      x += outer.x + frame.clientLeft;
      y += outer.y + frame.clientTop;
    }
  } catch {
    return null;
  }
  return [x, y, box.width, box.height].map((side) => Math.round(side * 10) / 10);
};

/** One element's facts, without what lies over it. */
const read = (element) => {
  const tag = localName(element);
  const form = formOf(element);
  const submits = isSubmitter(element) && form !== null;
  const dialog = dialogOf(element);
  const scope = dialog || sectionOf(element, form);
  const isTick = /^(checkbox|radio)$/.test(typeOf(element)) || /^(checkbox|switch)$/.test(roleOf(element));
  const handlers = HANDLERS.map((name) => attr(element, name)).filter(Boolean);
  if (submits && form && attr(form, 'onsubmit')) handlers.push(attr(form, 'onsubmit'));
  const href = tag === 'a' || tag === 'area' ? rawAttr(element, 'href') ?? rawAttr(element, 'xlink:href') : null;
  const link = href === null ? '' : /^\s*javascript:/i.test(href) ? href.trim().slice(0, 600) : href.trim().replace(/^#$/, '#');
  const ancestors = location.ancestorOrigins;
  return {
    tag,
    type: typeOf(element),
    role: roleOf(element),
    names: namesOf(element),
    hint: hintOf(element),
    name: cut(attr(element, 'name') || attr(element, 'id') || '', 80),
    autocomplete: cut(attr(element, 'autocomplete') || '', 60),
    href: link === '' || link === '#' || link.startsWith('javascript') || /^javascript/i.test(link) ? link : absolute(link),
    download: hasAttr(element, 'download'),
    handler: cut(handlers.join('; '), 600),
    confirm: cut(attr(element, 'data-confirm') || attr(element, 'data-turbo-confirm') || attr(element, 'hx-confirm') || '', 200),
    popup: attr(element, 'aria-haspopup') || '',
    expanded: attr(element, 'aria-expanded') || '',
    toggle: cut(attr(element, 'data-bs-toggle') || attr(element, 'data-toggle') || '', 40),
    submits,
    editable: element.isContentEditable === true,
    masked: (getComputedStyle(element).webkitTextSecurity || 'none') !== 'none',
    opaque: tag.includes('-') && shadowRootOf(element) === null && !firstElementChild(element),
    dialog: dialog !== null,
    heading: headingOf(element, scope),
    around: dialog ? seenText(dialog, 300) : besides(element, isTick ? 0 : 12),
    described: cut(attr(element, 'aria-description')) || byIds(element, attr(element, 'aria-describedby')),
    form: form ? readForm(form, submits ? element : null) : null,
    fields: form ? [] : nearFields(element),
    held: form ? heldIn(form) : isField(element) ? '' : heldNear(element),
    amounts: amountsNear(element, scope),
    shown: shownAround(element, scope),
    sends: form ? sentBy([...(elementsOf(form) || [])], submits ? element : null) : isField(element) ? [] : sentNear(element),
    origin: self.origin,
    top_origin: ancestors && ancestors.length ? ancestors[ancestors.length - 1] : self.origin,
    frame_url: location.href.slice(0, 2000),
    box: whole(element),
    ...announced(element, submits ? form : null),
  };
};

/** What is pressed when this is pressed: the button around a text, the box that a label is for. */
const actorOf = (element) => {
  let found = closest(element, ACTOR) || element;
  if (!closest(element, ACTOR)) {
    const root = getRootNode(element);
    if (root instanceof ShadowRoot) found = closest(root.host, ACTOR) || element;
  }
  if (localName(found) === 'label') {
    const control = labelControl(found);
    return control || element;
  }
  return localName(found) === 'option' ? closest(found, 'select') || found : found;
};

/** The element at a point, through open shadow trees. */
const deepAt = (x, y) => {
  let found = doc.at(x, y);
  for (let depth = 0; found && depth < 10; depth += 1) {
    const root = shadowRootOf(found);
    const inner = root && root.elementFromPoint(x, y);
    if (!inner || inner === found) break;
    found = inner;
  }
  return found;
};

/** point: where in the element it is pressed, as Playwright counts; its centre without. */
const hitOf = (element, actor, scroll, point) => {
  let box = rectOf(element);
  if (!box.width && !box.height) return null;
  const out = (b) => b.bottom < 0 || b.right < 0 || b.top + b.height / 2 > innerHeight || b.top + b.height / 2 < 0 || b.left + b.width / 2 > innerWidth || b.left + b.width / 2 < 0;
  if (scroll && out(box)) {
    Element.prototype.scrollIntoView.call(element, { block: 'center', inline: 'center', behavior: 'instant' });
    box = rectOf(element);
  }
  const hit = point
    ? deepAt(box.left + element.clientLeft + point.x, box.top + element.clientTop + point.y)
    : deepAt(box.left + box.width / 2, box.top + box.height / 2);
  if (!hit || hit === element) return null;
  const other = actorOf(hit);
  return other === actor || other === element ? null : other;
};

const facts = (element, options) => {
  const actor = actorOf(element);
  const hit = options.hit ? hitOf(element, actor, options.scroll, options.point) : null;
  const form = formOf(actor);
  const first = form && !isSubmitter(actor) ? defaultOf(form) : null;
  const answer = read(actor);
  if (options.pick) answer.chosen = chosenOf(actor, options.pick);
  if (first) answer.default = read(first);
  if (hit && /^(body|html)$/.test(localName(hit))) return answer;
  if (hit) answer.hit = read(hit);
  return answer;
};

const focusedOne = () => {
  let found = document.activeElement;
  for (let depth = 0; found && depth < 10; depth += 1) {
    const root = shadowRootOf(found);
    if (!root || !root.activeElement) break;
    found = root.activeElement;
  }
  return found;
};

/** `of:{...}` the element it is chained to; `at:x,y` and `focused:` of the document. */
const engine = {
  queryAll(root, selector) {
    const [, what, rest] = /^(\w+):(.*)$/s.exec(selector) || [];
    const options = { hit: true, scroll: true, ...JSON.parse(decodeURIComponent(rest || '%7B%7D')) };
    let target = root;
    if (what === 'point' || what === 'pointframe') target = deepAt(options.x, options.y);
    if (what === 'focused' || what === 'focusedframe') target = focusedOne();
    const isFrame = target && /^(iframe|frame)$/.test(localName(target));
    if (what.endsWith('frame')) return isFrame ? [target] : [];
    const holder = doc.create('pre');
    let answer;
    try {
      if (!target || nodeType(target) !== 1) answer = { none: true };
      else if (isFrame && what !== 'of') {
        const box = rectOf(target);
        answer = { frame: [box.x + target.clientLeft, box.y + target.clientTop] };
      } else answer = facts(target, { ...options, hit: options.hit && what === 'of' });
    } catch (error) {
      answer = { error: `${error && error.message}`.slice(0, 300) };
    }
    holder.textContent = JSON.stringify(answer);
    return [holder];
  },
};
