(function () {
  var p = Shop.find(new URLSearchParams(location.search).get('id')) || PRODUCTS[0];
  var spec = SPECS[p.id] || { Guarantee: '2 years' };
  var size = '';
  document.title = p.name + ' – Thistle & Tine';
  var box = document.getElementById('product');
  box.innerHTML = '<p><a href="index.html">All products</a></p><h1>' + p.name + '</h1><p>' + p.brand + ' · ★ ' + p.stars + '</p><p><b>' + Shop.pounds(p.price) + '</b> ' + (p.stock ? 'In stock' : 'Sold out') + '</p>' +
    (p.sizes ? '<p id="sizes">' + p.sizes.map(function (s) { return '<span class="size">' + s + '</span>'; }).join('') + '</p>' : '') +
    '<p>Quantity <select id="qty">' + [1, 2, 3, 4, 5].map(function (n) { return '<option>' + n + '</option>'; }).join('') + '</select> <button class="buy" id="add"' + (p.stock ? '' : ' disabled') + '>Add to basket</button> <span class="error" id="err"></span></p>' +
    '<div class="tabbar"><span class="on">Description</span><span>Details</span><span>Delivery</span></div><div id="pane"></div>';
  var panes = ['<p>A tool for a lifetime, made to be sharpened and mended.</p>', '<table>' + Object.keys(spec).map(function (k) { return '<tr><td>' + k + '</td><td>' + spec[k] + '</td></tr>'; }).join('') + '</table>', '<p>Two to four working days, £4.50. Free over £60.</p>'];
  var tabs = box.querySelectorAll('.tabbar span');
  tabs.forEach(function (t, i) {
    t.onclick = function () {
      tabs.forEach(function (x) { x.classList.toggle('on', x === t); });
      document.getElementById('pane').innerHTML = panes[i];
    };
  });
  document.getElementById('pane').innerHTML = panes[0];
  box.querySelectorAll('.size').forEach(function (s) {
    s.onclick = function () {
      size = s.textContent;
      box.querySelectorAll('.size').forEach(function (x) { x.classList.toggle('on', x === s); });
    };
  });
  document.getElementById('add').onclick = function () {
    if (p.sizes && !size) { document.getElementById('err').textContent = 'Please choose a size.'; return; }
    document.getElementById('err').textContent = '';
    var qty = Number(document.getElementById('qty').value);
    Shop.basket.push({ id: p.id, qty: qty, size: size });
    Shop.save();
    Shop.send('/api/basket', { id: p.id, name: p.name, qty: qty, size: size });
    Shop.toast('Added to your basket');
  };
})();
