var PETS = [
 {
  "id": 1,
  "name": "Biscuit",
  "kind": "Cat",
  "breed": "Tabby cat",
  "age": 3,
  "town": "Lewes",
  "cats": 0,
  "dogs": 1,
  "kids": 1
 },
 {
  "id": 2,
  "name": "Rolo",
  "kind": "Dog",
  "breed": "Beagle",
  "age": 5,
  "town": "Hove",
  "cats": 1,
  "dogs": 0,
  "kids": 1
 },
 {
  "id": 3,
  "name": "Marmalade",
  "kind": "Cat",
  "breed": "Ginger cat",
  "age": 7,
  "town": "Brighton",
  "cats": 0,
  "dogs": 0,
  "kids": 0
 },
 {
  "id": 4,
  "name": "Pip",
  "kind": "Dog",
  "breed": "Terrier cross",
  "age": 2,
  "town": "Lewes",
  "cats": 1,
  "dogs": 1,
  "kids": 1
 },
 {
  "id": 5,
  "name": "Juno",
  "kind": "Dog",
  "breed": "Greyhound",
  "age": 6,
  "town": "Worthing",
  "cats": 0,
  "dogs": 1,
  "kids": 0
 },
 {
  "id": 6,
  "name": "Clover",
  "kind": "Rabbit",
  "breed": "Lop rabbit",
  "age": 1,
  "town": "Hove",
  "cats": 0,
  "dogs": 0,
  "kids": 1
 },
 {
  "id": 7,
  "name": "Biscuit",
  "kind": "Dog",
  "breed": "Beagle cross",
  "age": 4,
  "town": "Brighton",
  "cats": 1,
  "dogs": 0,
  "kids": 0
 },
 {
  "id": 8,
  "name": "Soot",
  "kind": "Cat",
  "breed": "Black cat",
  "age": 11,
  "town": "Hove",
  "cats": 0,
  "dogs": 1,
  "kids": 0
 },
 {
  "id": 9,
  "name": "Pippa",
  "kind": "Dog",
  "breed": "Collie",
  "age": 9,
  "town": "Hove",
  "cats": 1,
  "dogs": 0,
  "kids": 1
 },
 {
  "id": 10,
  "name": "Otto",
  "kind": "Dog",
  "breed": "Dachshund",
  "age": 8,
  "town": "Brighton",
  "cats": 0,
  "dogs": 0,
  "kids": 0
 },
 {
  "id": 11,
  "name": "Minnow",
  "kind": "Cat",
  "breed": "Tortoiseshell cat",
  "age": 1,
  "town": "Worthing",
  "cats": 1,
  "dogs": 1,
  "kids": 1
 },
 {
  "id": 12,
  "name": "Bramble",
  "kind": "Dog",
  "breed": "Spaniel",
  "age": 3,
  "town": "Worthing",
  "cats": 1,
  "dogs": 0,
  "kids": 1
 },
 {
  "id": 13,
  "name": "Fig",
  "kind": "Rabbit",
  "breed": "Dutch rabbit",
  "age": 2,
  "town": "Lewes",
  "cats": 0,
  "dogs": 0,
  "kids": 1
 },
 {
  "id": 14,
  "name": "Duke",
  "kind": "Dog",
  "breed": "Mastiff cross",
  "age": 4,
  "town": "Lewes",
  "cats": 0,
  "dogs": 1,
  "kids": 0
 },
 {
  "id": 15,
  "name": "Nettle",
  "kind": "Cat",
  "breed": "White cat",
  "age": 5,
  "town": "Brighton",
  "cats": 1,
  "dogs": 0,
  "kids": 1
 }
];
var shown = 9, favs = [];
var board = document.getElementById('board');
function txt(tag, cls, t) { var e = document.createElement(tag); if (cls) e.className = cls; e.textContent = t; return e; }
function years(n) { return n + (n === 1 ? ' year' : ' years'); }
function wanted() {
  var k = document.getElementById('kind').value, t = document.getElementById('town').value;
  return PETS.filter(function (p) {
    return (!k || p.kind === k) && (!t || p.town === t) && ['cats', 'dogs', 'kids'].every(function (g) { return !document.getElementById('ok-' + g).checked || p[g]; });
  });
}
function draw() {
  var all = wanted(), list = all.slice(0, shown);
  board.replaceChildren();
  document.getElementById('num').textContent = all.length + ' animals are waiting for you';
  list.forEach(function (p) {
    var c = txt('div', 'tile', ''), heart = txt('i', 'heart' + (favs.indexOf(p.id) >= 0 ? ' on' : ''), '♥');
    heart.title = 'Favourite';
    heart.onclick = function (e) {
      e.stopPropagation(); favs.push(p.id);
      fetch('/favourites', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({pet: p.name, breed: p.breed})}).then(function () { heart.classList.add('on'); });
    };
    c.append(txt('div', 'pic', ''), heart, txt('h3', '', p.name), txt('p', '', p.breed + ' · ' + years(p.age) + ' · ' + p.town));
    var good = [p.cats && 'cats', p.dogs && 'dogs', p.kids && 'children'].filter(Boolean);
    c.append(txt('p', 'good', good.length ? 'Good with ' + good.join(', ') : 'Wants to be the only one'));
    c.onclick = function () { dialog(p); };
    board.append(c);
  });
  document.getElementById('more').style.display = all.length > shown ? '' : 'none';
}
function dialog(p) {
  var d = document.getElementById('dlg');
  d.innerHTML = '<div class="box"><span class="x" title="Close">×</span><h2></h2><p class="d"></p><div class="tabs"><span data-t="story" class="on">Story</span><span data-t="ask">Enquire</span></div><div class="story"><p>Came to us in October and has been learning to trust hands. Loves the radio, hates umbrellas.</p><p>Vaccinated and chipped. Reference SL-' + (400 + p.id) + '.</p></div><form class="ask" hidden><input name="name" placeholder="Your name"><input name="phone" placeholder="Phone"><textarea name="message" placeholder="Tell us about your home"></textarea><label><input type="checkbox" name="garden"> I have a garden</label><label><input type="checkbox" name="pets"> I have other pets</label><p class="er"></p><button>Send enquiry</button></form></div>';
  d.querySelector('h2').textContent = p.name; d.querySelector('.d').textContent = p.breed + ', ' + years(p.age) + ', ' + p.town;
  d.hidden = false;
  d.querySelector('.x').onclick = function () { d.hidden = true; };
  d.querySelectorAll('.tabs span').forEach(function (s) { s.onclick = function () { d.querySelectorAll('.tabs span').forEach(function (o) { o.className = o === s ? 'on' : ''; }); d.querySelector('.story').hidden = s.dataset.t !== 'story'; d.querySelector('.ask').hidden = s.dataset.t !== 'ask'; }; });
  d.querySelector('form').onsubmit = function (e) {
    e.preventDefault(); var f = e.target;
    if (!f.name.value || !f.phone.value) { d.querySelector('.er').textContent = 'We need a name and a phone number.'; return; }
    fetch('/enquiries', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({pet: 'SL-' + (400 + p.id), name: f.elements.name.value, phone: f.phone.value, message: f.message.value, garden: f.garden.checked, pets: f.pets.checked})}).then(function () { d.querySelector('.box').innerHTML = '<h2>Woof!</h2><p>We call you back within two days.</p><span class="x" title="Close">×</span>'; d.querySelector('.x').onclick = function () { d.hidden = true; }; });
  };
}
['kind', 'town', 'ok-cats', 'ok-dogs', 'ok-kids'].forEach(function (i) { document.getElementById(i).onchange = function () { shown = 9; draw(); }; });
document.getElementById('more').onclick = function () { shown += 6; draw(); };
draw();
