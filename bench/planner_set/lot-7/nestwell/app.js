const root = document.getElementById('root');
const state = {flats: null, district: 'Any', rooms: 'Any', sort: 'Newest', shown: 5, tab: 'Details'};
const favs = () => JSON.parse(localStorage.getItem('favs') || '[]');
const h = html => { const t = document.createElement('template'); t.innerHTML = html.trim(); return t.content.firstElementChild; };
const send = (path, body) => fetch('/api' + path, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});
const wait = ms => new Promise(done => setTimeout(done, ms));
const eur = n => n.toLocaleString('en-GB') + ' €';
const head = () => `<div class="nw-head"><b>🪺 Nestwell</b><a href="#/">Flats</a><a href="#/favourites">Favourites (${favs().length})</a><a href="#/alerts">Alerts</a><span style="flex:1"></span><a href="#/landlords">For landlords</a></div>`;
const foot = '<div style="padding:30px;background:#f6f6fb;margin-top:30px">Nestwell takes no fee from tenants. · Imprint · Privacy · Report a listing</div>';
function drop(key, label, values) {
  return `<div class="dd" data-dd="${key}"><div class="dd__btn">${label}: ${state[key]} ▾</div><div class="dd__list" hidden>${values.map(v => `<div data-set="${key}" data-v="${v}">${v}</div>`).join('')}</div></div>`;
}
function matching() {
  const l = state.flats.filter(f => (state.district === 'Any' || f.district === state.district) && (state.rooms === 'Any' || f.rooms >= parseInt(state.rooms)));
  const by = {'Rent, lowest first': (a, b) => a.rent - b.rent, 'Rent, highest first': (a, b) => b.rent - a.rent, 'Largest first': (a, b) => b.size - a.size}[state.sort];
  return by ? l.sort(by) : l;
}
const card = f => `<div class="flat"><div class="ph"></div><div class="b"><a href="#/flat/${f.id}"><b>${f.street}</b></a><div>${f.district}</div><div>${f.rooms} ${f.rooms === 1 ? 'room' : 'rooms'} · ${f.size} m²</div><div>${f.text}</div></div><div class="r"><button class="heart" data-fav="${f.id}" title="${favs().includes(f.id) ? 'Remove from favourites' : 'Add to favourites'}">${favs().includes(f.id) ? '♥' : '♡'}</button><div class="rent">${eur(f.rent)}</div><small>per month, cold</small></div></div>`;
let coming = null, turn = 0;
async function load() {
  if (state.flats) return;
  coming = coming || Promise.all([fetch('/flats.json').then(r => r.json()), wait(900)]);
  root.innerHTML = head() + '<div class="nw-list"><div class="skel"></div><div class="skel"></div><p>Loading flats…</p></div>';
  state.flats = (await coming)[0];
}
function home() {
  const all = matching();
  root.innerHTML = head() + `<div class="nw-filters">${drop('district', 'District', ['Any', 'Centre', 'Harbour', 'North Park', 'Old Town'])}${drop('rooms', 'Rooms', ['Any', '2 or more', '3 or more', '4 or more'])}${drop('sort', 'Sort', ['Newest', 'Rent, lowest first', 'Rent, highest first', 'Largest first'])}</div><div class="nw-list"><div>${all.length} flats</div>${all.slice(0, state.shown).map(card).join('')}${all.length > state.shown ? '<button class="cta" data-more="1">Show more flats</button>' : ''}</div>` + foot;
}
function detail(id) {
  const f = state.flats.find(x => x.id === id), facts = {Details: [['District', f.district], ['Rooms', f.rooms], ['Size', f.size + ' m²'], ['Free from', f.from], ['Pets', f.pets]], Costs: [['Rent', eur(f.rent)], ['Service charge', eur(Math.round(f.size * 2.5))], ['Deposit', eur(f.deposit)]], Energy: [['Heating', f.heat], ['Class', f.heat === 'Gas' ? 'D' : 'B']]};
  root.innerHTML = head() + `<div class="det"><a href="#/">← All flats</a><h1>${f.street}</h1><div class="ph" style="height:220px"></div><p>${f.text}</p><div class="tabs2">${Object.keys(facts).map(t => `<span class="${t === state.tab ? 'on' : ''}" data-tab="${t}">${t}</span>`).join('')}</div><div class="kv">${facts[state.tab].map(([k, v]) => `<div>${k}</div><div>${v}</div>`).join('')}</div><p><button class="cta" data-view="${f.id}">Request a viewing</button> <button class="heart" data-fav="${f.id}" title="${favs().includes(f.id) ? 'Remove from favourites' : 'Add to favourites'}">${favs().includes(f.id) ? '♥' : '♡'}</button></p></div>` + foot;
}
function viewing(id) {
  const m = h('<div class="modal"><div role="dialog"><h2>Request a viewing</h2><div>Preferred day</div><input type="date" data-n="day"><div>Time of day</div><select data-n="part"><option value="">Please choose</option><option>Morning</option><option>Afternoon</option><option>Evening</option></select><input placeholder="Your name" data-n="name"><input placeholder="Phone number" data-n="phone"><textarea placeholder="A few words about you" data-n="words"></textarea><p data-e style="color:#b00"></p><button class="cta" data-send>Send request</button> <button data-shut>Not now</button></div></div>');
  document.body.append(m);
  m.querySelector('[data-shut]').onclick = () => m.remove();
  m.querySelector('[data-send]').onclick = async () => {
    const v = {flat: id};
    m.querySelectorAll('[data-n]').forEach(x => { v[x.dataset.n] = x.value; });
    if (!v.day || !v.part || !v.name || !v.phone) { m.querySelector('[data-e]').textContent = 'Day, time, name and phone are needed.'; return; }
    await send('/viewings', v);
    m.firstElementChild.innerHTML = '<h2>Request sent</h2><p>The landlord answers within two days.</p><button data-shut class="cta">Close</button>';
    m.querySelector('[data-shut]').onclick = () => m.remove();
  };
}
function alerts() {
  root.innerHTML = head() + `<div class="det al"><h1>Alerts</h1><p>We write when a flat fits.</p><div>District</div><select id="ad"><option>Any</option><option>Centre</option><option>Harbour</option><option>North Park</option><option>Old Town</option></select><div>Highest rent in €</div><input id="ar"><div>Rooms, at least</div><input id="am" type="number" min="1" value="1"><div>Send to</div><input id="ae" placeholder="you@example.org"><div>How often</div><label><input type="radio" name="of" value="at once" checked style="width:auto"> At once</label> <label><input type="radio" name="of" value="daily" style="width:auto"> Daily</label> <label><input type="radio" name="of" value="weekly" style="width:auto"> Weekly</label><p><button class="cta" id="as">Save alert</button> <span id="am2" role="status"></span></p></div>` + foot;
  document.getElementById('as').onclick = async () => {
    const g = id => document.getElementById(id).value;
    if (!g('ae').includes('@')) { document.getElementById('am2').textContent = 'Where shall we write?'; return; }
    await send('/alerts', {district: g('ad'), rent: g('ar').replace(/[^\d]/g, ''), rooms: g('am'), email: g('ae'), often: document.querySelector('[name=of]:checked').value});
    document.getElementById('am2').textContent = 'Saved. We will write to you.';
  };
}
async function route() {
  const mine = ++turn;
  await load();
  if (mine !== turn) return;
  const r = location.hash.slice(2);
  document.querySelector('.modal')?.remove();
  if (r.startsWith('flat/')) detail(Number(r.slice(5)));
  else if (r === 'alerts') alerts();
  else if (r === 'favourites') root.innerHTML = head() + `<div class="nw-list"><h1>Favourites</h1>${state.flats.filter(f => favs().includes(f.id)).map(card).join('') || '<p>No favourites yet.</p>'}</div>` + foot;
  else if (r === 'landlords') root.innerHTML = head() + '<div class="det"><h1>For landlords</h1><p>A listing costs 49 € for four weeks.</p></div>' + foot;
  else home();
}
document.addEventListener('click', e => {
  const d = e.target.dataset, dd = e.target.closest('.dd');
  document.querySelectorAll('.dd__list').forEach(l => { if (!dd || !dd.contains(l)) l.hidden = true; });
  if (e.target.className === 'dd__btn') { const l = e.target.nextElementSibling; l.hidden = !l.hidden; }
  if (d.set) { state[d.set] = d.v; state.shown = 5; home(); }
  if (d.more) { state.shown += 5; home(); }
  if (d.tab) { state.tab = d.tab; route(); }
  if (d.view) viewing(Number(d.view));
  if (d.fav) { const id = Number(d.fav), l = favs(); localStorage.setItem('favs', JSON.stringify(l.includes(id) ? l.filter(x => x !== id) : [...l, id])); route(); }
});
addEventListener('hashchange', () => { state.tab = 'Details'; route(); });
route();
