var me = localStorage.getItem('login');
var who = document.getElementById('who');
if (who) who.innerHTML = me ? '<span>' + me.replace(/</g, '') + '</span>' : '<a href="/login.html">Sign in</a>';
var star = document.getElementById('star');
if (star) star.onclick = function () {
  if (!me) { location.href = '/login.html?to=' + encodeURIComponent(location.pathname); return; }
  fetch('/lumen/tidepool/star', {method: 'POST', body: new URLSearchParams({repo: 'lumen/tidepool'})}).then(function () {
    star.textContent = '★'; star.title = 'Unstar'; document.getElementById('stars').textContent = '1,283';
  });
};
document.querySelectorAll('.SelectMenu').forEach(function (menu) {
  var modal = menu.querySelector('.SelectMenu-modal');
  menu.querySelector('summary, .gear').onclick = function (e) { e.stopPropagation(); var open = modal.hidden; document.querySelectorAll('.SelectMenu-modal').forEach(function (m) { m.hidden = true; }); modal.hidden = !open; };
  menu.querySelectorAll('.SelectMenu-item').forEach(function (item) {
    item.onclick = function (e) {
      e.stopPropagation();
      var on = item.getAttribute('aria-checked') !== 'true';
      if (menu.dataset.single) menu.querySelectorAll('.SelectMenu-item').forEach(function (x) { x.setAttribute('aria-checked', 'false'); });
      item.setAttribute('aria-checked', on);
      var picked = [].filter.call(menu.querySelectorAll('[aria-checked=true]'), Boolean);
      menu.querySelector('.picked').textContent = picked.map(function (x) { return x.textContent.trim(); }).join(', ') || 'None yet';
      menu.querySelector('input').value = picked.map(function (x) { return x.dataset.v; }).join(',');
    };
  });
});
document.addEventListener('click', function () { document.querySelectorAll('.SelectMenu-modal').forEach(function (m) { m.hidden = true; }); });
