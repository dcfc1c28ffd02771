var KINDS = [['adult', 'Adult', 14.5], ['child', 'Child (5–15)', 7], ['student', 'Student', 10], ['carer', 'Carer', 0]];
var n = {adult: 0, child: 0, student: 0, carer: 0}, day = '', time = '', y = 2027, m = 1;
var NAMES = 'January February March April May June July August September October November December'.split(' ');
function el(id) { return document.getElementById(id); }
function total() {
  var t = KINDS.reduce(function (s, k) { return s + n[k[0]] * k[2]; }, 0) + +document.querySelector('[name=don]:checked').value;
  el('total').textContent = 'Total £' + t.toFixed(2);
}
KINDS.forEach(function (k) {
  var row = document.createElement('div');
  row.className = 'qty';
  row.innerHTML = '<span class="qty__name">' + k[1] + ' <small>' + (k[2] ? '£' + k[2].toFixed(2) : 'Free') + '</small></span><span class="qty__btn">−</span><span class="num">0</span><span class="qty__btn">+</span>';
  var b = row.querySelectorAll('.qty__btn');
  function add(d) { n[k[0]] = Math.max(0, n[k[0]] + d); row.querySelector('.num').textContent = n[k[0]]; total(); }
  b[0].onclick = function () { add(-1); };
  b[1].onclick = function () { add(1); };
  el('who').appendChild(row);
});
function cal() {
  el('month').textContent = NAMES[m] + ' ' + y;
  var g = el('days');
  g.innerHTML = '<small>Mo</small><small>Tu</small><small>We</small><small>Th</small><small>Fr</small><small>Sa</small><small>Su</small>';
  var lead = (new Date(y, m, 1).getDay() + 6) % 7, last = new Date(y, m + 1, 0).getDate();
  for (var i = 0; i < lead; i++) g.appendChild(document.createElement('i'));
  for (var d = 1; d <= last; d++) (function (d) {
    var b = document.createElement('button'), iso = y + '-' + ('0' + (m + 1)).slice(-2) + '-' + ('0' + d).slice(-2);
    b.textContent = d;
    b.disabled = new Date(y, m, d).getDay() === 1;
    b.className = iso === day ? 'sel' : '';
    b.onclick = function () { day = iso; time = ''; cal(); slots(); };
    g.appendChild(b);
  })(d);
}
function slots() {
  el('slots').innerHTML = '<p>Loading times …</p>';
  setTimeout(function () {
    el('slots').innerHTML = '';
    ['10:00', '10:30', '11:00', '11:30', '13:00', '14:30', '16:00'].forEach(function (t) {
      var p = document.createElement('div');
      p.className = 'pill' + (t === '10:30' ? ' full' : '');
      p.textContent = t + (t === '10:30' ? ' sold out' : '');
      if (t !== '10:30') p.onclick = function () {
        time = t;
        document.querySelectorAll('.pill').forEach(function (x) { x.classList.toggle('sel', x === p); });
      };
      el('slots').appendChild(p);
    });
  }, 400);
}
el('prev').onclick = function () { if (m > 1) m--; cal(); };
el('next').onclick = function () { if (m < 11) m++; cal(); };
document.querySelectorAll('[name=don]').forEach(function (r) { r.onchange = total; });
cal(); total();
el('go').onclick = function () {
  var all = n.adult + n.child + n.student + n.carer;
  var miss = !all ? 'Choose at least one ticket.' : !day ? 'Choose a day.' : !time ? 'Choose an entry time.' : !el('fn').value ? 'Enter your name.' : el('em').value.indexOf('@') < 1 ? 'Enter your e-mail.' : '';
  el('err').textContent = miss;
  if (miss) return;
  var data = {date: day, time: time, donation: document.querySelector('[name=don]:checked').value, name: el('fn').value, email: el('em').value};
  for (var k in n) data[k] = n[k];
  fetch('/api/reservations', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(data)}).then(function () {
    document.querySelector('.page').innerHTML = '<h1>Reserved</h1><p>Your tickets are on their way to ' + data.email.replace(/</g, '') + '.</p>';
  });
};
