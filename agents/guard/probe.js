// What the guard reads of an element. A selector engine in Playwright's isolated world, after
// browser/observe_dom.js: everything is read through the prototypes' own accessors, since named
// fields shadow a form's properties and a page may have patched its own prototypes.

const LIMIT = 300;
const cut = (text, limit = LIMIT) => (text || '').slice(0, limit * 4).replace(/\s+/g, ' ').trim().slice(0, limit);
/** How a node's text begins. How long it all is is the page's choice, so it is not read whole. */
const beginningOf = (node, limit) => {
  if (nodeType(node) !== 1) return (textOf(node) || '').slice(0, limit);
  const texts = doc.texts(node);
  let text = '';
  while (text.length < limit && texts.nextNode()) text += texts.currentNode.data.slice(0, limit);
  return text.slice(0, limit);
};
const wordsOf = (node, limit = LIMIT) => (node ? cut(beginningOf(node, limit * 4), limit) : '');
/** Read once in a look, for each node: an element and the button of its form ask the same things. */
const kept = new Set();
const once = (read) => {
  const known = new Map();
  kept.add(known);
  return (node) => {
    if (!known.has(node)) known.set(node, read(node));
    return known.get(node);
  };
};
/** The first items of a DOM list that are wanted; a copy of the list would wrap every one. */
const firstOf = (list, most, wanted = () => true) => {
  const found = [];
  for (let i = 0; list && found.length < most && i < list.length; i += 1) if (wanted(list[i])) found.push(list[i]);
  return found;
};
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

const isSubmitter = (element) => {
  const tag = localName(element);
  const type = typeOf(element);
  return (tag === 'button' && type === 'submit') || (tag === 'input' && /^(submit|image)$/.test(type));
};
const defaultOf = (form) => firstOf(elementsOf(form), 1, isSubmitter)[0] || imageOf(form);
const imageOf = (form) => queryOne(form, 'input[type=image]');

const DIALOG = 'dialog, [role=dialog], [role=alertdialog], [aria-modal=true], .modal, .popup, .swal2-popup';

const dialogOf = (element) => {
  const found = closest(element, DIALOG);
  return found && !/^(body|html)$/.test(localName(found)) ? found : null;
};
const sectionOf = (element, form) =>
  form || closest(element, 'fieldset, section, article, [role=region], [role=group], .card, .panel, li, tr');

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
// A box in a form is sent by the form's button; with one of these it may act when it is ticked.
const CHANGES = ['onchange', 'oninput', 'ng-change', '@change', 'v-on:change', 'x-on:change', 'wire:change', 'wire:model.live', '(change)', 'phx-change', 'data-autosubmit', 'data-auto-submit'];
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

/** Its box in the view of the top document. */
const inTop = (element) => {
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

/**
 * One element's facts, without what lies over it. whole: also what is read of the rest of the page,
 * which tells people what they approve and binds their approval to it.
 */
const read = (element, whole) => {
  const tag = localName(element);
  const form = formOf(element);
  const submits = isSubmitter(element) && form !== null;
  const dialog = dialogOf(element);
  const scope = dialog || sectionOf(element, form);
  const isTick = /^(checkbox|radio)$/.test(typeOf(element)) || /^(checkbox|switch)$/.test(roleOf(element));
  const handlers = HANDLERS.map((name) => attr(element, name)).filter(Boolean);
  if (isTick) handlers.push(...[element, form].flatMap((node) => (node ? CHANGES.map((name) => attr(node, name)) : [])).filter((code) => code !== null));
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
    form: form ? readForm(form, submits ? element : null, whole) : null,
    fields: form ? [] : nearFields(element),
    ...(whole ? { ...holding(element, form, submits), ...seenAround(element, scope) } : {}),
    origin: self.origin,
    top_origin: ancestors && ancestors.length ? ancestors[ancestors.length - 1] : self.origin,
    frame_url: location.href.slice(0, 2000),
    box: inTop(element),
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
  kept.forEach((known) => known.clear());
  const actor = actorOf(element);
  const hit = options.hit ? hitOf(element, actor, options.scroll, options.point) : null;
  const form = formOf(actor);
  const first = form && !isSubmitter(actor) ? defaultOf(form) : null;
  const answer = read(actor, options.whole);
  answer.brief = !options.whole;
  answer.chosen = chosenOf(actor, options.pick);
  if (first) answer.default = read(first, options.whole);
  if (hit && /^(body|html)$/.test(localName(hit))) return answer;
  if (hit) answer.hit = read(hit, options.whole);
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

const isFrame = (element) => /^(iframe|frame)$/.test(localName(element));

/**
 * `of:{...}` the element it is chained to; `point:{x,y}` and `focused:` of the document; `held:{key}` the
 * element that was looked at by the short way.
 */
const engine = {
  queryAll(root, selector) {
    const [, what, rest] = /^(\w+):(.*)$/s.exec(selector) || [];
    const options = { hit: true, scroll: true, whole: true, ...JSON.parse(decodeURIComponent(rest || '%7B%7D')) };
    if (what === 'held') return [heldAs(options.key)];
    if (options.announce) tellWorld(options.announce);
    let target = root;
    if (what === 'point' || what === 'pointframe') target = deepAt(options.x, options.y);
    if (what === 'focused' || what === 'focusedframe') target = focusedOne();
    const framed = target && nodeType(target) === 1 && isFrame(target);
    if (what.endsWith('frame')) return framed ? [target] : [];
    const holder = doc.create('pre');
    let answer;
    try {
      if (!target || nodeType(target) !== 1) answer = { none: true };
      else if (framed && what !== 'of') {
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
