if (!localStorage.getItem('nm-consent')) {
  const c = document.createElement('div');
  c.className = 'nm-cookie';
  c.setAttribute('role', 'region');
  c.setAttribute('aria-label', 'Cookie consent');
  c.innerHTML = '<div class="nm-container"><div>We use cookies to keep your journey and to see how the site is used.</div><button class="nm-btn" type="button">Accept all</button><button class="nm-btn nm-btn--ghost" type="button">Only necessary</button></div>';
  document.body.append(c);
  c.querySelectorAll('button').forEach((b, i) => (b.onclick = () => { localStorage.setItem('nm-consent', i ? 'necessary' : 'all'); c.remove(); }));
}
const STATIONS = ['Ashby North', 'Ashby Parkway', 'Brackwater', 'Dunhope', 'Kelby Central', 'Lorne Junction', 'Marsh End', 'Otterford', 'Saltwick'];
document.querySelectorAll('[data-nm-select]').forEach((root) => {
  const control = root.querySelector('.nm-select__control');
  const value = root.querySelector('.nm-select__value');
  const options = root.dataset.nmSelect ? root.dataset.nmSelect.split('|') : STATIONS;
  control.addEventListener('click', () => {
    const open = root.querySelector('.nm-select__menu');
    if (open) { open.remove(); control.setAttribute('aria-expanded', 'false'); return; }
    const menu = document.createElement('div');
    menu.className = 'nm-select__menu';
    menu.setAttribute('role', 'listbox');
    options.forEach((o) => {
      const d = document.createElement('div');
      d.className = 'nm-select__option';
      d.setAttribute('role', 'option');
      d.textContent = o;
      d.addEventListener('click', () => { value.textContent = o; root.dataset.value = o; menu.remove(); control.setAttribute('aria-expanded', 'false'); });
      menu.append(d);
    });
    root.append(menu);
    control.setAttribute('aria-expanded', 'true');
  });
  control.addEventListener('keydown', (e) => { if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); control.click(); } });
});
