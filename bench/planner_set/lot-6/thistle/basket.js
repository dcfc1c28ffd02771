(function () {
  var off = 0;
  function draw() {
    var box = document.getElementById('lines');
    box.innerHTML = '';
    var sum = 0;
    Shop.basket.forEach(function (l, i) {
      var p = Shop.find(l.id);
      sum += p.price * l.qty;
      var row = document.createElement('p');
      row.innerHTML = l.qty + ' × ' + p.name + (l.size ? ' (' + l.size + ')' : '') + ' ' + Shop.pounds(p.price * l.qty) + ' <button aria-label="Remove">🗑</button>';
      row.querySelector('button').onclick = function () { Shop.basket.splice(i, 1); Shop.save(); draw(); };
      box.append(row);
    });
    if (!Shop.basket.length) box.textContent = 'Your basket is empty.';
    document.getElementById('total').textContent = Shop.pounds(sum * (1 - off));
  }
  document.getElementById('apply').onclick = function () {
    var code = document.getElementById('code').value.trim().toUpperCase();
    Shop.send('/api/voucher', { code: code });
    off = code === 'GREEN10' ? 0.1 : 0;
    document.getElementById('code-told').textContent = off ? '10 % off' : 'This code is not valid.';
    draw();
  };
  document.getElementById('checkout').onclick = function () { document.getElementById('code-told').textContent = 'Checkout is closed for stock-taking.'; };
  draw();
})();
