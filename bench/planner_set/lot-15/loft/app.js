const view = document.getElementById('view');
const div = (cls, text, more) => {
  const made = document.createElement('div');
  made.className = cls;
  if (text !== undefined) made.textContent = text;
  if (more) Object.assign(made, more);
  return made;
};
const box = (cls, ...parts) => { const made = div(cls); made.append(...parts); return made; };
const toast = text => {
  const place = document.getElementById('toast');
  place.textContent = text;
  place.className = 'toast on';
};
const send = (path, fields) => fetch(path, {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(fields),
});
let shown = 4;

function home() {
  view.replaceChildren(div('h', 'Today in the house'), ...TODAY.map(one =>
    box('row', div('c time', one.time), div('c what', one.what), div('c where', one.where))));
}
function rooms() {
  view.replaceChildren(div('h', 'Rooms'), box('grid', ...ROOMS.map(room => {
    const card = box('card', div('t', room.name), div('s', room.floor), div('s', room.seats + ' seats'),
      div('s', '€' + room.price + ' an hour'), div('s', room.kit));
    card.onclick = () => { location.hash = 'room/' + room.id; };
    return card;
  })));
}
function room(id) {
  const one = ROOMS.find(r => r.id === Number(id));
  const picked = {room: one.name, floor: one.floor, time: ''};
  const slots = box('slots', ...['10:00', '11:00', '14:00', '15:00', '16:30'].map(time => {
    const slot = div('slot', time);
    slot.onclick = () => {
      slots.querySelectorAll('.slot').forEach(s => s.classList.remove('on'));
      slot.classList.add('on');
      picked.time = time;
    };
    return slot;
  }));
  const title = Object.assign(document.createElement('input'), {className: 'in', placeholder: 'Title of the meeting'});
  const go = div('btn', 'Book room');
  go.onclick = async () => {
    if (!picked.time || !title.value) { toast('Pick a time and give it a title.'); return; }
    await send('/api/bookings', {...picked, title: title.value});
    toast(`${one.name} is yours at ${picked.time}.`);
  };
  view.replaceChildren(div('h', one.name), div('s', `${one.floor}, ${one.seats} seats, €${one.price} an hour`),
    div('lbl', 'Time'), slots, div('lbl', 'Title'), title, go);
}
function members(asked = '') {
  const field = Object.assign(document.createElement('input'), {className: 'in', placeholder: 'Find a member', value: asked});
  const list = div('list');
  const draw = () => {
    const found = MEMBERS.filter(m => (m.name + m.company).toLowerCase().includes(field.value.toLowerCase()));
    list.replaceChildren(...found.slice(0, shown).map(m => {
      const row = box('row', div('c n', m.name), div('c co', m.company), div('c d', 'Desk ' + m.desk));
      row.onclick = () => { location.hash = 'member/' + m.id; };
      return row;
    }));
    if (found.length > shown) {
      const more = div('btn more', 'Load more');
      more.onclick = () => setTimeout(() => { shown += 4; draw(); }, 150);
      list.append(more);
    }
  };
  field.oninput = draw;
  shown = 4;
  view.replaceChildren(div('h', 'Members'), field, list);
  draw();
}
function member(id) {
  const one = MEMBERS[Number(id)];
  const text = Object.assign(document.createElement('textarea'), {className: 'in', placeholder: `Write to ${one.name.split(' ')[0]}...`});
  const go = div('btn', 'Send message');
  go.onclick = async () => {
    if (!text.value) { toast('The message is empty.'); return; }
    await send('/api/messages', {to: one.name, text: text.value});
    text.value = '';
    toast('Message sent.');
  };
  view.replaceChildren(div('h', one.name), div('s', one.company), div('s', 'Desk ' + one.desk), text, go);
}
function help() {
  view.replaceChildren(div('h', 'Help'), div('s', 'The door code changes on the first of the month.'),
    div('s', 'Call the desk: 030 555 0190, weekdays from 8:00 to 18:00.'));
}
function route() {
  document.getElementById('toast').className = 'toast';
  const [name, id] = location.hash.slice(1).split('/');
  ({rooms, members: () => members(), help, room: () => room(id), member: () => member(id)}[name] || home)();
}
document.querySelectorAll('[data-go]').forEach(one => { one.onclick = () => { location.hash = one.dataset.go; }; });
window.onhashchange = route;
route();
