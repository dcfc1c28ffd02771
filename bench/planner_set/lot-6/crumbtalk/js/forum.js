(function () {
  var inn = sessionStorage.getItem('in');
  if (inn) {
    document.querySelectorAll('.member').forEach(function (x) { x.hidden = false; });
    document.querySelectorAll('.guest').forEach(function (x) { x.hidden = true; });
    document.getElementById('whoami').textContent = sessionStorage.getItem('name') || 'you';
  }
  var login = document.querySelector('form[action="/session"]');
  if (login) login.addEventListener('submit', function () { sessionStorage.setItem('name', login.user.value); });
  var c = document.getElementById('consent');
  if (!localStorage.getItem('consent')) c.hidden = false;
  c.addEventListener('click', function (ev) {
    if (ev.target.tagName === 'BUTTON') { localStorage.setItem('consent', ev.target.className); c.hidden = true; }
  });
})();
