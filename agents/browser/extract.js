// Structured data of one document: repeated records, data tables, label/value pairs, linked data.
// One evaluate, no traces left in the page. Only what a person could see counts as data.
// opts: {maxRecords, maxGroups}. Meaning (which column is a price) is decided in extract_fields.py.
(opts) => {
  const MAX_RECORDS = opts.maxRecords, MAX_GROUPS = opts.maxGroups, MAX_TOKENS = 60;
  const SKIP = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'META', 'LINK', 'IFRAME', 'OBJECT']);
  const INLINE = new Set(['B', 'I', 'EM', 'STRONG', 'MARK', 'CODE', 'SUB', 'SUP', 'U', 'SMALL', 'BR', 'WBR', 'KBD', 'ABBR', 'Q', 'CITE']);
  const STATE = /^(is|has|js)-|active|selected|current|hover|focus|odd|even|first|last|hidden|visible|open|closed|show|fade|new|visited|accepted|featured|pinned|sticky|highlight|\d/i;
  const clean = s => (s || '').replace(/[\s\u00a0\u200b]+/g, ' ').trim();
  const cls = e => typeof e.className === 'string' ? e.className.trim().split(/\s+/).filter(Boolean) : [];
  const kids = e => e.shadowRoot ? [...e.shadowRoot.children]
    : e.tagName === 'SLOT' && e.assignedElements().length ? e.assignedElements() : [...e.children];
  const nodes = e => e.shadowRoot ? [...e.shadowRoot.childNodes]
    : e.tagName === 'SLOT' && e.assignedNodes().length ? e.assignedNodes() : [...e.childNodes];
  const seen = new Map();
  const visible = e => {
    if (seen.has(e)) return seen.get(e);
    // An icon font's glyph is written as a word ("expand_more").
    let ok = !SKIP.has(e.tagName) && e.ariaHidden !== 'true' && !/(^|\s)material-(icons|symbols)/.test(e.getAttribute('class') || '');
    if (ok && e.checkVisibility) ok = e.checkVisibility({visibilityProperty: true, opacityProperty: true})
      || getComputedStyle(e).display === 'contents';
    if (ok) {
      const r = e.getBoundingClientRect();
      if ((r.width <= 1 || r.height <= 1) && getComputedStyle(e).overflow === 'hidden') ok = false;
      if (r.right + scrollX < -500) ok = false;
    }
    seen.set(e, ok);
    return ok;
  };
  // What is drawn where a slot stands is no text of the element around it, nor a host's own drawing.
  const deep = e => nodes(e).map(n => n.nodeType === 3 ? n.data : n.nodeType === 1 && visible(n) ? text(n) : '').join(' ');
  // Nothing changes while this runs, and a browser makes the text of a subtree anew each time.
  const texts = new Map();
  const drawn = e => clean(e.shadowRoot || e.getRootNode() instanceof ShadowRoot ? deep(e) || e.innerText : e.innerText === undefined ? e.textContent : e.innerText);
  const text = e => { let t = texts.get(e); if (t === undefined) texts.set(e, t = drawn(e)); return t; };
  const up = e => e.parentElement || (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  const within = (e, sel) => { for (let n = e; n; n = up(n)) if (n.matches && n.matches(sel)) return n; return null; };
  const chrome = e => within(e, 'nav,[role=navigation],footer,[role=contentinfo]') ? 'nav'
    : within(e, 'aside,[role=complementary]') ? 'aside'
    : within(e, 'header,[role=banner]') && !within(e, 'main,article,[role=main]') ? 'header' : '';

  // The boxes of a search ask for things, they do not list any; a form around the results does.
  const asks = e => { const f = within(e, 'search,[role=search],form'); return !!f && (f.tagName !== 'FORM' || f.getAttribute('role') === 'search' || !!f.querySelector('input[type=search]')) && !f.querySelector('a[href] h2,a[href] h3,h2 a[href],h3 a[href],li a[href],tr a[href]'); };

  // --- records: the visible pieces of one repeated item, with the clues that name them ----------
  const CLUE = 'data-label data-title data-th data-field data-name data-testid data-test id name'.split(' ');
  const token = (el, t, c, extra) => ({t: t.slice(0, 600), p: c.path, k: c.words, h: c.href, ...extra});
  const clues = el => [...cls(el), ...CLUE.map(a => el.getAttribute(a)).filter(Boolean), el.getAttribute('itemprop') || ''].join(' ').trim();
  // What only a screen reader says beside drawn stars or icons ("4.8 out of 5 stars").
  const SPOKEN = /^\D{0,20}\d[\d.,]*\s*(out of|\/|stars?|of)\s*\d*|^\d[\d.,]*\s*(comments?|replies|likes|views|reviews|ratings)\b/i;
  const spoken = e => { const r = e.getBoundingClientRect(); return !e.children.length && !SKIP.has(e.tagName) && r.width > 0 && r.height > 0 && r.width <= 1.5 && e.textContent.length < 50 && SPOKEN.test(clean(e.textContent)); };
  const PRICEY = /price|amount|cost/i, MONEY = /^[^\d]{0,6}\d[\d\s.,']*[^\d]{0,6}$/;
  function collect(el, out, c) {
    if (out.length >= MAX_TOKENS) return;
    const ip = el.getAttribute('itemprop');
    if (!visible(el)) {
      if (spoken(el)) out.push(token(el, clean(el.textContent), {...c, words: clues(el) || c.words}, {}));
      if (ip && el.content) out.push(token(el, clean(el.content), {...c, words: ip}, {ip, hid: 1}));
      return;
    }
    const own = clues(el), T = el.tagName;
    const ctx = {
      path: c.path + '>' + T.toLowerCase() + (cls(el).filter(x => !STATE.test(x))[0] ? '.' + cls(el).filter(x => !STATE.test(x))[0] : ''),
      words: c.root && el.children.length ? '' : own || c.words, href: (T === 'A' && el.href) || c.href,
      head: c.head || /^H[1-6]$/.test(T) || el.getAttribute('role') === 'heading',
      del: c.del || T === 'DEL' || T === 'S' || T === 'STRIKE', col: c.col, label: el.getAttribute('data-label') || c.label,
      btn: c.btn || T === 'BUTTON' || el.getAttribute('role') === 'button',
    };
    const extra = () => {
      const s = getComputedStyle(el), x = {fs: parseFloat(s.fontSize), b: +s.fontWeight >= 600 ? 1 : 0};
      if (ctx.head) x.hd = 1;
      if (ctx.btn) x.btn = 1;
      if (ctx.btn && within(el, '[disabled],[aria-disabled=true]')) x.off = 1;
      if (ctx.del || s.textDecorationLine.includes('line-through')) x.del = 1;
      if (ip) x.ip = ip;
      if (ctx.label) x.l = ctx.label;
      if (T === 'TIME' && el.dateTime) x.d = el.dateTime;
      const tip = el.getAttribute('title') || el.getAttribute('aria-label');
      if (tip) x.tip = clean(tip).slice(0, 200);
      return x;
    };
    if (T === 'IMG') { out.push(token(el, clean(el.alt), ctx, {img: el.currentSrc || el.src, ...(ip ? {ip} : {})})); return; }
    if (T === 'svg' || T === 'SVG') { const l = el.getAttribute('aria-label'); if (l) out.push(token(el, clean(l), ctx, {})); return; }
    if (T === 'SELECT' || T === 'TEXTAREA' || T === 'INPUT') {
      if (T === 'INPUT' && /hidden|password|submit|button|reset|image/.test(el.type)) return;
      const v = T === 'SELECT' ? [...el.selectedOptions].map(o => clean(o.text)).join(', ')
        : /checkbox|radio/.test(el.type) ? (el.checked ? 'yes' : 'no') : el.value;
      if (v) out.push(token(el, clean(v), ctx, {...extra(), form: T === 'INPUT' && /checkbox|radio/.test(el.type) ? 2 : 1}));
      return;
    }
    if (T === 'METER' || T === 'PROGRESS') { out.push(token(el, String(el.value), ctx, extra())); return; }
    const ns = nodes(el), elems = ns.filter(n => n.nodeType === 1);
    const hasText = ns.some(n => n.nodeType === 3 && n.data.trim());
    const whole = text(el), aria = clean(el.getAttribute('aria-label'));
    if (aria && (!whole || el.getAttribute('role') === 'img' || !/[a-z0-9]/i.test(whole))) { out.push(token(el, aria, ctx, {...extra(), w: whole.slice(0, 40)})); return; }
    // A dot with "Unread" for its title: what the sign means.
    const tip = clean(el.title);
    if (tip && whole && !elems.length && !ctx.btn && !ctx.href && !/[\p{L}\p{N}\p{Sc}★☆⭐✩½]/u.test(whole)) { out.push(token(el, tip, {...ctx, words: 'state'}, extra())); return; }
    if (!whole && !elems.length) { const t = clean(el.title); if (t) out.push(token(el, t, ctx, extra())); return; }
    if (elems.length && PRICEY.test(own) && whole.length < 24 && MONEY.test(whole)
        && !elems.some(n => /^(DEL|S)$/.test(n.tagName))) {
      out.push(token(el, whole.replace(/(\d) (\d\d)$/, '$1.$2').replace(/\s+/g, ''), ctx, extra())); return;
    }
    // Lines with a bold one among them, in one of several such, are a title and facts.
    const lines = elems.some(n => n.tagName === 'BR') && elems.some(n => /^(B|STRONG)$/.test(n.tagName))
      && el.parentElement && [...el.parentElement.children].some(s => s !== el && s.tagName === T && s.className === el.className && s.querySelector('br'));
    if (hasText && elems.length && !lines && elems.every(n => INLINE.has(n.tagName) && !n.querySelector('a,button,img'))
        && !elems.some(n => cls(n).length)) { if (whole) out.push(token(el, whole, ctx, extra())); return; }
    for (const n of ns) {
      if (n.nodeType === 3) { const t = clean(n.data); if (t) out.push(token(el, t, ctx, extra())); }
      else if (n.nodeType === 1) collect(n, out, ctx);
    }
    if (T === 'A' && !whole && el.href && !elems.some(n => n.tagName === 'IMG')) out.push(token(el, clean(el.title || aria), ctx, {}));
  }
  // Rows drawn with boxes: what the row above says over each of their cells names it.
  const cellsIn = e => { let n = e; for (let ks = kids(n).filter(visible); ks.length === 1; ks = kids(n).filter(visible)) n = ks[0]; return kids(n).filter(visible); };
  const captions = g => {
    const cells = cellsIn(g.recs[0][0]), n = cells.length;
    if (g.how === 'span' || n < 3 || g.recs.slice(0, 8).some(r => cellsIn(r[0]).length !== n)) return [];
    const above = [/head/i.test(cls(g.recs[0][0]).join(' ')) ? g.recs[0][0] : null, g.recs[0][0].previousElementSibling, g.box.previousElementSibling];
    for (const h of above) {
      const heads = h && visible(h) && !/^(NAV|HEADER)$/.test(h.tagName) && !/tablist|toolbar|navigation/.test(h.getAttribute('role') || '') ? cellsIn(h).map(text) : [];
      if (heads.length !== n || heads.filter(Boolean).length < 2 || heads.some(x => x.length > 30 || /\d/.test(x))) continue;
      if (h === g.recs[0][0]) g.recs = g.recs.slice(1);
      return heads;
    }
    return [];
  };
  const labelled = (r, heads) => {
    const rec = record(r);
    if (heads.length) cellsIn(r[0]).forEach((c, i) => {
      const own = []; collect(c, own, {path: '', words: '', href: ''});
      const same = own.length === 1 && heads[i] ? rec.tokens.find(t => t.t === own[0].t && !t.l && !t.hd) : null;
      if (same) same.l = heads[i];
    });
    return rec;
  };
  const record = roots => {
    const out = [];
    for (const r of roots) collect(r, out, {root: true, path: '', words: '', href: r.tagName === 'A' ? r.href : (up(r) && up(r).tagName === 'A' ? up(r).href : '')});
    const item = roots[0].closest && roots[0].getAttribute('itemtype');
    return {tokens: out, ...(item ? {type: item} : {})};
  };

  const shape = r => { const s = new Set(); for (const t of r.tokens) s.add(t.p.replace(/\.[^>]*/g, '')); return s; };
  const alike = rs => {
    const sh = rs.slice(0, 8).map(shape); let sum = 0, n = 0;
    for (let i = 1; i < sh.length; i++) { const u = new Set([...sh[0], ...sh[i]]); let both = 0; for (const x of sh[i]) if (sh[0].has(x)) both++; sum += u.size ? both / u.size : 0; n++; }
    return n ? sum / n : 0;
  };
  // --- groups of similar siblings ---------------------------------------------------------------
  const sig = e => e.tagName + '|' + (e.getAttribute('role') || '') + '|' + cls(e).filter(c => !STATE.test(c)).sort().join('.');
  const loose = e => e.tagName + '|' + (e.getAttribute('role') || '');
  // "row" and "row unread": a state that one more class says makes no other kind of thing.
  const OTHER = /head|title|foot|total|sum|ad|sponsor|promo|empty|label|caption|divid|separat|group|section/i;
  const stated = (lists, ks) => {
    const own = e => cls(e).filter(c => !STATE.test(c)), out = [];
    for (const a of lists) {
      const base = own(a[0]);
      const more = !base.length ? [] : lists.filter(b => b !== a && loose(b[0]) === loose(a[0]) && own(b[0]).length === base.length + 1
        && base.every(x => own(b[0]).includes(x)) && !own(b[0]).some(x => !base.includes(x) && OTHER.test(x)));
      const these = new Set([a, ...more].flat());
      if (more.length && these.size > 2) out.push(ks.filter(k => these.has(k)).map(k => [k]));
    }
    return out;
  };
  const all = [];
  (function walk(e) {
    if (SKIP.has(e.tagName) || e.namespaceURI.endsWith('svg')) return;
    all.push(e);
    for (const k of kids(e)) walk(k);
  })(document.body);
  const isData = t => t.matches('table') ? (t.querySelector(':scope > thead > tr > th, :scope > tbody > tr > th, :scope > tr > th') || t.getAttribute('role') === 'grid')
    && !t.querySelector('table') : true;
  const dataTables = all.filter(e => (e.tagName === 'TABLE' && isData(e) && !/presentation|none/.test(e.getAttribute('role') || ''))
    || (e.tagName !== 'TABLE' && /^(table|grid|treegrid)$/.test(e.getAttribute('role') || '') && e.querySelector('[role=row]')));
  const inTable = new Set(dataTables);
  const loud = all.filter(e => e.tagName === 'TABLE' && !inTable.has(e) && !e.querySelector('table') && e.rows.length >= 2 && [...e.rows].slice(0, 3).some(r => r.cells.length >= 2));
  const groups = [];
  const add = (recs, box, how) => { if (recs.length >= 2) groups.push({recs, box, how}); };
  for (const e of all) {
    if (inTable.has(e) || [...inTable].some(t => t.contains(e))) continue;
    if (e.tagName === 'SELECT' || e.tagName === 'DATALIST' || e.tagName === 'TR' || asks(e)) continue;
    const ks = kids(e).filter(k => !SKIP.has(k.tagName) && visible(k) && k.tagName !== 'BR' && k.tagName !== 'HR' && k.tagName !== 'OPTION');
    if (ks.length < 2) continue;
    for (const key of [sig, loose]) {
      const by = new Map();
      for (const k of ks) { const s = key(k); by.has(s) ? by.get(s).push(k) : by.set(s, [k]); }
      if (key === loose && by.size === new Set(ks.map(sig)).size) break;
      if (key === sig) for (const recs of stated([...by.values()], ks)) add(recs, e, 'sig');
      for (const [s, list] of by) {
        if (list.length < 2) continue;
        add(list.map(k => [k]), e, key === sig ? 'sig' : 'loose');
        // Leader and followers: items spread over several sibling rows (news tables, dt/dd, h3/p).
        const rest = ks.length - list.length, lead = ks.indexOf(list[0]);
        if (rest >= list.length * 0.6 && list.length >= 2 && lead <= 2) {
          const spans = list.map((k, i) => {
            const from = ks.indexOf(k), to = i + 1 < list.length ? ks.indexOf(list[i + 1]) : Math.min(ks.length, from + Math.max(1, Math.ceil(ks.length / list.length)));
            return ks.slice(from, to);
          });
          const width = spans.slice(0, -1).map(x => x.length);
          // Followers built like their leaders are items themselves (zebra stripes), no second row.
          if (spans[0].length > 1 && alike([record([spans[0][0]]), record([spans[0][1]])]) > 0.7) continue;
          if (width.length && Math.max(...width) <= 6 && Math.max(...width) > 1) add(spans, e, 'span');
        }
      }
    }
  }
  // The same few parts in each box, each unlike the other: boxes are the items, not their parts.
  const ofParts = list => list.every(g => g.recs.length === list[0].recs.length && g.recs.length < 4) && list.length > 1
    && list[0].recs.length > 1 && alike([record(list[0].recs[0]), record(list[0].recs[1])]) < 0.5 && list.every(g => alike([record(g.recs[0]), record(list[0].recs[0])]) >= 0.5);
  // Grids cut into rows: the same kind of child under sibling containers is one list.
  const merged = new Map();
  for (const g of groups.filter(g => g.how !== 'span')) {
    const p = up(g.box);
    if (!p) continue;
    const key = sig(g.recs[0][0]) + '<' + sig(g.box);
    const slot = merged.get(p) || merged.set(p, new Map()).get(p);
    slot.has(key) ? slot.get(key).push(g) : slot.set(key, [g]);
  }
  for (const [p, slot] of merged) for (const list of slot.values()) {
    if (list.length < 2) continue;
    const boxes = new Set(list.map(g => g.box));
    const s = sig(list[0].recs[0][0]), bs = sig(list[0].box);
    const recs = kids(p).filter(b => sig(b) === bs || boxes.has(b)).flatMap(b => kids(b).filter(k => sig(k) === s && visible(k)).map(k => [k]));
    add(recs, p, 'merged');
    const made = groups.at(-1);
    if (made && made.box === p && made.how === 'merged') made.parts = ofParts(list);
  }
  // A menu or page that has slid out of the window to its left is not shown.
  const gone = e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.right + scrollX <= 0; };
  // The page below, where an app lays its pages over one another.
  const below = e => {
    const r = e.getBoundingClientRect(), hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
    if (!hit || e.contains(hit) || hit.contains(e)) return false;
    let n = hit; while (n && !(up(n) && up(n).contains(e))) n = up(n);
    const q = n && n.getBoundingClientRect();
    return !!q && getComputedStyle(n).position === 'absolute' && q.width >= innerWidth * 0.9 && q.height >= innerHeight * 0.8;
  };
  const area = g => g.recs.reduce((a, r) => a + r.reduce((b, e) => { const q = e.getBoundingClientRect(); return b + q.width * q.height; }, 0), 0);
  const scored = [];
  for (const g of groups) {
    g.n = g.recs.length;
    if (gone(g.box) || gone(g.recs[0][0]) || below(g.recs[0][0])) continue;
    const probe = g.recs.slice(0, 8).map(record).filter(r => r.tokens.length);
    if (probe.length < 2) continue;
    const chars = probe.reduce((a, r) => a + Math.min(600, r.tokens.reduce((b, t) => b + t.t.length, 0)), 0) / probe.length;
    const toks = probe.reduce((a, r) => a + r.tokens.length, 0) / probe.length;
    const sim = alike(probe), where = chrome(g.box);
    if (sim < 0.2 || chars < 2) continue;
    const many = g.n >= 4 ? 1 : g.n === 3 ? 0.85 : 0.55;
    const rich = toks >= 3 ? 1 : toks >= 2 ? 0.85 : 0.4;
    const links = probe.filter(r => r.tokens.some(t => t.h)).length / probe.length;
    g.area = area(g);
    g.score = Math.pow(Math.min(g.n, 60) * Math.min(chars, 300), 0.6) * sim * many * rich * (0.8 + 0.3 * links)
      * (where === 'nav' ? 0.15 : where === 'header' ? 0.3 : where === 'aside' ? 0.5 : 1)
      * (within(g.box, 'main,[role=main],article') ? 1.2 : 1)
      * (0.6 + Math.min(0.6, g.area / (innerWidth * innerHeight)));
    // Parts of a page under their headings, which hold lists themselves, are no items.
    if (g.recs.some(r => r.some(e => [e, ...e.querySelectorAll('table')].some(t => t.tagName === 'TABLE' && t.rows.length > 2 && t.rows[0].cells.length > 2 && [...t.rows[0].cells].every(c => c.tagName === 'TH'))))) g.score *= 0.3;
    // So are two or three boxes that hold menus or lists of links.
    if (g.n < 4 && g.recs.filter(r => r.some(e => [...e.querySelectorAll('ul,ol')].some(u => [...u.children].filter(li => li.querySelector('a[href]')).length > 1))).length * 2 >= g.n) g.score *= 0.3;
    if (g.parts) g.score *= 0.3;
    if (g.how === 'span' && g.recs.some(r => r.some(e => /^(UL|OL|TABLE|DL)$/.test(e.tagName) && e.children.length > 1))) g.score *= 0.3;
    if (g.recs.every(r => r.length === 1 && /^H[1-6]$/.test(r[0].tagName))) g.score *= 0.3;  // headings head things
    g.toks = toks; g.where = where;
    scored.push(g);
  }
  // A finer list inside a coarser one wins when it is the same data cut more often.
  for (const a of scored) for (const b of scored) {
    if (a === b || b.n <= a.n * 1.4 || b.toks < 2 || a.how === 'span') continue;
    const covered = a.recs.filter(r => b.recs.some(x => r.some(e => e !== x[0] && e.contains(x[0])))).length;
    if (covered >= a.n * 0.7 && b.area >= a.area * 0.5 && b.score > a.score * 0.45) a.score *= 0.4;
  }
  // A spanned list beats its own leaders alone.
  for (const a of scored) if (a.how === 'span') for (const b of scored)
    if (b !== a && b.box === a.box && b.how !== 'span' && b.recs.every(r => a.recs.some(x => x.includes(r[0])))) b.score *= 0.35;
  scored.sort((a, b) => b.score - a.score);
  const order = new Map(all.map((e, i) => [e, i]));
  const headings = all.filter(h => (/^H[1-6]$/.test(h.tagName) || h.tagName === 'LEGEND' || h.tagName === 'CAPTION' || h.getAttribute('role') === 'heading') && visible(h))
    .map(e => ({e, at: order.get(e), t: text(e).slice(0, 160), y: e.getBoundingClientRect().top, level: +(/^H([1-6])$/.exec(e.tagName) || [0, 9])[1]}));
  // Told by their numbers: a browser counts through all siblings to compare two places.
  const above = (el, heads) => {
    const y = el.getBoundingClientRect().top, at = order.get(el);
    for (let i = heads.length - 1; i >= 0; i--) if (heads[i].at < at && heads[i].y <= y + 4) return heads[i];
    return null;
  };
  const outside = recs => {
    const parts = new Set(recs.flat());
    return headings.filter(h => { for (let n = h.e; n; n = n.parentElement) if (parts.has(n)) return false; return true; });
  };
  // A list in parts: the heading above each of its records, when they stand under several.
  const sections = g => {
    const heads = outside(g.recs);
    const of = r => above(r[0], heads), first = of(g.recs[0]);
    if (g.recs.length < 2 || first === of(g.recs.at(-1))) return [];
    // What heads the whole list is the heading over those of its parts.
    g.over = first ? (above(first.e, heads.filter(h => h.level < first.level)) || {t: ''}).t : '';
    return g.recs.map(r => (of(r) || {t: ''}).t);
  };
  const heading = (el, inside = []) => {
    const lab = el.getAttribute('aria-label') || (el.getAttribute('aria-labelledby') || '').split(/\s+/).map(i => i && document.getElementById(i)).filter(Boolean).map(text).join(' ');
    if (lab) return clean(lab);
    // The head of the panel that it stands in is nearer than a heading above the panel.
    for (let n = el, i = 0; n && i < 6 && n !== document.body; n = up(n), i++) {
      const s = n.previousElementSibling, t = s && /\b(?:panel|card|box|widget|portlet|tile|x_)[-_]?(?:head|title|caption)|\bheader\b/i.test(cls(s).join(' ')) && visible(s) && !s.querySelector('table,input,select') ? text(s) : '';
      if (t && t.length < 60) return t;
      if (n.previousElementSibling && /^H[1-6]$/.test(n.previousElementSibling.tagName)) break;
    }
    return (above(el, outside(inside)) || {t: ''}).t;
  };
  // Without any heading, the few words right above a list head it ("Inbox").
  // "The following browsers are supported:" heads the list below it.
  const told = g => { const s = g.recs[0][0].previousElementSibling || g.box.previousElementSibling, t = s && /^(P|DIV|SPAN|STRONG|B|DT)$/.test(s.tagName) && visible(s) ? text(s) : ''; return /:$/.test(t) && t.length < 200 ? t : ''; };
  const lead = g => {
    const named = s => { const t = s && visible(s) && !s.querySelector('a[href],input,select') ? text(s) : ''; return t.length < 60 && /^\p{L}[\p{L} ’'-]*(?:\([^()]*\))?[^\p{L}\p{N}.,:;!?]*$/u.test(t) && t.replace(/\(.*/, '').trim().split(' ').length < 5 ? t : ''; };
    const first = g.recs[0][0].previousElementSibling;
    return named(first) || (first ? '' : named(g.box.previousElementSibling));
  };
  const describe = el => { let w = ''; for (let n = el, i = 0; n && i < 3; n = up(n), i++) w += ' ' + clues(n) + ' ' + (n.getAttribute('role') || ''); return clean(w).slice(0, 300); };
  const recordsOf = g => {
    const heads = captions(g), secs = sections(g);
    return g.recs.slice(0, MAX_RECORDS).map((r, i) => ({...labelled(r, heads), ...(secs[i] ? {sec: secs[i]} : {})})).filter(r => r.tokens.length);
  };
  const used = [], out = [];
  for (const g of scored) {
    if (out.length >= MAX_GROUPS) break;
    if (used.some(u => u.box === g.box && u.n === g.n && u.how === g.how)) continue;
    used.push(g);
    const rect = g.box.getBoundingClientRect(), records = recordsOf(g);
    out.push({score: g.score, how: g.how, table: loud.findIndex(t => t.contains(g.box)), n: g.n, where: g.where, near: g.over || heading(g.box.getAttribute('aria-label') || g.box.getAttribute('aria-labelledby') ? g.box : g.recs[0][0], g.recs) || lead(g), words: describe(g.box) + ' ' + cls(g.recs[0][0]).join(' ') + ' ' + told(g),
      tag: g.recs[0][0].tagName.toLowerCase(), top: Math.round(rect.top + scrollY),
      records});
  }

  // A search with one hit is still a list: the only child of what is marked as one.
  for (const e of all) {
    if (out.length >= MAX_GROUPS || chrome(e) === 'nav' || [...inTable].some(t => t.contains(e))) continue;
    const marked = /^(UL|OL)$/.test(e.tagName) || /list|grid|results?|products|items|cards|feed|rows/i.test(clues(e) + (e.getAttribute('role') || ''));
    const shown = kids(e).filter(k => !SKIP.has(k.tagName) && visible(k));
    const items = shown.filter(k => k.tagName === 'ARTICLE' || /^(article|listitem)$/.test(k.getAttribute('role') || ''));
    const ks = items.length === 1 ? items : marked ? shown : [];
    if (ks.length !== 1 || !/^(LI|ARTICLE|DIV|SECTION|A)$/.test(ks[0].tagName)) continue;
    const r = record([ks[0]]);
    if (r.tokens.length < 2 || r.tokens.length > 30 || !r.tokens.some(t => t.h)) continue;
    out.push({score: 1.5, how: 'single', n: 1, where: chrome(e), near: heading(ks[0], [[ks[0]]]), words: describe(e) + ' ' + cls(ks[0]).join(' '),
      tag: ks[0].tagName.toLowerCase(), top: Math.round(e.getBoundingClientRect().top + scrollY), records: [r]});
  }

  // --- tables -----------------------------------------------------------------------------------
  const cellsOf = (row, html) => html ? [...row.cells] : [...row.querySelectorAll('[role=cell],[role=gridcell],[role=columnheader],[role=rowheader]')];
  const link = c => { const a = c.querySelector('a[href]'); return a ? a.href : ''; };
  const cellText = c => {
    const parts = []; collect(c, parts, {path: '', words: '', href: ''});
    const t = text(c); return (t || parts.filter(p => !p.hid && p.form !== 2).map(p => p.t).join(' ')).slice(0, 600) || parts.filter(p => p.form === 1).map(p => p.t).join(' ');
  };
  const bold = c => { let n = c; while (n.children.length === 1 && text(n.children[0]) === text(c)) n = n.children[0]; return +getComputedStyle(n).fontWeight >= 600 ? 1 : 0; };
  const tableOf = t => {
    const html = t.tagName === 'TABLE', rows = html ? [...t.rows].filter(r => r.closest('table') === t) : [...t.querySelectorAll('[role=row]')];
    const grid = [], hdr = [], foot = [];
    rows.forEach((row, y) => {
      if (!visible(row)) return;
      const line = grid[y] = grid[y] || []; let x = 0;
      for (const c of cellsOf(row, html)) {
        while (line[x]) x++;
        const cs = Math.min(+(c.getAttribute('colspan') || c.getAttribute('aria-colspan')) || 1, 60);
        const rs = Math.min(+(c.getAttribute('rowspan') || c.getAttribute('aria-rowspan')) || 1, 400);
        const head = c.tagName === 'TH' || /header/.test(c.getAttribute('role') || '');
        const cell = {t: visible(c) ? cellText(c) : '', h: link(c), th: head ? 1 : 0, b: bold(c), cs};
        if (!visible(c) && c.hasAttribute && getComputedStyle(c).display === 'none') continue;
        for (let dy = 0; dy < rs && y + dy < rows.length; dy++) { const l = grid[y + dy] = grid[y + dy] || []; for (let dx = 0; dx < cs; dx++) l[x + dx] = cell; }
        x += cs;
      }
      const part = row.parentElement.tagName;
      hdr[y] = part === 'THEAD' || (line.length > 0 && line.every(c => c && (c.th || !c.t)) && line.some(c => c && c.th));
      foot[y] = part === 'TFOOT';
    });
    // Heads that stay while the rows scroll stand in a table of their own, right above.
    if (html && grid.length && !hdr.some(Boolean)) {
      const box = t.getBoundingClientRect(), n = (grid.find(Boolean) || []).length;
      const over = [...document.querySelectorAll('table')].filter(o => o !== t && !o.contains(t) && o.rows.length && o.compareDocumentPosition(t) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);
      const bare = over && [...over.rows].every(r => !visible(r) || [...r.cells].every(c => c.tagName === 'TH' || !text(c) || c.querySelector('input,select')));
      const top = bare && visible(over) && [...over.rows].find(r => r.cells.length === n && [...r.cells].every(c => c.tagName === 'TH'));
      const at = top && over.getBoundingClientRect();
      if (top && Math.abs(at.left - box.left) < 30 && at.bottom <= box.top + 30 && at.bottom > box.top - 600) {
        grid.unshift([...top.cells].map(c => ({t: cellText(c), h: '', th: 1, b: 1, cs: 1})));
        hdr.unshift(true); foot.unshift(false);
      }
    }
    const cap = html && t.caption ? text(t.caption) : '';
    const keep = grid.map((l, y) => ({l, y})).filter(r => r.l && r.l.length);
    return {caption: cap || clean(t.getAttribute('aria-label') || ''), near: cap || heading(t), words: describe(t), where: chrome(t),
      area: (r => r.width * r.height)(t.getBoundingClientRect()), top: Math.round(t.getBoundingClientRect().top + scrollY),
      rows: keep.slice(0, MAX_RECORDS + 5).map(r => ({cells: r.l.map(c => c || {t: '', h: ''}), head: !!hdr[r.y], foot: !!foot[r.y]}))};
  };
  const tables = [...dataTables, ...loud].filter(visible).slice(0, 30).map(t => ({...tableOf(t), data: inTable.has(t), loud: loud.indexOf(t)}));

  // --- label/value pairs ------------------------------------------------------------------------
  const pairs = [];
  // Labels under a label that spans several rows ("Battery": "Capacity", "Charging").
  const groupOf = r => { for (let n = r; n; n = n.previousElementSibling) { const c = n.cells && n.cells[0]; if (c && c.tagName === 'TH' && c.rowSpan > 1) return text(c); } return ''; };
  const grouped = r => { const t = r.closest('table'), c = [...r.cells]; return (c.length === 2 || (c.length === 3 && c[0].tagName === 'TH')) && c.slice(-2).every(x => x.tagName === 'TD') && !!groupOf(r) && t.rows[0].cells.length === 3 && t.rows[0].cells[0].rowSpan > 1; };
  const pair = (k, v, el, near = '') => { k = clean(k).replace(/\s*:$/, ''); v = clean(v); if (k && v && k.length < 80 && v.length < 1500 && pairs.length < 300) pairs.push({k, v, top: Math.round(el.getBoundingClientRect().top + scrollY), near: near + ' ' + heading(el)}); };
  for (const e of all) {
    if (!visible(e)) continue;
    if (e.tagName === 'DT') { let d = e.nextElementSibling; while (d && d.tagName === 'DT') d = d.nextElementSibling; const vs = []; while (d && d.tagName === 'DD') { if (visible(d)) vs.push(text(d)); d = d.nextElementSibling; } pair(text(e), vs.join('; '), e); }
    else if (e.tagName === 'TR' && e.cells.length === 2 && (e.cells[0].tagName === 'TH' || /:$/.test(text(e.cells[0]))) && e.cells[1].tagName === 'TD') pair(text(e.cells[0]), cellText(e.cells[1]), e);
    else if (e.tagName === 'TR' && e.cells.length > 2 && e.cells.length % 2 === 0 && [...e.cells].every((c, i) => c.tagName === (i % 2 ? 'TD' : 'TH'))) for (let i = 0; i < e.cells.length; i += 2) pair(text(e.cells[i]), cellText(e.cells[i + 1]), e);
    else if (e.tagName === 'TR' && grouped(e)) { const c = [...e.cells].slice(-2); pair(text(c[0]), cellText(c[1]), e, groupOf(e)); }
    else if (/^(STRONG|B|SPAN|LABEL|DIV|TH|H[3-6])$/.test(e.tagName) && !e.children.length && /^[^:]{2,60}:$/.test(text(e))) {
      const sib = e.nextElementSibling && visible(e.nextElementSibling) ? text(e.nextElementSibling) : '';
      const whole = e.parentElement ? e.parentElement.innerText || '' : '', own = text(e), at = whole.indexOf(own);
      const after = at >= 0 && whole.length < 600 ? whole.slice(at + own.length).split('\n')[0] : '';
      if (clean(after) || sib) pair(own, clean(after) || sib, e);
    } else if (/^(LI|P|TD|DIV|SPAN)$/.test(e.tagName) && !e.querySelector('p,div,li,ul,table')) {
      const m = /^([^:.!?]{2,40}):\s+(\S.{0,300})$/.exec(text(e)); if (m && !/^https?$/.test(m[1])) pair(m[1], m[2], e);
    } else if (/^DIV|LI$/.test(e.tagName) && e.children.length === 2) {
      const [a, b] = e.children, ta = text(a), tb = text(b);
      if (ta && tb && ta.length < 40 && tb.length < 120 && /label|name|key|term|title/i.test(cls(a).join(' ')) && /value|val|data|desc|content|detail/i.test(cls(b).join(' '))) pair(ta, tb, e);
    }
  }

  // --- linked data ------------------------------------------------------------------------------
  const jsonld = [];
  for (const s of document.querySelectorAll('script[type="application/ld+json"]')) { try { jsonld.push(JSON.parse(s.textContent)); } catch (e) { /* broken JSON is no data */ } }
  const items = [];
  const prop = e => e.content || (e.tagName === 'META' ? '' : e.href || e.currentSrc || e.dateTime || text(e));
  const itemOf = el => {
    const it = {'@type': (el.getAttribute('itemtype') || '').split('/').pop()};
    for (const p of el.querySelectorAll('[itemprop]')) {
      if (p.parentElement.closest('[itemscope]') !== el) continue;
      it[p.getAttribute('itemprop')] = p.hasAttribute('itemscope') ? itemOf(p) : clean(prop(p));
    }
    return it;
  };
  for (const e of document.querySelectorAll('[itemscope]')) if (!e.parentElement.closest('[itemscope]') && items.length < 200) items.push(itemOf(e));
  const meta = {};
  for (const m of document.querySelectorAll('meta[property],meta[name=description],meta[name=author]')) meta[m.getAttribute('property') || m.name] = m.content;
  const direct = e => clean(nodes(e).filter(n => n.nodeType === 3).map(n => n.data).join(' '));
  const prominent = all.filter(e => visible(e) && e.textContent.length < 400 && direct(e) && direct(e).length < 200).slice(0, 1500).map(e => {
    const r = e.getBoundingClientRect();
    return {t: /^H[1-6]$/.test(e.tagName) ? text(e) : direct(e), where: chrome(e), k: clean(clues(e) + ' ' + (up(e) ? clues(up(e)) : '')), fs: parseFloat(getComputedStyle(e).fontSize), hd: /^H[1-6]$/.test(e.tagName) ? +e.tagName[1] : 0,
      top: Math.round(r.top + scrollY), del: within(e, 'del,s') || getComputedStyle(e).textDecorationLine.includes('line-through') ? 1 : 0, ip: e.getAttribute('itemprop') || ''};
  });
  const blocks = all.filter(e => /^(P|LI|H[1-6]|BLOCKQUOTE|DD|PRE|TD|FIGCAPTION|SUMMARY)$/.test(e.tagName) || (e.tagName === 'DIV' && !e.children.length) || (e.tagName === 'DIV' && nodes(e).some(n => n.nodeType === 3 && n.data.trim().length > 60)))
    .filter(e => visible(e) && text(e) && !e.querySelector('p,li,h1,h2,h3,h4,blockquote,pre,table')).slice(0, 800).map(e => ({talk: within(e, '[class*=comment i],[id*=comment i],[class*=review i],[class*=repl i]') ? 1 : 0, tag: e.tagName.toLowerCase(), t: text(e).slice(0, 4000), where: chrome(e),
      main: within(e, 'main,[role=main],article') ? 1 : 0, links: clean([...e.querySelectorAll('a')].map(a => a.textContent).join(' ')).length}));
  return {title: document.title, url: location.href, groups: out, tables, pairs, jsonld, items, meta, leaves: prominent, blocks};
}
