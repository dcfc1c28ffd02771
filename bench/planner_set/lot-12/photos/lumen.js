const euro = (n) => '€' + n;
class LumenSearch extends HTMLElement {
  connectedCallback() {
    const s = this.attachShadow({ mode: 'open' });
    s.innerHTML = `<style>form{display:flex;gap:6px}input{padding:10px;border:0;width:340px;font:inherit}button{padding:10px 16px;border:0;background:#ffce3a;font:inherit}</style><form><input type="search" aria-label="Search photos" placeholder="Search photos"><button type="submit">Search</button></form>`;
    s.querySelector('input').value = new URLSearchParams(location.search).get('q') || '';
    s.querySelector('form').onsubmit = (e) => { e.preventDefault(); location.href = '/search.html?q=' + encodeURIComponent(s.querySelector('input').value); };
  }
}
class LumenPhoto extends HTMLElement {
  set photo(p) {
    const s = this.shadowRoot || this.attachShadow({ mode: 'open' });
    s.innerHTML = `<style>a{color:inherit;text-decoration:none}.pic{height:140px;background:linear-gradient(160deg,#7aa,#345)}.t{font-weight:600}.m{display:flex;justify-content:space-between;color:#666;font-size:14px}</style><a href="/photo.html?id=${p.id}"><div class="pic"></div><div class="t">${p.title}</div></a><div class="m"><span class="by">${p.by}</span><span class="price">${euro(p.price)}</span></div>`;
  }
}
customElements.define('lumen-search', LumenSearch);
customElements.define('lumen-photo', LumenPhoto);
async function photos() { return (await fetch('/photos.json')).json(); }
function grid(box, list) {
  box.replaceChildren(...list.map((p) => { const c = document.createElement('lumen-photo'); c.photo = p; return c; }));
}
function toast(text) {
  const t = document.createElement('div');
  t.className = 'toast';
  t.setAttribute('role', 'status');
  t.textContent = text;
  document.body.append(t);
  setTimeout(() => t.remove(), 4000);
}
const post = (path, body) => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
