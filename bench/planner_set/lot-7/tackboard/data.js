const PEOPLE = ['Priya Nair', 'Tomas Reyes', 'Wendy Osei', 'Ulf Brandt', 'Unassigned'];
const COLS = ['To do', 'Doing', 'Review', 'Done'];
let TICKETS = JSON.parse(localStorage.getItem('tickets') || 'null') || [
  {id: 'TB-109', t: 'Rewrite the welcome mail', a: 'Wendy Osei', s: 'Done', p: 'Low', d: '2026-10-30', l: ['copy']},
  {id: 'TB-118', t: 'Export of boards times out', a: 'Ulf Brandt', s: 'Doing', p: 'High', d: '2026-11-20', l: ['backend']},
  {id: 'TB-112', t: 'Dark mode for the editor', a: 'Tomas Reyes', s: 'Review', p: 'Medium', d: '2026-11-09', l: ['frontend']},
  {id: 'TB-121', t: 'Avatars are stretched', a: 'Tomas Reyes', s: 'Doing', p: 'Low', d: '2026-11-24', l: ['frontend']},
  {id: 'TB-115', t: 'Search finds archived cards', a: 'Priya Nair', s: 'Doing', p: 'High', d: '2026-11-16', l: ['backend', 'search']},
  {id: 'TB-123', t: 'Login page flickers', a: 'Unassigned', s: 'To do', p: 'Medium', d: '2026-11-26', l: ['frontend']},
  {id: 'TB-110', t: 'Upgrade the queue', a: 'Ulf Brandt', s: 'Done', p: 'Medium', d: '2026-11-02', l: ['backend']},
  {id: 'TB-120', t: 'Login by link expires too early', a: 'Unassigned', s: 'To do', p: 'High', d: '2026-11-23', l: ['backend']},
  {id: 'TB-114', t: 'Ask for consent before tours', a: 'Wendy Osei', s: 'Review', p: 'Low', d: '2026-11-13', l: ['copy', 'frontend']},
  {id: 'TB-124', t: 'Keyboard shortcuts page', a: 'Wendy Osei', s: 'To do', p: 'Low', d: '2026-11-27', l: ['copy']},
  {id: 'TB-119', t: 'Webhook retries pile up', a: 'Priya Nair', s: 'Review', p: 'High', d: '2026-11-21', l: ['backend']},
  {id: 'TB-122', t: 'Drag and drop on tablets', a: 'Priya Nair', s: 'To do', p: 'Medium', d: '2026-11-25', l: ['frontend', 'mobile']}
];
const q = s => document.querySelector(s);
const store = () => localStorage.setItem('tickets', JSON.stringify(TICKETS));
const send = (method, path, body) => fetch('/api' + path, {method, headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});
const ago = d => new Date(d + 'T12:00').toLocaleDateString('en-GB', {day: 'numeric', month: 'short', year: 'numeric'});
const safe = s => s.replace(/[<&]/g, c => c === '<' ? '&lt;' : '&amp;');
q('#bar').innerHTML = `<strong>📌 Tackboard</strong><a href="/index.html">Board</a><a href="/list.html">Tickets</a><a href="#reports">Reports</a><span style="flex:1"></span><input placeholder="Quick find"><button class="btn" id="create" style="background:#36b37e">Create</button><span class="av" title="Wendy Osei">WO</span>`;
q('#create').onclick = () => {
  const d = document.createElement('div');
  d.className = 'drawer';
  d.innerHTML = `<h2>Create ticket</h2>
  <div class="f"><span>Title</span><input data-n="title"></div>
  <div class="f"><span>Type</span><label><input type="radio" name="ty" value="Task" checked style="width:auto"> Task</label> <label><input type="radio" name="ty" value="Bug" style="width:auto"> Bug</label> <label><input type="radio" name="ty" value="Story" style="width:auto"> Story</label></div>
  <div class="f"><span>Description</span><textarea rows="4" data-n="description"></textarea></div>
  <div class="f"><span>Priority</span><select data-n="priority"><option>Low</option><option selected>Medium</option><option>High</option></select></div>
  <div class="f"><span>Assignee</span><select data-n="assignee">${PEOPLE.map(p => `<option${p === 'Unassigned' ? ' selected' : ''}>${p}</option>`).join('')}</select></div>
  <div class="f"><span>Labels</span>${['backend', 'frontend', 'mobile', 'copy', 'search'].map(l => `<label><input type="checkbox" value="${l}" data-l style="width:auto"> ${l}</label> `).join('')}</div>
  <button class="btn" data-ok>Create ticket</button> <button class="btn btn--flat" data-no>Discard</button><p data-e style="color:#bf2600"></p>`;
  document.body.append(d);
  d.querySelector('[data-no]').onclick = () => d.remove();
  d.querySelector('[data-ok]').onclick = async () => {
    const v = {type: d.querySelector('[name=ty]:checked').value, labels: [...d.querySelectorAll('[data-l]:checked')].map(x => x.value).join(',')};
    d.querySelectorAll('[data-n]').forEach(x => { v[x.dataset.n] = x.value; });
    if (!v.title.trim()) { d.querySelector('[data-e]').textContent = 'A ticket needs a title'; return; }
    await send('POST', '/tickets', v);
    TICKETS.push({id: 'TB-125', t: v.title, a: v.assignee, s: 'To do', p: v.priority, d: '2026-11-28', l: v.labels ? v.labels.split(',') : []});
    store(); d.remove(); if (window.draw) draw();
  };
};
