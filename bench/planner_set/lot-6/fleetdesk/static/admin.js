;(function (FD) {
  'use strict';
  var view = document.getElementById('view');
  function el(tag, cls, html) { var n = document.createElement(tag); if (cls) n.className = cls; if (html !== undefined) n.innerHTML = html; return n; }
  function api(path, body) { return fetch('/api/' + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }); }
  function toast(text) { var t = el('div', 'fd-toast', text); document.getElementById('toasts').appendChild(t); setTimeout(function () { t.remove(); }, 3500); }
  function modal(title, inner, okText, okClass, ok) {
    var m = el('div', 'fd-modal', '<div class="fd-box" role="dialog" aria-modal="true"><h3>' + title + '</h3>' + inner + '<div class="fd-bar"><span class="fd-spacer"></span><button class="fd-btn cancel">Cancel</button><button class="fd-btn ' + okClass + ' ok">' + okText + '</button></div></div>');
    document.body.appendChild(m);
    m.querySelector('.cancel').onclick = function () { m.remove(); };
    m.querySelector('.ok').onclick = function () { if (ok(m) !== false) m.remove(); };
    return m;
  }
  function closeMenus() { document.querySelectorAll('.fd-menu').forEach(function (x) { x.remove(); }); }
  document.addEventListener('click', closeMenus);
  function rowMenu(cell, items) {
    var b = el('button', 'fd-iconbtn', '&#8943;');
    b.setAttribute('aria-label', 'Row actions');
    b.onclick = function (ev) {
      ev.stopPropagation();
      closeMenus();
      var m = el('div', 'fd-menu'), r = b.getBoundingClientRect();
      m.setAttribute('role', 'menu');
      items.forEach(function (it) { var d = el('div', '', it[0]); d.setAttribute('role', 'menuitem'); d.onclick = it[1]; m.appendChild(d); });
      m.style.top = (r.bottom + window.scrollY) + 'px';
      m.style.left = (r.right - 150) + 'px';
      document.body.appendChild(m);
    };
    cell.appendChild(b);
  }
  function options(list, now) { return list.map(function (o) { return '<option' + (o === now ? ' selected' : '') + '>' + o + '</option>'; }).join(''); }
  var DEPOTS = ['Leeds', 'Hull', 'York', 'Sheffield'], ROLES = ['Viewer', 'Dispatcher', 'Workshop', 'Administrator'];

  var tabs = {
    dashboard: function () {
      var c = function (s) { return FD.vehicles.filter(function (v) { return v[5] === s; }).length; };
      view.innerHTML = '<div class="fd-cards"><div class="fd-card"><div>Vehicles on the road</div><div class="n">…</div></div><div class="fd-card"><div>In the workshop</div><div class="n">…</div></div><div class="fd-card"><div>Licences ending in 90 days</div><div class="n">…</div></div><div class="fd-card"><div>Fuel this month</div><div class="n">…</div></div></div>';
      setTimeout(function () {
        var n = view.querySelectorAll('.n');
        if (n.length) [c('Active'), c('Workshop'), 2, '£6,412'].forEach(function (v, i) { n[i].textContent = v; });
      }, 700);
    },
    vehicles: function () {
      var s = { q: '', depot: '', page: 0, by: 0, up: true };
      view.innerHTML = '<div class="fd-bar"><input type="text" placeholder="Filter…"><select aria-label="Depot"><option value="">All depots</option>' + options(DEPOTS) + '</select><span class="fd-spacer"></span><button class="fd-btn exp">Export CSV</button><button class="fd-btn prim add">Add vehicle</button></div><table class="fd-table"><thead><tr><th>Plate</th><th>Model</th><th>Depot</th><th>Driver</th><th>Mileage</th><th>State</th><td></td></tr></thead><tbody></tbody></table><div class="fd-bar" style="margin-top:10px"><span class="info"></span><span class="fd-spacer"></span><button class="fd-btn prev" aria-label="Previous page">‹</button><button class="fd-btn next" aria-label="Next page">›</button></div>';
      function rows() {
        var r = FD.vehicles.filter(function (v) { return (!s.depot || v[2] === s.depot) && v.join(' ').toLowerCase().indexOf(s.q) >= 0; });
        if (s.sorted) r.sort(function (a, b) { return (a[s.by] > b[s.by] ? 1 : -1) * (s.up ? 1 : -1); });
        return r;
      }
      function draw() {
        var r = rows(), tb = view.querySelector('tbody');
        tb.innerHTML = '';
        r.slice(s.page * 6, s.page * 6 + 6).forEach(function (v) {
          var tr = el('tr', '', '<td>' + v[0] + '</td><td>' + v[1] + '</td><td>' + v[2] + '</td><td>' + (v[3] || '–') + '</td><td>' + v[4].toLocaleString('en-GB') + '</td><td><span class="badge ' + v[5] + '">' + v[5] + '</span></td><td></td>');
          rowMenu(tr.lastChild, [['Edit', function () { edit(v); }], ['History', function () { drawer(v); }], ['Retire', function () { modal('Retire ' + v[0] + '?', '<p>The vehicle leaves all plans.</p>', 'Retire', 'dang', function () { v[5] = 'Retired'; api('vehicles/retire', { plate: v[0] }); toast(v[0] + ' retired'); draw(); }); }]]);
          tb.appendChild(tr);
        });
        view.querySelector('.info').textContent = 'Page ' + (s.page + 1) + ' of ' + Math.max(1, Math.ceil(r.length / 6)) + ' (' + r.length + ' vehicles)';
        view.querySelector('.prev').disabled = s.page === 0;
        view.querySelector('.next').disabled = (s.page + 1) * 6 >= r.length;
      }
      function edit(v) {
        var m = modal(v ? 'Edit vehicle' : 'Add vehicle', '<div class="fd-field"><label>Plate</label><input type="text" class="p" value="' + (v ? v[0] : '') + '"></div><div class="fd-field"><label>Model</label><input type="text" class="mo" value="' + (v ? v[1] : '') + '"></div><div class="fd-field"><label>Depot</label><select class="d">' + options(DEPOTS, v && v[2]) + '</select></div><div class="fd-field"><label>Mileage</label><input type="text" class="mi" value="' + (v ? v[4] : '') + '"></div>', 'Save', 'prim', function () {
          var b = { plate: m.querySelector('.p').value, model: m.querySelector('.mo').value, depot: m.querySelector('.d').value, mileage: m.querySelector('.mi').value };
          if (!b.plate) return false;
          if (v) { v[0] = b.plate; v[1] = b.model; v[2] = b.depot; v[4] = Number(b.mileage.replace(/\D/g, '')); } else FD.vehicles.push([b.plate, b.model, b.depot, '', Number(b.mileage), 'Active']);
          api(v ? 'vehicles/edit' : 'vehicles', b);
          toast('Saved');
          draw();
        });
      }
      function drawer(v) {
        var d = el('div', 'fd-drawer', '<button class="fd-iconbtn" style="float:right" aria-label="Close">✕</button><h3>' + v[0] + '</h3><p>Loading history…</p>');
        d.querySelector('button').onclick = function () { d.remove(); };
        document.body.appendChild(d);
        setTimeout(function () { d.querySelector('p').outerHTML = '<ul>' + (FD.history[v[0]] || [['–', '–', 'Nothing recorded']]).map(function (h) { return '<li><b>' + h[0] + '</b> ' + h[2] + ' <i>(' + h[1] + ')</i></li>'; }).join('') + '</ul>'; }, 500);
      }
      view.querySelector('input').oninput = function () { s.q = this.value.toLowerCase(); s.page = 0; draw(); };
      view.querySelector('select').onchange = function () { s.depot = this.value; s.page = 0; draw(); };
      view.querySelector('.prev').onclick = function () { s.page--; draw(); };
      view.querySelector('.next').onclick = function () { s.page++; draw(); };
      view.querySelectorAll('th').forEach(function (th, i) { th.onclick = function () { s.up = s.sorted && s.by === i ? !s.up : true; s.by = i; s.sorted = true; s.page = 0; draw(); }; });
      view.querySelector('.add').onclick = function () { edit(null); };
      view.querySelector('.exp').onclick = function () {
        var a = el('a');
        a.href = URL.createObjectURL(new Blob(['Plate,Model,Depot,Driver,Mileage,State\n' + rows().map(function (v) { return v.join(','); }).join('\n')], { type: 'text/csv' }));
        a.download = 'vehicles.csv';
        a.click();
      };
      draw();
    },
    drivers: function () {
      view.innerHTML = '<table class="fd-table"><thead><tr><th>Name</th><th>Licence</th><th>Valid until</th><th>Account</th><td></td></tr></thead><tbody></tbody></table>';
      FD.drivers.forEach(function (d) {
        var tr = el('tr', '', '<td>' + d[0] + '</td><td>' + d[1] + '</td><td>' + d[2] + '</td><td><span class="badge ' + d[3] + '">' + d[3] + '</span></td><td></td>');
        rowMenu(tr.lastChild, [['Message', function () { modal('Message to ' + d[0], '<div class="fd-field"><label>Text</label><input type="text" class="t"></div>', 'Send', 'prim', function (m) { api('drivers/message', { name: d[0], text: m.querySelector('.t').value }); toast('Sent'); }); }],
          [d[3] === 'Active' ? 'Suspend' : 'Reinstate', function () { var s = d[3] === 'Active'; modal((s ? 'Suspend ' : 'Reinstate ') + d[0] + '?', s ? '<div class="fd-field"><label>Reason</label><select class="r"><option value="">-</option><option>Licence</option><option>Accident</option><option>Long leave</option></select></div>' : '', s ? 'Suspend' : 'Reinstate', s ? 'dang' : 'prim', function (m) { d[3] = s ? 'Suspended' : 'Active'; api('drivers/' + (s ? 'suspend' : 'reinstate'), s ? { name: d[0], reason: m.querySelector('.r').value } : { name: d[0] }); toast('Done'); tabs.drivers(); }); }]]);
        view.querySelector('tbody').appendChild(tr);
      });
    },
    users: function () {
      view.innerHTML = '<div class="fd-bar"><span class="fd-spacer"></span><button class="fd-btn prim inv">Invite user</button></div><table class="fd-table"><thead><tr><th>User</th><th>Name</th><th>Role</th><td></td></tr></thead><tbody></tbody></table>';
      FD.users.forEach(function (u) {
        var tr = el('tr', '', '<td>' + u[0] + '</td><td>' + u[1] + '</td><td>' + u[2] + '</td><td><button class="fd-btn">Edit</button></td>');
        tr.querySelector('button').onclick = function () {
          modal('Edit user ' + u[0], '<div class="fd-field"><label>Role</label><select class="r">' + options(ROLES, u[2]) + '</select></div>', 'Save', 'prim', function (m) { u[2] = m.querySelector('.r').value; api('users/edit', { user: u[0], role: u[2] }); toast('Saved'); tabs.users(); });
        };
        view.querySelector('tbody').appendChild(tr);
      });
      view.querySelector('.inv').onclick = function () {
        modal('Invite user', '<div class="fd-field"><label>E-mail</label><input type="text" class="e"></div><div class="fd-field"><label>Role</label><select class="r">' + options(ROLES) + '</select></div><div class="fd-field"><input type="checkbox" class="w" checked> Send a welcome mail</div>', 'Invite', 'prim', function (m) {
          if (m.querySelector('.e').value.indexOf('@') < 0) return false;
          api('users/invite', { email: m.querySelector('.e').value, role: m.querySelector('.r').value, welcome: m.querySelector('.w').checked });
          toast('Invited');
        });
      };
    }
  };
  document.querySelector('[data-bind=bell]').onclick = function () { toast('No new notifications'); };
  function route() {
    var t = location.hash.slice(1) in tabs ? location.hash.slice(1) : 'dashboard';
    document.querySelectorAll('.fd-tabs a').forEach(function (a) { var on = a.getAttribute('href') === '#' + t; a.classList.toggle('active', on); a.setAttribute('aria-selected', on); });
    tabs[t]();
  }
  window.addEventListener('hashchange', route);
  route();
})(window.FD);
