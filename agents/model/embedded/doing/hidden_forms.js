// Fields that are not shown yet, with what may show them: {fields: [{name, title, openers}]}.
// `openers` are the words of controls that say in their markup what they open; `title` is what heads
// the closed dialog or part that a field lies in.
(opts) => {
  const clean = s => (s || '').replace(/[\s\u00a0]+/g, ' ').trim();
  const shown = e => (e.checkVisibility ? e.checkVisibility({visibilityProperty: true}) : true) && e.getBoundingClientRect().width > 0;
  const nameOf = e => clean((e.labels && e.labels.length ? e.labels[0].textContent : '') || e.getAttribute('aria-label') || e.placeholder || e.title).replace(/\s*[:*]+$/, '').slice(0, 80);
  const opens = c => ['aria-controls', 'data-target', 'data-bs-target', 'popovertarget', 'commandfor', 'href'].flatMap(a => clean(c.getAttribute(a)).split(' ')).map(t => t.replace(/^#/, '')).filter(Boolean);
  const controls = [...document.querySelectorAll('button,a[href],[role=button],summary')].filter(shown);
  const headOf = e => { const h = e.querySelector('h1,h2,h3,h4,h5,h6,legend,[role=heading]'); const by = document.getElementById(e.getAttribute('aria-labelledby') || ''); return clean(e.getAttribute('aria-label') || (by ? by.textContent : h ? h.textContent : '')).slice(0, 80); };
  const out = [];
  for (const f of document.querySelectorAll('input,select,textarea')) {
    if (out.length >= 80) break;
    if (f.type === 'hidden' || shown(f) || !nameOf(f)) continue;
    const ids = []; let title = '';
    for (let n = f.parentElement; n && n.tagName !== 'BODY' && !shown(n); n = n.parentElement) {
      if (n.id) ids.push(n.id);
      if (/^(DIALOG|SECTION|FORM|FIELDSET|DIV)$/.test(n.tagName)) title = headOf(n) || title;
    }
    const openers = [...new Set(controls.filter(c => opens(c).some(i => ids.includes(i))).map(c => clean(c.innerText || c.getAttribute('aria-label'))))];
    out.push({name: nameOf(f), title, openers});
  }
  return {fields: out};
}
