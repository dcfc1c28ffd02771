document.querySelectorAll('.fold').forEach(b => b.addEventListener('click', () => {
  const open = b.getAttribute('aria-expanded') === 'true';
  b.setAttribute('aria-expanded', !open);
  b.nextElementSibling.hidden = open;
}));
document.querySelectorAll('[role=tab]').forEach(t => t.addEventListener('click', () => {
  document.querySelectorAll('[role=tab]').forEach(x => x.setAttribute('aria-selected', x === t));
  document.querySelectorAll('[role=tabpanel]').forEach(p => p.hidden = p.id !== t.getAttribute('aria-controls'));
}));
document.querySelector('.theme').onclick = () => {
  const d = document.documentElement.dataset;
  d.theme = d.theme === 'dark' ? 'light' : 'dark';
};
document.querySelectorAll('.copy').forEach(c => c.onclick = () => { c.textContent = '\u2713'; });

let index;
function palette() {
  if (document.querySelector('.palette')) return;
  const p = document.createElement('div');
  p.className = 'palette';
  p.innerHTML = '<div><input type="search" placeholder="Type to search"><div class="hits"></div></div>';
  document.body.append(p);
  const input = p.querySelector('input'), hits = p.querySelector('.hits');
  p.onclick = e => { if (e.target === p) p.remove(); };
  let timer;
  input.oninput = () => {
    clearTimeout(timer);
    hits.textContent = 'Searching\u2026';
    timer = setTimeout(async () => {
      index ||= await (await fetch('_static/searchindex.json')).json();
      const q = input.value.trim().toLowerCase();
      const found = q ? index.filter(d => (d.t + ' ' + d.b).toLowerCase().includes(q)) : [];
      found.sort((a, b) => b.t.toLowerCase().includes(q) - a.t.toLowerCase().includes(q));
      hits.innerHTML = found.map(d => `<a class="hit" href="${d.u}"><b>${d.t}</b></a>`).join('') || 'No results.';
    }, 400);
  };
  input.focus();
}
document.querySelector('.searchbox').onclick = palette;
addEventListener('keydown', e => {
  if (e.ctrlKey && e.key === 'k') { e.preventDefault(); palette(); }
  if (e.key === 'Escape') document.querySelector('.palette')?.remove();
});
const h = document.querySelector('.helpful');
if (h) {
  let vote;
  h.querySelectorAll('[data-v]').forEach(b => b.onclick = () => { vote = b.dataset.v; h.querySelector('form').hidden = false; });
  h.querySelector('form').onsubmit = async e => {
    e.preventDefault();
    await fetch('/feedback', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ page: document.querySelector('h1').textContent, vote, text: h.querySelector('textarea').value }) });
    h.innerHTML = 'Thanks for telling us!';
  };
}
