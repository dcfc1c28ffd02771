var often = 'once', amount = '';
function $(i) { return document.getElementById(i); }
function mark() { document.querySelectorAll('.amts label').forEach(function (l) { l.classList.toggle('sel', l.firstChild.checked); }); }
document.querySelectorAll('.tg div').forEach(function (d) {
  d.onclick = function () {
    often = d.dataset.v;
    document.querySelectorAll('.tg div').forEach(function (x) { x.className = x === d ? 'on' : ''; });
    ['once', 'monthly'].forEach(function (x) { $(x).style.display = x === often ? '' : 'none'; });
    document.querySelectorAll('[name=a]').forEach(function (r) { r.checked = false; });
    amount = ''; $('oth').style.display = 'none'; mark();
  };
});
document.querySelectorAll('[name=a]').forEach(function (r) { r.onchange = function () { amount = r.value; $('oth').style.display = r.value === 'other' ? '' : 'none'; mark(); }; });
$('n1').onclick = function () {
  var a = amount === 'other' ? $('oth').value.replace(/[^\d.]/g, '') : amount;
  if (!a) { $('e1').textContent = 'Please choose an amount.'; return; }
  amount = a; $('say').textContent = 'You are giving £' + a + (often === 'monthly' ? ' every month' : ' once'); $('s1').style.display = 'none'; $('s2').style.display = '';
};
$('back').onclick = function (e) { e.preventDefault(); $('s2').style.display = 'none'; $('s1').style.display = ''; };
$('n2').onclick = function () {
  if (!$('first').value || !$('last').value || $('mail').value.indexOf('@') < 1) { $('e2').textContent = 'Please fill in your name and email.'; return; }
  fetch('/gift', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({often: often, amount: amount, first: $('first').value, last: $('last').value, email: $('mail').value, giftaid: $('ga').checked, news: $('news').checked})})
    .then(function () { $('s2').innerHTML = '<h2>Nearly there</h2><p>We have written to you with a link to pay.</p>'; });
};
