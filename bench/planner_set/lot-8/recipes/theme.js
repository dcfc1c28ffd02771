(function () {
  if (!localStorage.getItem('cookie-ok')) {
    var b = document.createElement('div');
    b.className = 'cookie';
    b.innerHTML = '<span>We use a pinch of cookies to remember your cookbook.</span><button class="wp-btn">Accept all</button> <button class="wp-btn">Only necessary</button>';
    b.querySelectorAll('button').forEach(function (x) { x.onclick = function () { localStorage.setItem('cookie-ok', '1'); b.remove(); }; });
    document.body.appendChild(b);
  }
  var save = document.querySelector('.icon[data-recipe]');
  if (save) save.onclick = function () {
    fetch('/cookbook', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({recipe: save.dataset.recipe})})
      .then(function () { save.classList.add('on'); document.getElementById('saved').textContent = 'Saved to your cookbook'; });
  };
  var n = document.getElementById('servings');
  if (n) document.querySelectorAll('.stepper button').forEach(function (x) {
    x.onclick = function () {
      var v = Math.max(1, +n.textContent + (+x.dataset.d));
      n.textContent = v;
      document.querySelectorAll('[data-q]').forEach(function (q) {
        q.textContent = String(Math.round(q.dataset.q * v / n.dataset.base * 100) / 100);
      });
    };
  });
})();
