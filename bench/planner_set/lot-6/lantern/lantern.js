import { ISSUES, PEOPLE } from '/data.js';

const app = document.getElementById('app');
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const post = (url, body) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
const esc = (s) => s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const options = (list, now) => list.map((o) => `<option${o === now ? ' selected' : ''}>${esc(o)}</option>`).join('');
const STATUS = ['Backlog', 'In progress', 'In review', 'Done'];
const PRIO = ['Low', 'Normal', 'High', 'Critical'];
const filter = { text: '', priority: '', status: '' };

app.innerHTML = `<aside><div class="brand">◈ Lantern</div><a href="/">Overview</a><a href="/issues">Issues</a><a href="/people">People</a><a href="/settings">Settings</a></aside><section></section>`;
const view = app.querySelector('section');

function go(path) {
  history.pushState({}, '', path);
  render();
}
document.addEventListener('click', (ev) => {
  const link = ev.target.closest('a[href^="/"]');
  if (link) { ev.preventDefault(); go(link.getAttribute('href')); }
});
addEventListener('popstate', render);

async function render() {
  const path = location.pathname.replace(/\.html$/, '').replace(/\/index$/, '/') || '/';
  document.querySelectorAll('aside a').forEach((a) => a.classList.toggle('current', a.getAttribute('href') === '/' + path.split('/')[1]));
  view.innerHTML = '<div class="skel">Loading…</div>';
  await wait(450);
  const now = location.pathname.replace(/\.html$/, '').replace(/\/index$/, '/') || '/';
  if (now !== path) return;
  if (path === '/') overview();
  else if (path === '/issues') issues();
  else if (path.startsWith('/issues/')) issue(path.split('/')[2]);
  else if (path === '/people') people();
  else if (path === '/settings') settings();
  else view.innerHTML = '<h1>Nothing here</h1>';
}

function overview() {
  document.title = 'Overview · Lantern';
  const count = (s) => ISSUES.filter((i) => i.status === s).length;
  view.innerHTML = `<div class="bar"><h1>Overview</h1></div><div class="people">${STATUS.map((s) => `<div class="person"><div>${s}</div><div style="font-size:28px">${count(s)}</div></div>`).join('')}</div>
    <p>Release 4.2 is planned for the end of the sprint. Code freeze is on Thursday.</p>`;
}

function issues() {
  document.title = 'Issues · Lantern';
  view.innerHTML = `<div class="bar"><h1>Issues</h1><input type="search" placeholder="Search title or key"><select title="Priority"><option value="">Any priority</option>${options(PRIO, filter.priority)}</select><select title="Status"><option value="">Any status</option>${options(STATUS, filter.status)}</select><button class="main new">＋ New issue</button></div><div class="list"></div><div class="bar foot"></div>`;
  const [search] = view.getElementsByTagName('input');
  const [prio, status] = view.getElementsByTagName('select');
  const list = view.querySelector('.list');
  search.value = filter.text;
  let shown = 10;
  let turn = 0;
  async function draw() {
    const mine = ++turn;
    list.innerHTML = '<div class="skel">Loading…</div>';
    view.querySelector('.foot').innerHTML = '';
    await wait(350);
    if (mine !== turn) return;
    const found = ISSUES.filter((i) => (!filter.text || `${i.key} ${i.title}`.toLowerCase().includes(filter.text.toLowerCase())) && (!filter.priority || i.priority === filter.priority) && (!filter.status || i.status === filter.status));
    list.innerHTML = '';
    for (const i of found.slice(0, shown)) {
      const row = document.createElement('div');
      row.className = 'item';
      row.innerHTML = `<span>${i.key}</span><span>${esc(i.title)}</span><span class="pill ${i.priority}">${i.priority}</span><span>${i.status}</span><span>${i.who}</span>`;
      row.addEventListener('click', () => go('/issues/' + i.key));
      list.append(row);
    }
    if (!found.length) list.innerHTML = '<div class="skel">No issues match.</div>';
    view.querySelector('.foot').innerHTML = `<span>${Math.min(shown, found.length)} of ${found.length}</span>` + (found.length > shown ? '<button class="more">Show more</button>' : '');
    view.querySelector('.more')?.addEventListener('click', () => { shown += 10; draw(); });
  }
  search.addEventListener('input', () => { filter.text = search.value; shown = 10; draw(); });
  prio.addEventListener('change', () => { filter.priority = prio.value; shown = 10; draw(); });
  status.addEventListener('change', () => { filter.status = status.value; shown = 10; draw(); });
  view.querySelector('.new').addEventListener('click', create);
  draw();
}

function create() {
  const shade = document.createElement('div');
  shade.className = 'shade';
  shade.innerHTML = `<form class="sheet" role="dialog" aria-label="New issue"><b>New issue</b>
    <input name="title" placeholder="What is wrong?" aria-label="Title">
    <textarea name="description" rows="4" placeholder="Description"></textarea>
    <div class="bar"><select name="type" aria-label="Type">${options(['Task', 'Bug', 'Story'])}</select><select name="priority" aria-label="Priority">${options(PRIO, 'Normal')}</select><select name="assignee" aria-label="Assignee"><option value="">Nobody</option>${options(PEOPLE.map((p) => p.name))}</select></div>
    <div class="bar"><button type="button" class="close" aria-label="Close">✕</button><button class="main">Create</button></div></form>`;
  shade.querySelector('.close').onclick = () => shade.remove();
  shade.querySelector('form').onsubmit = async (ev) => {
    ev.preventDefault();
    const body = Object.fromEntries(new FormData(ev.target));
    await post('/api/issues', body);
    ISSUES.unshift({ key: 'LAN-141', title: body.title, priority: body.priority, status: 'Backlog', who: body.assignee || 'Nobody', text: body.description, talk: [] });
    shade.remove();
    go('/issues/LAN-141');
  };
  document.body.append(shade);
  shade.querySelector('input').focus();
}

function issue(key) {
  const i = ISSUES.find((one) => one.key === key);
  if (!i) { view.innerHTML = '<h1>No such issue</h1>'; return; }
  document.title = `${key} · Lantern`;
  view.innerHTML = `<div class="bar"><button class="back" aria-label="Back to issues">←</button><h1>${esc(i.title)}</h1><span class="pill">${i.key}</span></div>
    <div class="side"><span>Status</span><select class="status">${options(STATUS, i.status)}</select><span>Priority</span><span>${i.priority}</span><span>Assignee</span><span>${i.who}</span><span>Reporter</span><span>${i.by || 'Ines Duarte'}</span><span>Due</span><span>${i.due || '—'}</span></div>
    <p>${esc(i.text || 'No description.')}</p><h3>Comments</h3><div class="talk"></div><div class="bar"><textarea rows="2" cols="50" placeholder="Write a comment…"></textarea><button class="send" aria-label="Send comment">➤</button></div>`;
  const talk = view.querySelector('.talk');
  const draw = () => { talk.innerHTML = i.talk.map(([who, what]) => `<p><b>${who}</b> ${esc(what)}</p>`).join('') || '<p>None yet.</p>'; };
  draw();
  view.querySelector('.back').onclick = () => go('/issues');
  view.querySelector('.status').onchange = async (ev) => { i.status = ev.target.value; await post(`/api/issues/${key}/status`, { status: i.status }); };
  view.querySelector('.send').onclick = async () => {
    const box = view.querySelector('textarea');
    if (!box.value.trim()) return;
    await post(`/api/issues/${key}/comments`, { text: box.value });
    i.talk.push(['You', box.value]);
    box.value = '';
    draw();
  };
}

function people() {
  document.title = 'People · Lantern';
  view.innerHTML = `<div class="bar"><h1>People</h1>${['All', 'Design', 'Engineering', 'Support'].map((t) => `<button class="team">${t}</button>`).join('')}</div><div class="people"></div>`;
  const draw = (team) => { view.querySelector('.people').innerHTML = PEOPLE.filter((p) => team === 'All' || p.team === team).map((p) => `<div class="person"><b>${p.name}</b><div>${p.team}</div><div>${p.mail}</div></div>`).join(''); };
  view.querySelectorAll('.team').forEach((b) => { b.onclick = () => draw(b.textContent); });
  draw('All');
}

function settings() {
  document.title = 'Settings · Lantern';
  const row = (name, on) => `<div class="bar"><span class="toggle" role="switch" tabindex="0" aria-checked="${on}" aria-label="${name}"></span><span>${name}</span></div>`;
  view.innerHTML = `<div class="bar"><h1>Settings</h1></div><h3>Notifications</h3>${row('E-mail notifications', true)}${row('Desktop notifications', false)}${row('Weekly digest', true)}
    <h3>Region</h3><div class="side"><span>Time zone</span><select>${options(['Europe/London', 'Europe/Lisbon', 'Europe/Helsinki', 'America/Toronto'], 'Europe/London')}</select><span>Week starts on</span><select>${options(['Monday', 'Sunday'], 'Monday')}</select></div><button class="main save">Save changes</button> <span class="told"></span>`;
  view.querySelectorAll('.toggle').forEach((t) => { t.onclick = () => t.setAttribute('aria-checked', t.getAttribute('aria-checked') !== 'true'); });
  view.querySelector('.save').onclick = async () => {
    const [mail, desktop, digest] = [...view.querySelectorAll('.toggle')].map((t) => t.getAttribute('aria-checked') === 'true');
    const [zone, week] = [...view.querySelectorAll('select')].map((s) => s.value);
    await post('/api/settings', { mail, desktop, digest, zone, week });
    view.querySelector('.told').textContent = 'Saved.';
  };
}

render();
