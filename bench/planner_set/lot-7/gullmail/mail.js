const MAIL = [
  {id: 21, from: 'Greta Lindqvist', mail: 'greta@lindqvist-survey.example', sub: 'Survey of the roof', at: '28 Nov', un: 1, f: 'Inbox', text: 'Hello,\nthe survey of your roof is on Thursday 3 December at 09:30. Please see that the hatch is free. It takes about 50 minutes.\nGreta Lindqvist'},
  {id: 20, from: 'Parcel Hub', mail: 'noreply@parcelhub.example', sub: 'Parcel waiting at locker 14', at: '28 Nov', un: 1, f: 'Inbox', text: 'Your parcel waits until 2 December. Code 4471.'},
  {id: 19, from: 'Jonas Berg', mail: 'jonas.berg@example.org', sub: 'Lift on Friday?', at: '27 Nov', un: 0, f: 'Inbox', text: 'I leave at half past five, there is a seat left. Shall I pick you up at the mill?\nJonas'},
  {id: 18, from: 'Allotment Society', mail: 'office@plots.example', sub: 'Water is off from Monday', at: '26 Nov', un: 0, f: 'Inbox', text: 'We close the taps on Monday. They open again in March.'},
  {id: 17, from: 'Hosting Kestrel', mail: 'billing@kestrelhosting.example', sub: 'Invoice for November', at: '25 Nov', un: 0, f: 'Inbox', att: 'invoice-2026-11.pdf', text: 'Please find the invoice for November attached.'},
  {id: 16, from: 'Jonas Pohl', mail: 'jonas.pohl@example.org', sub: 'Draft of the programme', at: '24 Nov', un: 1, f: 'Inbox', text: 'Here is the draft. Is the order all right with you?\nJonas Pohl'},
  {id: 15, from: 'Mum', mail: 'mum@example.org', sub: 'Photos!!', at: '23 Nov', un: 0, f: 'Inbox', st: 1, text: 'Did you get them? Call me.'},
  {id: 14, from: 'City Cinema', mail: 'news@citycinema.example', sub: 'This week on five screens', at: '22 Nov', un: 1, f: 'Inbox', text: 'Tuesday is two-for-one.'},
  {id: 13, from: 'Choir list', mail: 'choir@lists.example', sub: 'Rehearsal moved to room 2', at: '20 Nov', un: 0, f: 'Inbox', text: 'Only this week.'},
  {id: 130, from: 'Library', mail: 'post@firthlib.example', sub: 'Your reservation has arrived', at: '18 Nov', un: 0, f: 'Inbox', text: 'We keep it for seven days at the Quayside branch.'},
  {id: 129, from: 'Paula Winter', mail: 'paula@example.org', sub: 'Sunday lunch', at: '17 Nov', un: 0, f: 'Inbox', text: 'Bring the big pan, please. And the dog.'},
  {id: 128, from: 'Bank of the Firth', mail: 'noreply@firthbank.example', sub: 'Your statement is ready', at: '16 Nov', un: 0, f: 'Inbox', text: 'Sign in to read it. We never ask for your PIN by mail.'},
  {id: 127, from: 'Choir list', mail: 'choir@lists.example', sub: 'Notes for the Christmas concert', at: '15 Nov', un: 0, f: 'Inbox', text: 'The altos start on page 4.'},
  {id: 126, from: 'Nils Aberg', mail: 'nils@example.org', sub: 'bicycle', at: '13 Nov', un: 0, f: 'Inbox', text: 'Is it still for sale?'},
  {id: 125, from: 'Parcel Hub', mail: 'noreply@parcelhub.example', sub: 'Parcel delivered to a neighbour', at: '11 Nov', un: 0, f: 'Inbox', text: 'Your parcel is with: Marten, second floor.'},
  {id: 124, from: 'Allotment Society', mail: 'office@plots.example', sub: 'Fence days', at: '9 Nov', un: 0, f: 'Inbox', text: 'Saturday from nine. There will be soup.'},
  {id: 123, from: 'Dr Weiss', mail: 'desk@drweiss.example', sub: 'Reminder: check-up', at: '6 Nov', un: 0, f: 'Inbox', text: 'We expect you on 12 January at 08:20.'},
  {id: 122, from: 'City Cinema', mail: 'news@citycinema.example', sub: 'Silent films with piano', at: '4 Nov', un: 0, f: 'Inbox', text: 'Three evenings in the small hall.'},
  {id: 121, from: 'Housing Co-op', mail: 'board@coop.example', sub: 'Roof: what happens next', at: '2 Nov', un: 0, f: 'Inbox', text: 'A surveyor will be in touch with all of you before Christmas.'},
  {id: 120, from: 'Paula Winter', mail: 'paula@example.org', sub: 'Pictures from the lake', at: '29 Oct', un: 0, f: 'Inbox', text: 'The one with the hat!'},
  {id: 12, from: 'Hosting Kestrel', mail: 'billing@kestrelhosting.example', sub: 'Invoice for October', at: '25 Oct', un: 0, f: 'Inbox', att: 'invoice-2026-10.pdf', text: 'Please find the invoice for October attached.'},
  {id: 11, from: 'Nils Aberg', mail: 'nils@example.org', sub: 'Re: bicycle', at: '19 Oct', un: 0, f: 'Inbox', text: 'Sold, sorry. The invoice for the lock is yours if you want it.'},
  {id: 10, from: 'Me', mail: 'me@gullmail.example', sub: 'Key for the shed', at: '12 Oct', un: 0, f: 'Sent', text: 'It hangs behind the door.'},
  {id: 9, from: 'Win Big', mail: 'x@winbig.example', sub: 'You were chosen', at: '11 Oct', un: 1, f: 'Spam', text: 'Click.'}
];
const FOLDERS = ['Inbox', 'Starred', 'Sent', 'Drafts', 'Archive', 'Spam', 'Bin'];
const app = document.getElementById('app');
let query = '', chosen = new Set();
const esc = s => s.replace(/[&<>]/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;'}[c]));
const api = (path, body) => fetch('/api' + path, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});
const snack = t => { document.querySelector('.snack')?.remove(); const d = document.createElement('div'); d.className = 'snack'; d.textContent = t; document.body.append(d); setTimeout(() => d.remove(), 6000); };
const where = () => decodeURIComponent(location.hash.slice(1)) || 'inbox';
app.innerHTML = `<div class="shell"><div class="hd"><b style="font-size:20px">🕊 Gullmail</b><input placeholder="Search mail" id="q"><button class="ib" title="Settings">⚙</button><button class="ib" title="Account: me@gullmail.example">👤</button></div><div class="nv"><div class="wr" id="wr">✎ Compose</div><div id="nv"></div></div><div class="pn" id="pn"></div></div>`;
const pn = document.getElementById('pn'), nv = document.getElementById('nv');
function inFolder(m, f) { return f === 'starred' ? m.st : m.f.toLowerCase() === f; }
function nav() {
  const here = where();
  nv.innerHTML = FOLDERS.map(f => { const n = MAIL.filter(m => m.f === f && m.un).length; return `<div class="it ${here === f.toLowerCase() ? 'cur' : ''}" data-f="${f.toLowerCase()}">${f}<span>${n && f !== 'Spam' ? n : ''}</span></div>`; }).join('');
}
function list(all, head) {
  pn.innerHTML = `<div style="padding:6px">${head} <button class="ib" title="Refresh">⟳</button></div>` + (all.map(m => `<div class="rw ${m.un ? 'u' : ''}" data-id="${m.id}"><input type="checkbox" ${chosen.has(m.id) ? 'checked' : ''} data-k="${m.id}"><button class="ib" title="${m.st ? 'Remove star' : 'Star'}" data-s="${m.id}">${m.st ? '★' : '☆'}</button><span class="fr">${m.un ? '<span title="Unread">•</span> ' : ''}${esc(m.from)}</span><span><span class="sj">${esc(m.sub)}</span> <span class="sn">– ${esc(m.text.slice(0, 40))}…</span>${m.att ? ' 📎' : ''}</span><span class="dt">${m.at}</span><span><button class="ib" title="Archive" data-a="${m.id}">🗄</button><button class="ib" title="Delete" data-d="${m.id}">🗑</button><button class="ib" title="Mark as ${m.un ? 'read' : 'unread'}" data-r="${m.id}">✉</button></span></div>`).join('') || '<p>Nothing here.</p>');
}
function read(m) {
  m.un = 0;
  pn.innerHTML = `<div><button class="ib" title="Back" data-back="1">←</button><button class="ib" title="Archive" data-a="${m.id}">🗄</button><button class="ib" title="Delete" data-d="${m.id}">🗑</button><button class="ib" title="Move to" data-m="${m.id}">📁</button></div><h2>${esc(m.sub)}</h2><div style="display:flex;justify-content:space-between"><div><b>${esc(m.from)}</b> &lt;${m.mail}&gt;<br><small>to me</small></div><div>${m.at} <button class="ib" title="Star" data-s="${m.id}">${m.st ? '★' : '☆'}</button></div></div><p style="white-space:pre-line">${esc(m.text)}</p>${m.att ? `<p>📎 <a href="/files/${m.att}" download>${m.att}</a> (1 attachment, 1 KB)</p>` : ''}<p><button data-re="${m.id}">↩ Reply</button> <button data-fw="${m.id}">↪ Forward</button></p>`;
}
function draw() {
  const h = where();
  nav();
  if (h.startsWith('msg/')) return read(MAIL.find(m => m.id === Number(h.slice(4)))), nav();
  if (h.startsWith('search/')) { const w = h.slice(7).toLowerCase(); return list(MAIL.filter(m => m.f !== 'Spam' && (m.from + m.sub + m.text).toLowerCase().includes(w)), `Results for “${esc(h.slice(7))}”`); }
  list(MAIL.filter(m => inFolder(m, h)), h[0].toUpperCase() + h.slice(1));
}
function compose(to, sub) {
  document.querySelector('.cp')?.remove();
  const c = document.createElement('div');
  c.className = 'cp';
  c.innerHTML = `<div class="cph"><span>New message</span><button class="ib" title="Close" style="color:#fff">×</button></div><input placeholder="To" class="to"><input placeholder="Cc" class="cc"><input placeholder="Subject" class="su"><div class="bd" contenteditable="true" data-ph="Write something"></div><div class="sd">Send</div><button class="ib" title="Attach a file">📎</button><button class="ib" title="Throw away">🗑</button>`;
  document.body.append(c);
  c.querySelector('.to').value = to || ''; c.querySelector('.su').value = sub || '';
  c.querySelector('[title=Close]').onclick = c.querySelector('[title="Throw away"]').onclick = () => c.remove();
  c.querySelector('.sd').onclick = async () => {
    const v = {to: c.querySelector('.to').value.trim(), cc: c.querySelector('.cc').value.trim(), subject: c.querySelector('.su').value, text: c.querySelector('.bd').innerText.trim()};
    if (!v.to) return snack('Please name at least one recipient');
    await api('/send', v);
    MAIL.unshift({id: Date.now(), from: 'Me', mail: 'me@gullmail.example', sub: v.subject, at: '28 Nov', f: 'Sent', text: v.text});
    c.remove(); snack('Message sent'); draw();
  };
}
async function move(id, f) { const m = MAIL.find(x => x.id === id); await api('/move', {id, folder: f}); m.f = f; snack(`Moved to ${f}`); if (where().startsWith('msg/')) location.hash = 'inbox'; else draw(); }
document.addEventListener('click', async e => {
  const t = e.target.closest('[data-k],[data-s],[data-a],[data-d],[data-r],[data-m],[data-to],[data-f],[data-back],[data-re],[data-fw],[data-id]');
  if (!e.target.closest('.mv') && !e.target.closest('[data-m]')) document.querySelector('.mv')?.remove();
  if (!t) return;
  const d = t.dataset, get = x => MAIL.find(m => m.id === Number(x));
  if (d.k) { chosen.has(+d.k) ? chosen.delete(+d.k) : chosen.add(+d.k); return; }
  if (d.s) { const m = get(d.s); m.st = m.st ? 0 : 1; await api('/star', {id: m.id, star: Boolean(m.st)}); return draw(); }
  if (d.a) return move(+d.a, 'Archive');
  if (d.d) return move(+d.d, 'Bin');
  if (d.r) { const m = get(d.r); m.un = m.un ? 0 : 1; await api('/read', {id: m.id, unread: Boolean(m.un)}); return draw(); }
  if (d.m) { const v = document.createElement('div'); v.className = 'mv'; v.innerHTML = FOLDERS.filter(f => f !== 'Starred').map(f => `<div data-to="${f}" data-x="${d.m}">${f}</div>`).join(''); t.after(v); return; }
  if (d.to) { document.querySelector('.mv').remove(); return move(+d.x, d.to); }
  if (d.f) { location.hash = d.f; return; }
  if (d.back) return history.back();
  if (d.re) { const m = get(d.re); return compose(m.mail, 'Re: ' + m.sub); }
  if (d.fw) return compose('', 'Fwd: ' + get(d.fw).sub);
  if (d.id) location.hash = 'msg/' + d.id;
});
document.getElementById('q').onkeydown = e => { if (e.key === 'Enter') location.hash = e.target.value ? 'search/' + encodeURIComponent(e.target.value) : 'inbox'; };
document.getElementById('wr').onclick = () => compose();
addEventListener('hashchange', draw);
pn.innerHTML = '<p>Loading…</p>';
setTimeout(draw, 400);
