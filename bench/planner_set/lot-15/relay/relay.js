const $ = id => document.getElementById(id);
const tell = text => { $('snack').textContent = text; };
const send = (method, path, fields) => fetch(path, {
  method, headers: {'Content-Type': 'application/json'}, body: fields && JSON.stringify(fields),
});

const tabs = [...document.querySelectorAll('[role=tab]')];
for (const tab of tabs) {
  tab.addEventListener('click', () => {
    for (const other of tabs) {
      other.setAttribute('aria-selected', String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      $(other.getAttribute('aria-controls')).hidden = other !== tab;
    }
  });
}

for (const one of document.querySelectorAll('[role=switch]')) {
  one.addEventListener('click', () => {
    one.setAttribute('aria-checked', String(one.getAttribute('aria-checked') !== 'true'));
  });
}
$('prefs').addEventListener('submit', async event => {
  event.preventDefault();
  await send('PATCH', '/api/team', {
    team: $('team-name').value,
    digest: $('digest').getAttribute('aria-checked'),
    alerts: $('alerts').getAttribute('aria-checked'),
  });
  tell('Settings saved');
});

const people = ['Amara Diallo', 'Jonas Weber', 'Priya Nair', 'Sofia Lund'];
const owner = $('p-owner');
const list = $('owners');
let chosen = '';
const close = () => { list.hidden = true; owner.setAttribute('aria-expanded', 'false'); };
const open = () => {
  const asked = chosen === owner.value ? '' : owner.value.toLowerCase();
  list.replaceChildren(...people.filter(name => name.toLowerCase().includes(asked)).map(name => {
    const item = document.createElement('li');
    item.role = 'option';
    item.textContent = name;
    item.addEventListener('mousedown', event => event.preventDefault());
    item.addEventListener('click', () => { chosen = name; owner.value = name; close(); });
    return item;
  }));
  list.hidden = false;
  owner.setAttribute('aria-expanded', 'true');
};
owner.addEventListener('focus', open);
owner.addEventListener('click', open);
owner.addEventListener('input', () => { chosen = ''; open(); });
owner.addEventListener('blur', () => { if (!chosen) owner.value = ''; close(); });
owner.addEventListener('keydown', event => {
  if (event.key === 'Enter' && !list.hidden) {
    event.preventDefault();
    list.firstElementChild?.click();
  }
});

const sights = [...document.querySelectorAll('[role=radio]')];
for (const one of sights) {
  one.addEventListener('click', () => {
    for (const other of sights) other.setAttribute('aria-checked', String(other === one));
  });
}
$('new-project').addEventListener('click', () => $('create').showModal());
$('create-cancel').addEventListener('click', () => $('create').close());
$('create-form').addEventListener('submit', async event => {
  event.preventDefault();
  if (!$('p-name').value || !chosen) { tell('A project needs a name and an owner'); return; }
  const sight = sights.find(one => one.getAttribute('aria-checked') === 'true').dataset.value;
  await send('POST', '/api/projects', {name: $('p-name').value, owner: chosen, visibility: sight});
  $('create').close();
  tell(`${$('p-name').value} was created`);
});

let leaving = null;
for (const button of document.querySelectorAll('.remove')) {
  button.addEventListener('click', () => {
    leaving = button.closest('[role=row]');
    $('confirm-text').textContent = `${leaving.firstElementChild.textContent} will lose access to all projects of the team.`;
    $('confirm').showModal();
  });
}
$('confirm-no').addEventListener('click', () => $('confirm').close());
$('confirm-yes').addEventListener('click', async () => {
  const name = leaving.firstElementChild.textContent;
  await send('DELETE', '/api/members/' + name.toLowerCase().replace(/ /g, '-'));
  leaving.remove();
  $('confirm').close();
  tell(`${name} was removed`);
});
