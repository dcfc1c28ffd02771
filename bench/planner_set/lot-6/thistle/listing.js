(function () {
  var state = { cat: '', brands: [], min: 0, max: 0, stock: false, sort: '', shown: 6, q: (new URLSearchParams(location.search).get('q') || '').toLowerCase() };
  var el = function (id) { return document.getElementById(id); };
  var uniq = function (key) { return PRODUCTS.map(function (p) { return p[key]; }).filter(function (v, i, a) { return a.indexOf(v) === i; }); };

  function sidebar() {
    el('cats').innerHTML = '';
    uniq('cat').forEach(function (c) {
      var li = document.createElement('li');
      li.textContent = c;
      li.className = state.cat === c ? 'on' : '';
      li.onclick = function () { state.cat = state.cat === c ? '' : c; state.shown = 6; sidebar(); draw(); };
      el('cats').append(li);
    });
    el('brands').innerHTML = '';
    uniq('brand').sort().forEach(function (b) {
      var div = document.createElement('div');
      div.innerHTML = '<input type="checkbox"> <span>' + b + '</span>';
      div.firstChild.checked = state.brands.indexOf(b) >= 0;
      div.firstChild.onchange = function () {
        state.brands = this.checked ? state.brands.concat(b) : state.brands.filter(function (x) { return x !== b; });
        state.shown = 6;
        draw();
      };
      el('brands').append(div);
    });
  }

  function draw() {
    el('grid').innerHTML = '<p>Loading…</p>';
    el('more').hidden = true;
    clearTimeout(draw.timer);
    draw.timer = setTimeout(function () {
      var found = PRODUCTS.filter(function (p) {
        return (!state.cat || p.cat === state.cat) && (!state.brands.length || state.brands.indexOf(p.brand) >= 0) && (!state.min || p.price >= state.min) && (!state.max || p.price <= state.max) && (!state.stock || p.stock) && (!state.q || p.name.toLowerCase().indexOf(state.q) >= 0);
      });
      if (state.sort === 'up') found.sort(function (a, b) { return a.price - b.price; });
      if (state.sort === 'down') found.sort(function (a, b) { return b.price - a.price; });
      if (state.sort === 'stars') found.sort(function (a, b) { return b.stars - a.stars; });
      el('count').textContent = found.length + ' products';
      el('grid').innerHTML = '';
      found.slice(0, state.shown).forEach(function (p) {
        var tile = document.createElement('div');
        tile.className = 'tile';
        tile.innerHTML = '<div class="img"></div><button class="fav' + (Shop.wishes.indexOf(p.id) >= 0 ? ' on' : '') + '" aria-label="Add to wish list">♥</button><div><a href="product.html?id=' + p.id + '">' + p.name + '</a></div><div>' + p.brand + ' · ★ ' + p.stars + '</div><div>' + (p.old ? '<span class="old">' + Shop.pounds(p.old) + '</span> ' : '') + '<b>' + Shop.pounds(p.price) + '</b></div><div>' + (p.stock ? 'In stock' : 'Sold out') + '</div>';
        tile.querySelector('.fav').onclick = function () {
          if (Shop.wishes.indexOf(p.id) >= 0) return;
          Shop.wishes.push(p.id);
          Shop.save();
          this.classList.add('on');
          Shop.send('/api/wishlist', { id: p.id, name: p.name });
          Shop.toast(p.name + ' is on your wish list');
        };
        el('grid').append(tile);
      });
      if (!found.length) el('grid').innerHTML = '<p>Nothing found.</p>';
      el('more').hidden = found.length <= state.shown;
    }, 400);
  }

  el('more').onclick = function () { state.shown += 6; draw(); };
  el('sort').onchange = function () { state.sort = this.value; draw(); };
  el('stock').onchange = function () { state.stock = this.checked; state.shown = 6; draw(); };
  el('go').onclick = function () { state.min = Number(el('min').value); state.max = Number(el('max').value); draw(); };
  el('clear').onclick = function () { state.cat = ''; state.brands = []; state.min = state.max = 0; state.stock = false; state.q = ''; el('stock').checked = false; el('min').value = el('max').value = ''; sidebar(); draw(); };
  document.querySelector('#site-search input').value = state.q;
  sidebar();
  draw();
})();
