var ALL = [], view = document.getElementById('view');
var basket = JSON.parse(localStorage.getItem('basket') || '{}');
var CATS = {hayfever: 'Hay fever & allergy', pain: 'Pain relief', firstaid: 'First aid', baby: 'Baby & child'};
function gbp(x) { return '£' + x.toFixed(2); }
function esc(s) { return String(s).replace(/&/g, '&amp;').replace(/</g, '&lt;'); }
function count() { var n = 0; for (var k in basket) n += basket[k]; document.getElementById('n').textContent = n; localStorage.setItem('basket', JSON.stringify(basket)); }
function put(id, q) {
  basket[id] = (basket[id] || 0) + q; count();
  var t = document.createElement('div'); t.className = 'toast'; t.textContent = 'Added to your basket'; document.body.appendChild(t);
  setTimeout(function () { t.remove(); }, 2500);
}
function one(id) { return ALL.filter(function (p) { return p.id === +id; })[0]; }
function card(p) {
  return '<div class="p"><div class="nm" onclick="location.hash=\'#/p/' + p.id + '\'">' + esc(p.name) + '</div><div>' + p.pack + '</div><div class="pr">' + gbp(p.price) + '</div><div class="' + (p.stock ? 'ok' : 'no') + '">' + (p.stock ? 'In stock' : 'Out of stock') + '</div>' +
    (p.rx ? '<div class="no">Prescription needed</div>' : p.stock ? '<div class="b" onclick="put(' + p.id + ',1)">Add to basket</div>' : '<div class="b" style="background:#889">Email me when back</div>') + '</div>';
}
function listing(title, items) {
  view.innerHTML = '<h1>' + title + '</h1><div class="tools"><span><input type="checkbox" id="st"> In stock only</span><span>Sort by <select id="so"><option>Relevance</option><option>Price: low to high</option><option>Price: high to low</option></select></span></div><div class="list" id="l"></div>';
  function draw() {
    var xs = items.filter(function (p) { return !document.getElementById('st').checked || p.stock; }), s = document.getElementById('so').selectedIndex;
    if (s) xs = xs.slice().sort(function (a, b) { return s === 1 ? a.price - b.price : b.price - a.price; });
    document.getElementById('l').innerHTML = xs.map(card).join('') || '<p>No products.</p>';
  }
  document.getElementById('st').onchange = draw; document.getElementById('so').onchange = draw; draw();
}
function product(p) {
  view.innerHTML = '<h1>' + esc(p.name) + ', ' + p.pack + '</h1><p class="pr">' + gbp(p.price) + '</p><p>' + esc(p.text || 'Always read the leaflet.') + '</p><p class="' + (p.stock ? 'ok' : 'no') + '">' + (p.stock ? 'In stock' : 'Out of stock') + '</p>' +
    (p.rx ? '<p class="no">Send us your prescription first.</p>' : '<p>Quantity <select id="qty"><option>1</option><option>2</option><option>3</option><option>4</option></select> <span class="b" onclick="put(' + p.id + ', +document.getElementById(\'qty\').value)">Add to basket</span></p>') +
    '<h3>Others also bought</h3><div class="list">' + ALL.filter(function (o) { return o.cat === p.cat && o.id !== p.id; }).slice(0, 3).map(card).join('') + '</div>';
}
function showBasket() {
  var sum = 0, rows = Object.keys(basket).map(function (id) { var p = one(id); sum += p.price * basket[id]; return '<tr><td>' + esc(p.name) + ', ' + p.pack + '</td><td>' + basket[id] + '</td><td>' + gbp(p.price * basket[id]) + '</td><td><span class="ib" title="Remove" onclick="delete basket[' + id + '];count();showBasket()">✕</span></td></tr>'; });
  view.innerHTML = '<h1>Your basket</h1>' + (rows.length ? '<table cellpadding="6">' + rows.join('') + '<tr><td>Total</td><td></td><td>' + gbp(sum) + '</td></tr></table><p><span class="b" onclick="location.hash=\'#/checkout\'">Go to checkout</span></p>' : '<p>Your basket is empty.</p>');
}
function checkout() {
  view.innerHTML = '<h1>Checkout</h1><div class="fld"><input type="radio" name="how" value="delivery" checked> Standard delivery, £2.95</div><div class="fld"><input type="radio" name="how" value="collect"> Collect from a branch, free</div><div class="fld" id="br" hidden><span>Branch</span><select id="branch"><option value="">Choose a branch</option><option>Elm Street</option><option>Elm Park</option><option>Station Road</option></select></div><div class="fld" id="ad"><span>Delivery address</span><textarea id="addr"></textarea></div><div class="fld"><span>Your name</span><input id="nm"></div><div class="fld"><span>Mobile number</span><input id="ph"></div><p class="no" id="er"></p><span class="b" id="place">Place order</span>';
  function g(i) { return document.getElementById(i); }
  document.getElementsByName('how').forEach(function (r) { r.onchange = function () { g('br').hidden = r.value !== 'collect'; g('ad').hidden = r.value === 'collect'; }; });
  g('place').onclick = function () {
    var how = document.querySelector('[name=how]:checked').value;
    var miss = how === 'collect' && !g('branch').value ? 'Choose a branch.' : how === 'delivery' && !g('addr').value ? 'Enter your address.' : !g('nm').value ? 'Enter your name.' : !g('ph').value ? 'Enter your mobile number.' : !Object.keys(basket).length ? 'Your basket is empty.' : '';
    g('er').textContent = miss; if (miss) return;
    var items = Object.keys(basket).map(function (id) { return basket[id] + ' x ' + one(id).name; }).join(', ');
    fetch('/api/order', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({items: items, how: how, branch: g('branch').value, name: g('nm').value, phone: g('ph').value})}).then(function () { basket = {}; count(); view.innerHTML = '<h1>Thank you</h1><p>Your order G-20881 is being packed.</p>'; });
  };
}
function route() {
  var h = decodeURIComponent(location.hash.slice(2)), m;
  document.querySelectorAll('.cat').forEach(function (c) { c.classList.toggle('on', h === 'c/' + c.dataset.c); });
  if ((m = h.match(/^c\/(\w+)/))) listing(esc(CATS[m[1]]), ALL.filter(function (p) { return p.cat === m[1]; }));
  else if ((m = h.match(/^p\/(\d+)/))) product(one(m[1]));
  else if ((m = h.match(/^s\/(.*)/))) { var w = m[1].toLowerCase(); listing('Results for “' + esc(m[1]) + '”', ALL.filter(function (p) { return p.name.toLowerCase().indexOf(w) >= 0; })); }
  else if (h === 'basket') showBasket();
  else if (h === 'checkout') checkout();
  else if (h === 'advice') view.innerHTML = '<h1>Ask a pharmacist</h1><p>Call 0800 55 22 11 from 8 am to 8 pm.</p>';
  else { view.innerHTML = '<h1>Popular this week</h1><div class="list">' + [2, 9, 13, 20, 10, 6].map(function (i) { return card(one(i)); }).join('') + '</div>'; }
}
document.querySelectorAll('.cat[data-c]').forEach(function (c) { c.onclick = function () { location.hash = '#/c/' + c.dataset.c; }; });
function find() { location.hash = '#/s/' + encodeURIComponent(document.getElementById('q').value.trim()); }
document.getElementById('find').onclick = find;
document.getElementById('q').onkeydown = function (e) { if (e.key === 'Enter') find(); };
count();
view.innerHTML = '<p>Loading …</p>';
fetch('products.json').then(function (r) { return r.json(); }).then(function (d) { setTimeout(function () { ALL = d; route(); addEventListener('hashchange', route); }, 500); });
