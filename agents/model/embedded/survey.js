// What can be acted on in one document, and the words that tell a person what each thing is.
// Gives {items, texts, nodes}: `nodes` stay in the browser, so that a locator can be compared
// with the very element that was meant. Nothing is left behind in the page.
(opts) => {
  const clean = s => (s || '').replace(/[\s\u00a0\u200b]+/g, ' ').trim();
  const SKIP = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'IFRAME', 'OBJECT']);
  const ROLES = {A: 'link', BUTTON: 'button', SUMMARY: 'button', SELECT: 'combobox', TEXTAREA: 'textbox', OPTION: 'option', IMG: 'img', DETAILS: 'group'};
  const INPUTS = {button: 'button', submit: 'button', reset: 'button', image: 'button', checkbox: 'checkbox', radio: 'radio', range: 'slider', number: 'spinbutton', search: 'searchbox', file: 'file', color: 'color',
    date: 'date', time: 'date', month: 'date', week: 'date', 'datetime-local': 'date'};
  const WIDGET = /^(button|link|checkbox|radio|tab|menuitem|menuitemcheckbox|menuitemradio|option|switch|textbox|searchbox|combobox|listbox|slider|spinbutton|treeitem|gridcell)$/;
  const kids = e => e.shadowRoot ? [...e.shadowRoot.children] : e.tagName === 'SLOT' && e.assignedElements().length ? e.assignedElements() : [...e.children];
  const up = e => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const closest = (e, sel) => { for (let n = e; n; n = up(n)) if (n.matches(sel)) return n; return null; };
  // The page stands still meanwhile: what many elements ask of the same one is found out once.
  const once = (find, known = new Map()) => e => { if (!known.has(e)) known.set(e, find(e)); return known.get(e); };
  const words = once(e => clean(e.innerText === undefined ? e.textContent : e.innerText));
  const text = (e, n) => words(e).slice(0, n || 160);
  const byIds = (e, a) => (e.getAttribute(a) || '').split(/\s+/).filter(Boolean).map(i => e.getRootNode().getElementById ? e.getRootNode().getElementById(i) : document.getElementById(i)).filter(Boolean);
  const shown = once(e => {
    if (e.checkVisibility && !e.checkVisibility({visibilityProperty: true})) return false;
    const r = e.getBoundingClientRect();
    return r.width > 0 && r.height > 0;
  });
  const roleOf = e => {
    if (/slider[-_]*(?:handle|thumb|knob)|range[-_]*(?:handle|thumb)/i.test(e.getAttribute('class') || '') && !e.getAttribute('role')) return 'slider';
    const given = (e.getAttribute('role') || '').split(' ')[0];
    if (given && given !== 'presentation' && given !== 'none') return given;
    if (e.tagName === 'INPUT') return INPUTS[e.type] || (e.list ? 'combobox' : 'textbox');
    if (e.tagName === 'A') return e.hasAttribute('href') ? 'link' : 'generic';
    if (e.tagName === 'SELECT') return e.multiple || e.size > 1 ? 'listbox' : 'combobox';
    if (e.isContentEditable && !(up(e) && up(e).isContentEditable)) return 'textbox';
    // A strip of drawn tabs is marked as one, though its parts have no role.
    if (e.tagName !== 'BUTTON' && /(?:^|[\s_-])tabs?(?:$|[\s_-])/i.test((up(e) && up(e).getAttribute('class')) || '') && up(e).children.length > 1 && /^(SPAN|DIV|LI)$/.test(e.tagName) && text(e, 40) && getComputedStyle(e).cursor === 'pointer') return 'tab';
    return ROLES[e.tagName] || (/^H[1-6]$/.test(e.tagName) ? 'heading' : 'generic');
  };
  // The words of a label in a shadow tree may stand in its host, and only be shown through a slot.
  const slotted = e => clean([...e.querySelectorAll('slot')].flatMap(s => s.assignedNodes({flatten: true})).map(n => n.textContent).join(' '));
  const hasLabels = once(root => !!root.querySelector('label'));  // a browser goes through all for each field
  const labelOf = e => {
    const l = byIds(e, 'aria-labelledby').map(x => text(x)).join(' ') || clean(e.getAttribute('aria-label'));
    if (l) return l;
    if (hasLabels(e.getRootNode()) && e.labels && e.labels.length) return clean([...e.labels].map(x => {
      const c = x.cloneNode(true); for (const n of c.querySelectorAll('select,textarea,script,style,button')) n.remove();
      return clean(c.innerText || c.textContent) || slotted(x);
    }).join(' ')).slice(0, 200);
    return '';
  };
  // Text that stands to the left of or above a field, or right of a box: how sighted people read it.
  const beside = (e, after) => {
    let n = e;
    for (let i = 0; i < 3 && n; i++) {
      for (let s = after ? n.nextSibling : n.previousSibling; s; s = after ? s.nextSibling : s.previousSibling) {
        if (s.nodeType === 1 && (SKIP.has(s.tagName) || s.tagName === 'BR' && after)) { if (s.tagName === 'BR') break; continue; }
        // "Copies [-] [3] [+]": a stepper's buttons stand between a field and its words.
        if (!after && s.nodeType === 1 && s.tagName === 'BUTTON' && clean(s.textContent).length <= 2) continue;
        if (s.nodeType === 1 && (s.matches('input,select,textarea,button') || (s.querySelector && s.querySelector('input,select,textarea,[role=switch],[role=checkbox],[role=slider]')))) break;
        if (after && s.nodeType === 1 && s.tagName === 'LABEL' && !/checkbox|radio/.test(e.type || '')) return '';
        const t = s.nodeType === 3 ? clean(s.data) : s.nodeType === 1 && shown(s) ? text(s, 120) : '';
        if (t) return t.length <= 80 ? t : '';
      }
      const p = up(n);
      if (!p || p.tagName === 'FORM' || p.tagName === 'BODY' || p.tagName === 'FIELDSET') break;
      if (p.tagName === 'TD') { const c = p.previousElementSibling; if (c && text(c)) return text(c, 120); }
      n = p;
    }
    return '';
  };
  // A label that names no field by its markup is that of the first one after it.
  const labelBefore = e => {
    for (let n = e, i = 0; n && i < 3; n = up(n), i++) {
      for (let s = n.previousElementSibling; s; s = s.previousElementSibling) {
        if (s.tagName === 'LABEL') return s.control || !shown(s) ? '' : text(s, 120);
        if (s.matches('input,select,textarea') || s.querySelector('input,select,textarea')) return '';
      }
      const p = up(n);
      if (!p || /^(FORM|BODY|FIELDSET|TABLE|TR)$/.test(p.tagName)) break;
    }
    return '';
  };
  // A field without words in a row of such fields is called as the head of its column: a table's
  // filters. Heads are found by where they stand, since grids draw their rows as they like.
  const LINE = 'tr,[role=row]', HEAD = 'th,thead td,[role=columnheader]', FIELD = 'input,select,textarea';
  const wordsBut = e => { const c = e.cloneNode(true); for (const n of c.querySelectorAll('select,option,textarea,script,style,button')) n.remove(); return clean(c.textContent); };
  const isSifting = once(line => [...line.children].every(c => c.querySelector(FIELD) || !wordsBut(c)));
  const headsOf = once(table => [...table.querySelectorAll(HEAD)].filter(h => shown(h) && !h.querySelector(FIELD) && wordsBut(h)));
  const columnOf = e => {
    const line = closest(e, LINE), table = line && closest(line, 'table,[role=grid],[role=table],[role=treegrid]');
    if (!table || line.querySelectorAll(FIELD).length < 2) return '';
    const cell = closest(e, 'td,th,[role=columnheader],[role=gridcell],[role=cell]');
    if (cell && cell.matches(HEAD) && wordsBut(cell)) return wordsBut(cell).slice(0, 60);
    if (!isSifting(line)) return '';
    const r = e.getBoundingClientRect(), x = r.left + r.width / 2;
    const over = headsOf(table).filter(h => { const b = h.getBoundingClientRect(); return b.left <= x && x <= b.right; });
    const own = over.filter(h => h.getBoundingClientRect().width < 1.5 * (cell || e).getBoundingClientRect().width + 40);
    return own.length ? wordsBut(own[own.length - 1]).slice(0, 60) : '';
  };
  // What stands right above a field, its left edges in one line, where no other field comes between.
  const leaves = once(root => all.filter(t => !t.children.length && clean(t.textContent) && clean(t.textContent).length <= 40 && !closest(t, 'button,a,option,select,[role=button]') && shown(t)));
  const fields = once(root => all.filter(f => f.matches(FIELD) && shown(f)));
  const above = e => {
    const r = e.getBoundingClientRect();
    let best = null, gap = 48;
    for (const t of leaves(document)) {
      const b = t.getBoundingClientRect(), d = r.top - b.bottom;
      if (d < -3 || d >= gap || Math.abs(b.left - r.left) > 12) continue;
      const taken = fields(document).some(f => { const o = f.getBoundingClientRect(); return f !== e && o.bottom > b.top && o.top < r.top && o.right > b.left && o.left < b.right + 240; });
      best = taken ? null : t; gap = d;
    }
    return best ? clean(best.textContent) : '';
  };
  // What a slot shows lies in the shadow tree, though it belongs to the page.
  const flatUp = e => e.assignedSlot || up(e);
  const around = (e, sel) => { for (let n = e; n; n = flatUp(n)) if (n.matches(sel)) return n; return null; };
  const sectionOf = e => {
    const g = around(e, 'fieldset,[role=group],[role=radiogroup],[role=dialog],[role=alertdialog],dialog,[role=region]');
    const out = [];
    if (g) out.push(text(g.querySelector('legend') || document.createElement('i')) || byIds(g, 'aria-labelledby').map(x => text(x)).join(' ') || clean(g.getAttribute('aria-label')));
    return out.filter(Boolean).join(' ');
  };
  // A strip of buttons ("Light | Dark | System") goes by the words beside it.
  const stripOf = e => {
    const p = up(e); if (!p || p.tagName === 'BODY' || p.children.length < 2 || p.children.length > 8) return '';
    const alike = [...p.children].every(c => c.tagName === e.tagName && text(c, 40) && text(c, 40).length < 30);
    const t = alike ? beside(p, false) : ''; return t.length <= 40 ? t : '';
  };
  const headings = [];
  // Lines of one card are alike, too; records are those that have such a control each.
  const kinds = once(p => once(key => {
    const [tag, inner] = key.split(' ', 2), name = key.slice(tag.length + inner.length + 2);
    const same = [...p.children].filter(s => s.tagName === tag && s.className === name);
    return same.filter(s => s.getElementsByTagName(inner).length > 0).length > 1 && same.every(hasWords);
  }));
  const hasWords = once(e => !!e.textContent.trim());
  const length = once(e => clean(e.textContent).length);
  const rowOf = (e) => {
    // The record an element belongs to: a row, item, card. Grows until siblings of its kind appear.
    for (let n = up(e), i = 0; n && i < 9 && n.tagName !== 'BODY'; n = up(n), i++) {
      const role = n.getAttribute('role') || '';
      if (/^(TR|LI|ARTICLE|OPTION|DD)$/.test(n.tagName) || /^(row|listitem|option|article|menuitem|treeitem)$/.test(role)) return n;
      if (/^(T[DH]|LABEL|SPAN)$/.test(n.tagName) || /cell/.test(role) || typeof n.className !== 'string') continue;
      const p = n.parentNode && n.parentNode.children ? n.parentNode : up(n);
      if (p && n.children.length + (hasWords(n) ? 1 : 0) > 1
          && kinds(p)(`${n.tagName} ${e.tagName} ${n.className}`) && length(n) > length(e) + 1) return n;
    }
    return null;
  };
  // A row's number among the rows beside it, heads left out, and how many there are.
  const ranked = once(p => {
    const kinds = new Map(), found = new Map();
    for (const s of p.children) {
      if (!shown(s) || (s.tagName === 'TR' && ![...s.cells].some(c => c.tagName === 'TD'))) continue;
      const kind = `${s.tagName} ${s.classList[0] || ''}`;
      if (!kinds.has(kind)) kinds.set(kind, []);
      found.set(s, [kinds.get(kind).push(s), kinds.get(kind)]);
    }
    return found;
  });
  const numberOf = row => { const p = up(row), at = p && ranked(p).get(row); return at ? [at[0], at[1].length] : null; };
  // The regions of the page around an element, by landmark or by what page makers call them.
  const REGIONS = [
    ['navigation', 'nav,[role=navigation]', /^(?:navbar|nav-?bar|top-?nav|(?:main|site)-nav|(?:main-)?navigation|top-?bar)$/i],
    ['footer', 'footer,[role=contentinfo]', /^(?:(?:site|page|main)[-_]?)?footer$/i],
    ['header', 'header,[role=banner]', /^(?:(?:site|page|main|top)[-_]?)?header$|^masthead$/i],
    ['sidebar', 'aside,[role=complementary]', /^(?:(?:\w+[-_])?side[-_]?bar|side-?nav)$/i],
  ];
  const regionsOf = once(e => {
    const p = up(e), marks = [e.id, ...e.classList];
    const own = REGIONS.filter(([, sel, named]) => e.matches(sel) || marks.some(w => named.test(w))).map(([name]) => name);
    return [...new Set([...(p ? regionsOf(p) : []), ...own])];
  });
  // A line of words right above a list stands for its heading.
  const leadOf = once(list => {
    const s = list && list.previousElementSibling;
    const plain = s && /^(?:P|DIV|SPAN|STRONG|B|DT|H\d)$/.test(s.tagName) && shown(s) && !s.querySelector('a,button,input,select,textarea');
    return plain && length(s) <= 60 ? text(s, 60) : '';
  });
  const esc = s => CSS.escape(s);
  // Each child's number among those of its tag, and how many there are.
  const numbers = once(p => {
    const count = new Map(), found = new Map();
    for (const c of p.children) { count.set(c.tagName, (count.get(c.tagName) || 0) + 1); found.set(c, count.get(c.tagName)); }
    return c => [found.get(c), count.get(c.tagName)];
  });
  const alone = once(root => once(id => root.querySelectorAll('#' + esc(id)).length === 1));
  const pathOf = once(n => {
    let part, last = n.tagName === 'BODY';
    if (n.id && /^[A-Za-z][\w-]{0,40}$/.test(n.id) && !/\d{4,}/.test(n.id) && alone(n.getRootNode())(n.id)) {
      part = '#' + esc(n.id);
      last = n.getRootNode() === document;
    } else {
      const p = n.parentNode, [number, of] = p && p.children ? numbers(p)(n) : [1, 1];
      part = n.tagName.toLowerCase() + (of > 1 ? `:nth-of-type(${number})` : '');
    }
    return last || !up(n) ? part : `${pathOf(up(n))} > ${part}`;
  });
  // Drawn boxes keep the real one off the page, clipped away or invisible over the drawing.
  const tucked = (e, r) => {
    if (r.right + scrollX <= 0 || r.bottom + scrollY <= 0) return true;
    const s = getComputedStyle(e);
    return s.opacity === '0' || /^rect\((?:0|1)(?:px)?[ ,]/.test(s.clip) || /inset\((?:50|100)%/.test(s.clipPath);
  };
  const items = [], nodes = [], texts = [];
  const covered = e => {
    const r = e.getBoundingClientRect(), x = r.left + r.width / 2, y = r.top + r.height / 2;
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return 0;
    let hit = document.elementFromPoint(x, y);
    while (hit && hit.shadowRoot) { const h = hit.shadowRoot.elementFromPoint(x, y); if (!h || h === hit) break; hit = h; }
    if (!hit || hit === e || e.contains(hit) || hit.contains(e)) return 0;
    if (e.labels && [...e.labels].some(l => l.contains(hit))) return 0;
    for (let n = hit; n; n = up(n)) if (n === e) return 0;
    return 1;
  };
  // Whether it lies on a layer above the page: a banner, a popup, a dialog without a role.
  const layers = new Map();
  const floats = e => {
    for (let n = e; n && n.tagName !== 'BODY'; n = up(n)) {
      if (!layers.has(n)) { const s = getComputedStyle(n), r = n.getBoundingClientRect(); layers.set(n, s.position === 'fixed' && r.width * r.height > 0.06 * innerWidth * innerHeight); }
      if (layers.get(n)) return true;
    }
    return false;
  };
  // What icon fonts and drawings say of a control without words: "bi-trash", "#icon-edit".
  const marksOf = e => [...e.querySelectorAll('i,span,svg,use')].slice(0, 4).map(n =>
    [n.getAttribute('class'), n.getAttribute('href') || n.getAttribute('xlink:href'), n.getAttribute('data-icon'), n.tagName === 'I' || n.tagName === 'SPAN' ? n.textContent : ''].filter(Boolean).join(' ')).join(' ');
  const LIT = /(?:^|[\s_-])(?:on|active|checked|selected|enabled|current)(?:$|\s)/i;
  // A title without a heading's tag: the short line right above a form or table.
  const sectOf = e => {
    let n = e.form || closest(e, 'form,section,fieldset,table,[role=form]');
    for (let i = 0; n && i < 2 && n.tagName !== 'BODY'; n = up(n), i++) {
      for (let s = n.previousElementSibling; s; s = s.previousElementSibling) {
        if (/^(BR|HR)$/.test(s.tagName) || !shown(s)) continue;
        if (s.matches('input,select,textarea,button,form,table,nav,header,ul,ol') || s.querySelector('input,select,textarea,form,button')) return '';
        const t = text(s, 80); if (t) return t.length <= 60 ? t : '';
      }
    }
    return '';
  };
  // A small bordered square before words is a tick box that script keeps: its class tells its state.
  const boxIn = e => {
    const b = e.firstElementChild;
    if (!b || b.textContent.trim() || b.children.length || /^(INPUT|IMG|SVG|BUTTON)$/i.test(b.tagName) || e.querySelector('input,select,textarea,a,button')) return false;
    const r = b.getBoundingClientRect(), s = getComputedStyle(b);
    return r.width >= 10 && r.width <= 32 && Math.abs(r.width - r.height) <= 6 && ['Left', 'Top'].every(k => s[`border${k}Style`] !== 'none' && parseFloat(s[`border${k}Width`]) >= 1);
  };
  // A pill with a knob and no words is a switch.
  const pill = (e, r) => !e.textContent.trim() && e.children.length <= 1 && r.width >= 24 && r.width <= 90 && r.height >= 12 && r.height <= 44 && r.width >= 1.4 * r.height;
  const TOGGLE = /(?:^|[\s_-])(?:toggle|switch|tgl?|slider)(?:$|[\s_-])/i;
  const STATE = /checkbox|radio|switch|option|tab/;
  function take(e, role, inherited) {
    const r = e.getBoundingClientRect(), T = e.tagName;
    const it = {i: nodes.push(e) - 1, tag: T.toLowerCase(), role, type: T === 'INPUT' || (T === 'BUTTON' && e.form) ? e.type : '', x: Math.round(r.left + scrollX), y: Math.round(r.top + scrollY), w: Math.round(r.width), h: Math.round(r.height)};
    const native = /^(INPUT|SELECT|TEXTAREA)$/.test(T);
    it.label = labelOf(e).slice(0, 200);
    const button = T === 'INPUT' && /button|submit|reset|image/.test(e.type);
    it.text = native ? (button ? clean(e.value || (e.type === 'submit' ? 'Submit' : e.type === 'reset' ? 'Reset' : e.alt)) : '') : text(e);
    if (!it.text && !native && e.getRootNode() instanceof ShadowRoot) it.text = slotted(e).slice(0, 160);
    if (!it.text && !native) { const im = e.querySelector('img[alt],svg title,[aria-label],[title]'); if (im) it.text = clean(im.getAttribute('alt') || im.getAttribute('aria-label') || im.getAttribute('title') || im.textContent); }
    it.ph = clean(e.placeholder || e.getAttribute('aria-placeholder') || e.getAttribute('data-placeholder'));
    it.tip = clean(e.title || e.alt || '') || (native || it.text ? '' : clean(e.getAttribute('data-tooltip') || e.getAttribute('data-original-title')));
    if (native && !button || role === 'textbox' || role === 'combobox' || role === 'slider' || role === 'listbox') {
      const box = /checkbox|radio/.test(e.type || ''), after = box ? beside(e, true) : '';
      if (!box && !it.label && (it.near = columnOf(e))) it.col = 1;
      else it.near = it.label ? '' : after || labelBefore(e) || beside(e, false) || (box ? '' : byIds(e, 'aria-describedby').map(x => text(x, 60)).join(' '));
      if (!it.label && !box && !it.col && !it.tip && !it.ph) {
        const over = !it.near || it.near.includes(' ') ? above(e) : '';
        if (!it.near) it.near = over || beside(e, true);
        else if (over && over !== it.near && it.near.split(over).length === 2) it.near = over;  // "Street Town" over two fields
      }
    }
    if (role === 'generic' && e.tabIndex >= 0 && e.hasAttribute('tabindex') && it.text && it.text.length <= 60) it.near = beside(e, false);
    if (role === 'generic' && !it.text && (TOGGLE.test(e.getAttribute('class') || '') || pill(e, r))) it.near = beside(e, false) || beside(e, true);
    if (/checkbox|radio|switch/.test(role) && !it.label && !it.near && !it.text) it.near = beside(e, true) || beside(e, false);
    it.attr = clean([e.id, e.getAttribute('name'), e.getAttribute('data-testid'), e.getAttribute('autocomplete'), typeof e.className === 'string' ? e.className : e.getAttribute('class') || ''].filter(Boolean).join(' ')).slice(0, 160);
    if (!native && !it.text && !it.label && !it.tip) it.attr = clean(`${it.attr} ${marksOf(e)}`).slice(0, 240);
    const lit = LIT.test(e.getAttribute('class') || '') ? 1 : 0;
    if (native && e.name) it.field = e.name;
    if (T === 'A') it.href = e.getAttribute('href') || '';
    if (native && e.type !== 'password' && !button) it.value = String(e.value).slice(0, 200);
    else if (role === 'textbox' && !native) it.value = text(e);
    else if (e.getAttribute('aria-valuenow')) it.value = e.getAttribute('aria-valuenow');
    if (T === 'SELECT') { it.options = [...e.options].slice(0, 400).map(o => clean(o.text)); it.picked = [...e.selectedOptions].map(o => clean(o.text)); if (e.multiple) it.multiple = 1; }
    if (T === 'INPUT' && e.list) it.suggests = [...e.list.options].slice(0, 200).map(o => clean(o.value));
    if (T === 'INPUT' && /range|number|date|time/.test(e.type)) { it.min = e.min; it.max = e.max; it.step = e.step; }
    const on = e.checked !== undefined && native ? e.checked : /true|mixed/.test(e.getAttribute('aria-checked') || e.getAttribute('aria-selected') || e.getAttribute('aria-pressed') || '');
    if (STATE.test(role) || e.getAttribute('aria-pressed')) it.on = on || (lit && !native && !e.hasAttribute('aria-checked') && !e.hasAttribute('aria-selected') && !e.hasAttribute('aria-pressed')) ? 1 : 0;
    else if (role === 'generic') { it.lit = lit; if (it.text && it.text.length <= 140 && boxIn(e)) it.boxed = 1; }
    if (e.disabled || e.getAttribute('aria-disabled') === 'true') it.off = 1;
    if (e.readOnly && native) it.ro = 1;
    if (e.getAttribute('aria-expanded') || T === 'SUMMARY') it.open = T === 'SUMMARY' ? (e.parentElement.open ? 1 : 0) : e.getAttribute('aria-expanded') === 'true' ? 1 : 0;
    if (e.getAttribute('aria-haspopup')) it.popup = 1;
    if (e.draggable && T !== 'A' && T !== 'IMG') it.drag = 1;
    if (document.activeElement === e) it.focus = 1;
    if (e.required) it.req = 1;
    if (e.willValidate && e.validity && !e.validity.valid) it.bad = e.validationMessage || 'not valid';
    else if (e.getAttribute('aria-invalid') === 'true') it.bad = 'marked';
    it.group = sectionOf(e).slice(0, 120) || (role === 'button' || role === 'generic' ? stripOf(e) : '');
    const row = rowOf(e); it.row = row ? text(row, 400) : '';
    it.lead = leadOf(closest(e, 'ul,ol,dl,table'));
    it.rowId = order.get(row) ?? -1;
    if (row) it.rowNo = numberOf(row);
    it.regions = regionsOf(e);
    const place = closest(e, 'nav,[role=navigation],header,[role=banner],footer,[role=contentinfo],aside,main,[role=main],[role=dialog],[role=alertdialog],dialog,form,[role=search]');
    it.place = place ? (place.getAttribute('role') || place.tagName.toLowerCase()) : '';
    const whole = e.form || closest(e, 'form,[role=form]');
    if (whole) it.formNo = [wholes.indexOf(whole) + 1, wholes.length];
    const form = e.form || closest(e, 'form,[role=form]') || closest(e, 'fieldset'); it.form = form ? forms.indexOf(form) : -1;
    if (form && form.tagName !== 'FIELDSET') it.sent = 1;
    if (form && (form.getAttribute('method') || '').toLowerCase() === 'post') it.post = 1;
    it.top = closest(e, 'dialog[open],[role=dialog],[role=alertdialog],[aria-modal=true],.modal.show,.modal.in') ? 1 : 0;
    const head = headOf(e, row); it.head = head ? text(head, 100) : '';
    if (native || role === 'generic' || role === 'button') it.sect = sectOf(e);
    it.float = floats(e) ? 1 : 0;
    it.view = r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth ? 1 : 0;
    it.cover = it.view ? covered(e) : 0;
    it.path = pathOf(e);
    if (!shown(e) || (STATE.test(role) && (r.width <= 2 || (native && tucked(e, r))))) { const l = (e.labels && [...e.labels].find(shown)) || closest(up(e) || e, 'label') || up(e); if (l) it.proxy = pathOf(l); }
    // Where what it lies in takes the pointer, a list is opened by keys.
    if (role === 'combobox' && native && it.view && T !== 'SELECT') {
      const hit = e.getRootNode().elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
      if (hit && hit !== e && hit.contains(e)) it.behind = 1;
    }
    if (inherited) it.weak = 1;
    if (e.namespaceURI.endsWith('svg')) it.svg = 1;
    items.push(it);
  }
  const all = [];
  (function walk(e) { if (SKIP.has(e.tagName)) return; all.push(e); for (const k of kids(e)) walk(k); })(document.body);
  // Counted among forms alone: a banner that goes away must not change a form's number.
  const forms = all.filter(e => e.matches('form,[role=form],fieldset'));
  const wholes = forms.filter(e => e.tagName !== 'FIELDSET' && shown(e));
  for (const e of all) if ((/^H[1-6]$/.test(e.tagName) || e.getAttribute('role') === 'heading' || e.tagName === 'LEGEND') && shown(e)) headings.push(e);
  const order = new Map(all.map((e, i) => [e, i]));
  // Elements come in the order of the page, and so do their headings: their numbers tell it, through
  // shadow trees, too. A browser would count through all siblings to compare two places.
  const before = (h, e) => order.get(h) < order.get(e);
  let passed = 0;
  const own = once(row => headings.find(h => row.contains(h)));
  // What a control stands under: a heading of its own record, never that of the record before.
  const headOf = (e, row) => {
    while (passed < headings.length && before(headings[passed], e)) passed++;
    const inside = row && own(row);
    if (inside && !before(inside, e)) return inside;
    const list = row && up(row);
    for (let i = passed - 1; i >= 0; i--) {
      const h = headings[i];
      if (h.contains(e) && text(h) === text(e)) continue; // a fold's own name, and not what it is under
      let n = h; while (list && n && up(n) !== list) n = up(n);
      if (list && n && n !== row && n !== h && n.tagName === row.tagName && n.classList[0] === row.classList[0]) continue;
      return h;
    }
    return null;
  };
  const chosen = new Set();
  for (const e of all) {
    const T = e.tagName; if (T === 'OPTION' || T === 'BODY' || T === 'HTML') continue;
    const role = roleOf(e);
    const native = /^(INPUT|SELECT|TEXTAREA|BUTTON|SUMMARY)$/.test(T) || T === 'A';
    let vis = shown(e);
    // Styled boxes and file inputs are often hidden behind their label.
    const proxy = !vis && T === 'INPUT' && /checkbox|radio|file/.test(e.type) && ((e.labels && [...e.labels].some(shown)) || (up(e) && shown(up(e)) && e.type === 'file'));
    if (!vis && !proxy) continue;
    if (T === 'INPUT' && e.type === 'hidden') continue;
    // The box that is drawn in an option only shows that it is chosen.
    if (T === 'INPUT' && /checkbox|radio/.test(e.type) && closest(e, '[role=option],[role=menuitemcheckbox]')) continue;
    const s = getComputedStyle(e);
    const editable = e.isContentEditable && !(up(e) && up(e).isContentEditable);
    const strong = native || WIDGET.test(role) || editable || e.onclick || e.hasAttribute('onclick') || (e.tabIndex >= 0 && e.hasAttribute('tabindex')) || (e.draggable && T !== 'A' && T !== 'IMG');
    const p = up(e);
    const pointer = !strong && s.cursor === 'pointer' && !(p && getComputedStyle(p).cursor === 'pointer');
    // An empty little box with a name in its marks is an icon that script listens to.
    const box = e.getBoundingClientRect();
    const icon = !strong && !pointer && !e.children.length && !e.textContent.trim() && (e.id || e.getAttribute('class')) && T !== 'IMG' && T !== 'HR' && T !== 'BR' && !e.namespaceURI.endsWith('svg')
      && box.width >= 6 && box.height >= 6 && box.width <= 64 && box.height <= 64 && items.length < opts.max * 0.8;
    if (!strong && !pointer && !icon) continue;
    if (s.pointerEvents === 'none' && !native) continue;
    chosen.add(e);
    if (items.length < opts.max) take(e, role, !strong);
  }
  // Short texts that are no controls: still what people point at ("click Ann", list rows).
  for (const e of all) {
    if (texts.length >= opts.maxTexts) break;
    if (chosen.has(e) || !shown(e) || closest(e, 'select')) continue;
    const own = clean([...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join(' '));
    const pic = e.tagName === 'IMG' ? clean(e.alt || e.title) : '';
    const svg = e.namespaceURI.endsWith('svg') && e.tagName !== 'svg';
    if (!(own || pic || svg)) continue;
    let host = null; for (let n = up(e), i = 0; n && i < 6; n = up(n), i++) if (chosen.has(n)) { host = n; break; }
    if (host && text(host) === own) continue;
    const r = e.getBoundingClientRect();
    const t = own || pic;
    texts.push({i: nodes.push(e) - 1, regions: regionsOf(e), tag: e.tagName.toLowerCase(), host: host ? 1 : 0, role: /^H[1-6]$/.test(e.tagName) ? 'heading' : e.tagName === 'IMG' ? 'img' : 'text', text: (own ? text(e, 200) || own : t).slice(0, 200), label: '', ph: '', tip: clean(e.title || ''), near: '',
      attr: clean([e.id, typeof e.className === 'string' ? e.className : e.getAttribute('class') || ''].join(' ')).slice(0, 100), x: Math.round(r.left + scrollX), y: Math.round(r.top + scrollY), w: Math.round(r.width), h: Math.round(r.height),
      group: '', row: '', rowId: -1, place: '', head: '', view: r.bottom > 0 && r.top < innerHeight ? 1 : 0, cover: 0, top: 0, path: pathOf(e), type: '', svg: svg ? 1 : 0,
      fill: svg ? (e.getAttribute('fill') || s_fill(e)) : '', bg: ''});
  }
  function s_fill(e) { return getComputedStyle(e).fill; }
  // What stands in shadow trees is on the page, too, though innerText leaves it out.
  const shadows = all.filter(e => e.shadowRoot && shown(e)).flatMap(e => [...e.shadowRoot.children]).filter(e => !SKIP.has(e.tagName) && shown(e)).map(e => e.innerText || '');
  return {nodes, items, texts, url: location.href, title: document.title, width: innerWidth, height: innerHeight, scroll: Math.round(scrollY),
    tall: document.documentElement.scrollHeight, body: [document.body.innerText || '', ...shadows].join('\n').replace(/[^\S\n]+/g, ' ').replace(/ ?\n[ \n]*/g, '\n').trim().slice(0, opts.maxBody)};
}
