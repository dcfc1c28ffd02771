const raw = `INV-2032|Alder & Sons|2026-08-14|2026-09-13|1480.00|Paid
INV-2033|Brightwater Ltd|2026-08-27|2026-09-26|2250.00|Overdue
INV-2034|Corvid Books|2026-09-02|2026-10-02|640.00|Paid
INV-2035|Alder & Sons|2026-09-09|2026-10-09|1120.50|Paid
INV-2036|Dunes Hotel|2026-09-17|2026-10-17|3125.00|Overdue
INV-2037|Elmo Foods|2026-09-29|2026-10-29|980.00|Sent
INV-2038|Brightwater Ltd|2026-10-06|2026-11-05|840.00|Overdue
INV-2039|Fable Toys|2026-10-13|2026-11-12|4410.00|Paid
INV-2040|Corvid Books|2026-10-22|2026-11-21|712.25|Paid
INV-2041|Granite Works|2026-11-03|2026-12-03|5205.50|Sent
INV-2042|Dunes Hotel|2026-11-10|2026-12-10|2960.00|Sent
INV-2043|Elmo Foods|2026-11-18|2026-12-18|3060.00|Sent
INV-2044|Hart & Wolfe|2026-11-24|2026-12-24|1875.00|Draft`;
let list = raw.split('\n').map(l => { const [no, client, issued, due, amount, status] = l.split('|'); return {no, client, issued, due, amount: Number(amount), status}; }).reverse();
const cols = [['no', 'Number'], ['client', 'Client'], ['issued', 'Issued'], ['due', 'Due'], ['amount', 'Amount'], ['status', 'Status']];
let tab = 'All', page = 0, sort = '', down = false, range = ['', ''];
const el = id => document.getElementById(id);
const money = n => '€' + n.toLocaleString('en-GB', {minimumFractionDigits: 2});
const day = s => new Date(s + 'T12:00').toLocaleDateString('en-GB', {day: 'numeric', month: 'short', year: 'numeric'});
function shown() {
  const q = el('q').value.toLowerCase();
  const out = list.filter(i => (tab === 'All' || i.status === tab) && (!range[0] || i.issued >= range[0]) && (!range[1] || i.issued <= range[1]) && (i.no + ' ' + i.client).toLowerCase().includes(q));
  if (sort) out.sort((a, b) => (a[sort] < b[sort] ? -1 : a[sort] > b[sort] ? 1 : 0) * (down ? -1 : 1));
  return out;
}
function draw() {
  el('tabs').innerHTML = ['All', 'Draft', 'Sent', 'Overdue', 'Paid'].map(t => `<div class="tab ${t === tab ? 'sel' : ''}" data-t="${t}">${t}</div>`).join('');
  el('heads').innerHTML = cols.map(c => `<th class="${c[0] === 'amount' ? 'num' : ''}" data-c="${c[0]}">${c[1]}${sort === c[0] ? (down ? ' ▾' : ' ▴') : ''}</th>`).join('') + '<th></th>';
  const all = shown(), pages = Math.max(1, Math.ceil(all.length / 8));
  page = Math.min(page, pages - 1);
  el('rows').innerHTML = all.slice(page * 8, page * 8 + 8).map(i => `<tr><td><a href="#${i.no}">${i.no}</a></td><td>${i.client.replace('&', '&amp;')}</td><td>${day(i.issued)}</td><td>${day(i.due)}</td><td class="num">${money(i.amount)}</td><td><span class="badge ${i.status.toLowerCase()}">${i.status}</span></td><td class="act"><button class="btn" title="More actions" data-m="${i.no}">⋯</button></td></tr>`).join('') || '<tr><td colspan="7">No invoices match.</td></tr>';
  el('pos').textContent = `Page ${page + 1} of ${pages}`;
  el('prev').disabled = !page; el('next').disabled = page >= pages - 1;
}
function toast(text) { const t = document.createElement('div'); t.className = 'toast'; t.textContent = text; document.body.append(t); setTimeout(() => t.remove(), 4000); }
function send(method, path, body) { return fetch(path, {method, headers: {'content-type': 'application/json'}, body: JSON.stringify(body || {})}); }
document.addEventListener('click', async e => {
  const t = e.target, open = document.querySelector('.menu');
  if (open && !open.contains(t)) open.remove();
  if (t.dataset.t) { tab = t.dataset.t; page = 0; draw(); }
  if (t.dataset.c) { down = sort === t.dataset.c ? !down : false; sort = t.dataset.c; draw(); }
  if (t.dataset.m) {
    const m = document.createElement('div');
    m.className = 'menu';
    m.innerHTML = ['View', 'Duplicate', 'Send reminder', 'Mark as paid', 'Delete'].map(x => `<div data-do="${x}" data-no="${t.dataset.m}">${x}</div>`).join('');
    t.parentNode.append(m);
  }
  if (t.dataset.do) {
    const inv = list.find(i => i.no === t.dataset.no);
    open.remove();
    if (t.dataset.do === 'Mark as paid') { await send('PATCH', '/api/invoices/' + inv.no, {status: 'Paid'}); inv.status = 'Paid'; toast(inv.no + ' marked as paid'); draw(); }
    if (t.dataset.do === 'Send reminder') { await send('POST', '/api/invoices/' + inv.no + '/reminder'); toast('Reminder sent to ' + inv.client); }
    if (t.dataset.do === 'Delete' && confirm('Delete ' + inv.no + '?')) { await send('DELETE', '/api/invoices/' + inv.no); list = list.filter(i => i !== inv); draw(); }
    if (t.dataset.do === 'View') location.hash = inv.no;
  }
});
el('apply').onclick = () => { range = [el('from').value, el('to').value]; page = 0; draw(); };
el('clear').onclick = () => { el('from').value = el('to').value = el('q').value = ''; range = ['', '']; draw(); };
el('q').oninput = () => { page = 0; draw(); };
el('prev').onclick = () => { page--; draw(); };
el('next').onclick = () => { page++; draw(); };
el('exp').onclick = () => { const a = document.createElement('a'); a.href = URL.createObjectURL(new Blob([raw.replaceAll('|', ';')], {type: 'text/csv'})); a.download = 'invoices.csv'; a.click(); };
el('new').onclick = () => toast('Ask Nora to finish the draft INV-2044 first');
draw();
