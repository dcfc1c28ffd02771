// What one document tells outside of its tables: labels with their values, and the pieces of
// repeated things. Gives {facts, items, chosen, heads}: a fact is {label, value, heads, row, nr},
// an item {pieces, heads, nr}; `nr` numbers the repeated thing that it stands in, -1 for none.
(opts) => {
  const clean = s => (s || '').replace(/[\s\u00a0\u200b]+/g, ' ').trim();
  const SKIP = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'IFRAME', 'OBJECT', 'OPTION', 'DATALIST', 'BR', 'HR']);
  const kids = e => e.shadowRoot ? [...e.shadowRoot.children] : e.tagName === 'SLOT' && e.assignedElements().length ? e.assignedElements() : [...e.children];
  const nodes = e => e.shadowRoot ? [...e.shadowRoot.childNodes] : e.tagName === 'SLOT' && e.assignedNodes().length ? e.assignedNodes() : [...e.childNodes];
  const seen = new Map();
  const shown = e => {
    if (seen.has(e)) return seen.get(e);
    let ok = !SKIP.has(e.tagName) && e.getAttribute('aria-hidden') !== 'true' && !(e.namespaceURI || '').endsWith('svg');
    if (ok && e.checkVisibility) ok = e.checkVisibility({visibilityProperty: true, opacityProperty: true}) || getComputedStyle(e).display === 'contents';
    seen.set(e, ok);
    return ok;
  };
  const live = e => kids(e).filter(shown);
  const chosenOf = e => clean([...e.selectedOptions].filter(o => o.value !== '').map(o => o.text).join(', '));
  const valueOf = e => e.tagName === 'SELECT' ? chosenOf(e)
    : e.tagName === 'INPUT' && /^(text|number|date|email|tel|url|time|search)$/.test(e.type) && e.readOnly ? clean(e.value) : '';
  const control = e => /^(BUTTON|INPUT|TEXTAREA)$/.test(e.tagName) || e.getAttribute('role') === 'button';
  // The texts of an element, a piece for each of its innermost parts.
  const pieces = (e, out = []) => {
    if (out.length > 40 || !shown(e)) return out;
    if (e.tagName === 'SELECT' || e.tagName === 'INPUT') { const v = valueOf(e); if (v) out.push(v); return out; }
    if (control(e) && e.tagName !== 'BUTTON') return out;
    for (const n of nodes(e)) {
      if (n.nodeType === 3) { const t = clean(n.data); if (t && /[\p{L}\p{N}]/u.test(t)) out.push(t.slice(0, 400)); }
      else if (n.nodeType === 1 && n.tagName !== 'BUTTON') pieces(n, out);
    }
    return out;
  };
  const whole = e => pieces(e).join(' ');
  const INNER = /^(B|STRONG|SPAN|EM|I|CODE|SMALL|LABEL|A|TIME|KBD|U|FONT|DATA|ABBR|DT|DD|DIV|P|TD|TH|OUTPUT|H[4-6])$/;
  const leaf = e => e.tagName === 'SELECT' || (INNER.test(e.tagName) && !live(e).some(k => !/^(B|STRONG|SPAN|EM|I|CODE|SMALL|A|TIME|KBD|U|FONT|ABBR|SUP|SUB)$/.test(k.tagName)));
  const said = e => e.tagName === 'SELECT' ? chosenOf(e) : whole(e);
  const LABEL = /^\p{L}[^.?!\n]{0,38}$/u;
  const isLabel = t => LABEL.test(t) && !/\d{3}|https?:/.test(t) && t.split(' ').length <= 6;
  const facts = [], items = [], chosen = [], stack = [];
  let count = 0;
  const trail = () => stack.map(h => h.t);
  const put = (label, value, ctx) => {
    label = clean(label).replace(/\s*:$/, ''); value = clean(value);
    if (label && value && label !== value && facts.length < 1500) facts.push({label, value: value.slice(0, 600), heads: trail(), row: ctx.row || '', nr: ctx.nr === undefined ? -1 : ctx.nr});
  };
  const sig = e => e.tagName + '|' + (e.getAttribute('role') || '') + '|' + String(e.getAttribute('class') || '').split(/\s+/).filter(c => c && !/active|current|selected|odd|even|first|last|open|closed|^is-|^on$|\d/i.test(c)).sort().join('.');
  const level = e => /^H([1-6])$/.test(e.tagName) ? +e.tagName[1] : e.getAttribute('role') === 'heading' ? +(e.getAttribute('aria-level') || 2) : /^(LEGEND|SUMMARY)$/.test(e.tagName) ? 6 : 0;
  const PART = /^(ARTICLE|SECTION|ASIDE|NAV|FOOTER|LI|TD|DIALOG|FIELDSET|DETAILS|FORM)$/;
  // Rows of boxes under a row of column heads: what each of a row's boxes is called.
  const cellsOf = r => live(r).filter(c => !/^(HR|BR)$/.test(c.tagName));
  const strong = c => +getComputedStyle(c).fontWeight >= 600 || /^(TH|STRONG|B)$/.test(c.tagName) || /columnheader/.test(c.getAttribute('role') || '');
  const columnHeads = rows => {
    const n = cellsOf(rows[0]).length;
    if (rows.length < 2 || n < 3 || rows.some(r => cellsOf(r).length !== n)) return null;
    for (const h of [rows[0], rows[0].previousElementSibling]) {
      if (!h || !shown(h) || /^(NAV|HEADER|UL|OL|FORM)$/.test(h.tagName)) continue;
      const cells = cellsOf(h), texts = cells.map(said), named = texts.filter(Boolean);
      if (cells.length !== n || named.length < Math.max(2, n - 1) || new Set(named).size !== named.length || !named.every(t => isLabel(t) && !/\d/.test(t))) continue;
      if (h === rows[0] && !/head/i.test(sig(h)) && !(cells.every(c => !said(c) || strong(c)) && !cellsOf(rows[1]).every(strong))) continue;
      return {row: h, texts};
    }
    return null;
  };
  function visit(e, ctx, alike) {
    if (!shown(e) || facts.length > 1400) return;
    if (e.tagName === 'SELECT') {
      const l = e.labels && e.labels.length ? clean(e.labels[0].innerText) : clean(e.getAttribute('aria-label')) || clean(e.title);
      const v = chosenOf(e); if (v) { chosen.push(clean((l || before(e)) + ' ' + v)); if (l) put(l, v, ctx); }
      return;
    }
    const n = level(e);
    if (n) {
      const t = clean(whole(e)).slice(0, 160);
      while (stack.length && stack[stack.length - 1].n >= n) stack.pop();
      if (t) stack.push({n, t, e});
      if (e.tagName !== 'LEGEND') return;
    }
    if (e.tagName === 'TABLE' && !e.querySelector('table') && e.rows.length > 1 && !e.querySelector('form')) { return; }
    const depth = stack.length;
    const ks = live(e);
    pairIn(e, ks, ctx);
    const groups = new Map();
    for (const k of ks) { const s = sig(k); groups.has(s) ? groups.get(s).push(k) : groups.set(s, [k]); }
    const heads = new Map([...groups].map(([s, rows]) => [s, rows.length > 1 ? columnHeads(rows) : null]));
    for (const k of ks) {
      const grid = heads.get(sig(k));
      const many = groups.get(sig(k)).length > 1 && (!leaf(k) || !!grid);
      let inner = ctx;
      if (many || (k.tagName === 'LI' && groups.get(sig(k)).length >= 1)) {
        const ps = pieces(k);
        if (ps.length && ps.length <= 40) {
          inner = {row: ps.join(' | ').slice(0, 500), nr: count++};
          if (ps.length <= 9) items.push({pieces: ps, heads: trail(), nr: inner.nr});
          if (grid && grid.row !== k) cellsOf(k).forEach((c, i) => put(grid.texts[i], said(c) || pieces(c).join(' '), inner));
        }
      }
      const from = stack.length, held = stack.slice();
      visit(k, inner, many);
      // A heading heads what comes after it, but not beyond the part that it opens.
      const part = many || PART.test(k.tagName) || k.tagName.includes('-') || k.getAttribute('role') === 'dialog';
      if (part) { const mine = stack.filter(h => h.n === 1 || held.includes(h)); stack.length = 0; stack.push(...(mine.length || !held.length ? mine : held)); for (const h of held) if (!stack.includes(h) && !stack.some(x => x.n === 1 && !held.includes(x))) stack.push(h); stack.sort((a, b) => a.n - b.n); }
    }
  }
  const before = e => { for (let s = e.previousSibling; s; s = s.previousSibling) { const t = s.nodeType === 3 ? clean(s.data) : s.nodeType === 1 && shown(s) && leaf(s) ? said(s) : ''; if (t) return t.length < 40 ? t : ''; } return ''; };
  // "<b>Pick-up point</b><br>Old Mill<br>4 Weir Lane<br><b>Driver</b><br>Jo": bold lines head what follows.
  function putLines(e, ctx) {
    const parts = nodes(e).filter(x => x.nodeType === 1 ? x.tagName === 'BR' || shown(x) : x.nodeType === 3 && clean(x.data));
    if (!/^(P|DIV|TD|LI|ADDRESS)$/.test(e.tagName) || !parts.some(x => x.tagName === 'BR') || parts.some(x => x.nodeType === 1 && x.tagName !== 'BR' && !leaf(x))) return false;
    const lines = [[]];
    for (const x of parts) x.tagName === 'BR' ? lines.push([]) : lines[lines.length - 1].push(x);
    const bold = line => line.length === 1 && line[0].nodeType === 1 && strong(line[0]) && !strong(e) && isLabel(said(line[0]).replace(/:$/, ''));
    const text = line => clean(line.map(x => x.nodeType === 3 ? x.data : said(x)).join(' '));
    let label = '', value = [], found = false;
    const end = () => { if (label && value.length) { put(label, value.join(', '), ctx); found = true; } label = ''; value = []; };
    for (const line of lines) {
      if (bold(line)) { end(); label = said(line[0]); }
      else if (!line.length) { if (value.length) end(); }
      else if (label) value.push(text(line));
    }
    end();
    return found;
  }
  function pairIn(e, ks, ctx) {
    if (e.tagName === 'DL') {
      for (const d of ks) if (d.tagName === 'DT') { const vs = []; for (let x = d.nextElementSibling; x && x.tagName !== 'DT'; x = x.nextElementSibling) if (x.tagName === 'DD' && shown(x)) vs.push(whole(x)); if (vs.length) put(whole(d), vs.join('; '), ctx); }
      return;
    }
    if (/^(UL|OL|NAV|SELECT)$/.test(e.tagName)) return;
    if (putLines(e, ctx)) return;
    const own = nodes(e).filter(x => x.nodeType === 3 && /[\p{L}\p{N}]/u.test(x.data));
    // "Status: <b>Refunded</b>", "<b>Due</b> 14 May", "Due: 14 May".
    const line = clean(whole(e));
    if (line.length < 240 && (leaf(e) || (/^(P|DIV|LI|SPAN|TD)$/.test(e.tagName) && ks.every(leaf)))) {
      const m = /^([^:.!?]{2,40}):\s+(\S.*)$/u.exec(line);
      if (m && isLabel(m[1]) && !/^https?$/.test(m[1])) { put(m[1], m[2], ctx); return; }
      // "Doors 19:30", "Entry £5": a word or two, and a time or a sum.
      const short = !ks.length && line.length < 60 && /^(\p{L}[\p{L}’' -]{2,28}?)\s+(?:from |at )?((?:[£$€]\s?\d[\d.,]*|\d[\d.,]*\s?€|\d{1,2}[:.]\d\d(?:\s?[ap]m)?(?:\s?(?:[-–—]|to)\s?\d{1,2}[:.]\d\d(?:\s?[ap]m)?)?))$/u.exec(line);
      if (short && isLabel(short[1])) put(short[1], short[2], ctx);
      if (own.length === 1 && ks.length === 1 && leaf(ks[0])) {
        const a = nodes(e).filter(x => x === own[0] || x === ks[0]).map(x => x.nodeType === 3 ? clean(x.data) : said(x));
        if (a.length === 2 && isLabel(a[0].replace(/:$/, '')) && a[0].length < 30 && a[1].length < 120) put(a[0], a[1], ctx);
        return;
      }
    }
    if (own.length) return;
    const leaves = ks.filter(k => leaf(k) && said(k));
    if (ks.length === 2 && leaves.length === 2 && isLabel(said(ks[0]).replace(/:$/, '')) && said(ks[1]).length < 300) {
      put(said(ks[0]), said(ks[1]), ctx);
      // "2,356" over "New users": the figure may stand first.
      if (/^[^\p{L}]*\d[^\p{L}]*$/u.test(said(ks[0])) && isLabel(said(ks[1]).replace(/!$/, ''))) put(said(ks[1]), said(ks[0]), ctx);
      return;
    }
    if (ks.length === 2 && leaves.length === 2 && /^[^\p{L}]*\d[\d.,]*.{0,4}$/u.test(said(ks[0])) && isLabel(said(ks[1]))) { put(said(ks[1]), said(ks[0]), ctx); return; }
    // Labels and values in turn: <span>Status</span><select>…<span>Due</span><span>14 May</span>.
    if (ks.length >= 4 && ks.length % 2 === 0 && ks.every((k, i) => leaf(k) && (i % 2 || said(k))) && ks.length <= 60 && !ks.some(k => k.tagName === 'A')) {
      const odd = ks.filter((_, i) => i % 2 === 0), texts = odd.map(said);
      if (new Set(odd.map(k => k.tagName)).size === 1 && texts.every(t => isLabel(t.replace(/:$/, ''))) && new Set(texts).size === texts.length
          && (odd[0].tagName !== ks[1].tagName || (odd[0].className && odd.every(k => k.className === odd[0].className) && ks.every((k, i) => i % 2 === 0 || k.className !== odd[0].className)) || ks.some((k, i) => i % 2 && (k.tagName === 'SELECT' || /\d|@/.test(said(k))) ) || texts.some(t => /:$/.test(t))))
        odd.forEach((k, i) => put(said(k), said(ks[2 * i + 1]), ctx));
    }
  }
  visit(document.body, {}, false);
  const heads = [];
  for (const h of document.querySelectorAll('h1,h2,h3,legend')) if (shown(h) && heads.length < 60) heads.push([h.tagName === 'H1' ? 1 : 2, clean(h.innerText).slice(0, 160)]);
  return {facts, items, chosen, heads, title: document.title, text: document.body.innerText.slice(0, 60000)};
}
