var Shop = {
  basket: JSON.parse(localStorage.getItem('basket') || '[]'),
  wishes: JSON.parse(localStorage.getItem('wishes') || '[]'),
  find: function (id) { return PRODUCTS.find(function (p) { return p.id === id; }); },
  pounds: function (n) { return '£' + n.toFixed(2); },
  send: function (path, body) { return fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }); },
  save: function () {
    localStorage.setItem('basket', JSON.stringify(this.basket));
    localStorage.setItem('wishes', JSON.stringify(this.wishes));
    document.getElementById('wish-count').textContent = this.wishes.length || '';
    document.getElementById('basket-count').textContent = this.basket.reduce(function (n, l) { return n + l.qty; }, 0) || '';
  },
  toast: function (text) {
    var t = document.createElement('div');
    t.className = 'toast';
    t.setAttribute('role', 'status');
    t.textContent = text;
    document.body.append(t);
    setTimeout(function () { t.remove(); }, 3000);
  },
};
Shop.save();
if (!localStorage.getItem('popped')) {
  setTimeout(function () {
    localStorage.setItem('popped', '1');
    var pop = document.createElement('div');
    pop.className = 'pop';
    pop.innerHTML = '<div role="dialog" aria-label="Newsletter"><span class="x" role="button" aria-label="Close">×</span><h2>10 % off your first order</h2><p>Join our newsletter and get a voucher.</p><input placeholder="E-mail"> <button class="buy">Subscribe</button></div>';
    pop.querySelector('.x').onclick = function () { pop.remove(); };
    pop.querySelector('button').onclick = function () { Shop.send('/newsletter', { email: pop.querySelector('input').value }); pop.remove(); };
    document.body.append(pop);
  }, 800);
}
