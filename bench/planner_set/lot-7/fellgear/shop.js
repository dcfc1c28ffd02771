window.GOODS = [
  {id: 'kestrel-2', n: 'Kestrel 2 tent', b: 'Fellgear', c: 'Tents', p: 219, r: 4.7, rv: 128, s: {Sleeps: '2', Weight: '1.9 kg', Waterproofing: '3,000 mm'}, col: ['Moss', 'Rust']},
  {id: 'kestrel-3', n: 'Kestrel 3 tent', b: 'Fellgear', c: 'Tents', p: 279, r: 4.6, rv: 77, s: {Sleeps: '3', Weight: '2.4 kg', Waterproofing: '3,000 mm'}, col: ['Moss', 'Rust']},
  {id: 'bothy-4', n: 'Bothy 4 family tent', b: 'Skarn', c: 'Tents', p: 389, was: 429, r: 4.2, rv: 31, s: {Sleeps: '4', Weight: '6.8 kg', Waterproofing: '4,000 mm'}, col: ['Slate']},
  {id: 'drift-300', n: 'Drift 300 sleeping bag', b: 'Fellgear', c: 'Sleeping bags', p: 129, r: 4.4, rv: 90, s: {Comfort: '4 °C', Weight: '0.9 kg', Fill: 'Down'}, col: ['Rust']},
  {id: 'drift-600', n: 'Drift 600 sleeping bag', b: 'Fellgear', c: 'Sleeping bags', p: 199, r: 4.8, rv: 54, s: {Comfort: '-6 °C', Weight: '1.3 kg', Fill: 'Down'}, col: ['Rust']},
  {id: 'corrie', n: 'Corrie rain jacket', b: 'Skarn', c: 'Jackets', p: 145, r: 4.5, rv: 212, s: {Weight: '340 g', Membrane: '2.5 layers'}, col: ['Moss', 'Rust', 'Slate'], z: ['S', 'M', 'L', 'XL'], no: ['XL']},
  {id: 'corrie-down', n: 'Corrie down jacket', b: 'Skarn', c: 'Jackets', p: 189, r: 4.3, rv: 66, s: {Weight: '420 g', Fill: 'Down'}, col: ['Slate'], z: ['S', 'M', 'L'], no: []},
  {id: 'ember', n: 'Ember gas stove', b: 'Tarnlight', c: 'Cooking', p: 42.5, r: 4.6, rv: 301, s: {Weight: '95 g', Power: '2,800 W'}, col: []},
  {id: 'windshield', n: 'Folding windshield', b: 'Tarnlight', c: 'Cooking', p: 14, r: 4.0, rv: 45, s: {Weight: '180 g'}, col: []},
  {id: 'pot', n: 'Nesting pot set', b: 'Tarnlight', c: 'Cooking', p: 38, was: 45, r: 4.1, rv: 58, s: {Weight: '460 g', Volume: '1.8 l'}, col: []},
  {id: 'pika', n: 'Pika head torch', b: 'Tarnlight', c: 'Lights', p: 34, r: 4.7, rv: 189, s: {Weight: '78 g', Output: '400 lm'}, col: ['Slate', 'Rust']},
  {id: 'lark', n: 'Lark solo tent', b: 'Skarn', c: 'Tents', p: 164, r: 3.9, rv: 22, s: {Sleeps: '1', Weight: '1.2 kg', Waterproofing: '2,500 mm'}, col: ['Moss']},
  {id: 'skarn-shell', n: 'Linn hardshell', b: 'Skarn', c: 'Jackets', p: 259, r: 4.8, rv: 73, s: {Weight: '410 g', Membrane: '3 layers'}, col: ['Slate', 'Moss'], z: ['S', 'M', 'L', 'XL'], no: ['S']},
  {id: 'quilt', n: 'Hush summer quilt', b: 'Fellgear', c: 'Sleeping bags', p: 89, r: 4.2, rv: 19, s: {Comfort: '12 °C', Weight: '0.6 kg', Fill: 'Synthetic'}, col: ['Moss']},
  {id: 'mug', n: 'Titanium mug', b: 'Tarnlight', c: 'Cooking', p: 26, r: 4.9, rv: 144, s: {Weight: '62 g', Volume: '0.45 l'}, col: []},
  {id: 'cartridge', n: 'Gas cartridge 230 g', b: 'Tarnlight', c: 'Cooking', p: 7.5, r: 4.4, rv: 95, s: {Weight: '370 g'}, col: []},
  {id: 'lantern', n: 'Glow tent lantern', b: 'Tarnlight', c: 'Lights', p: 24, was: 29, r: 4.3, rv: 61, s: {Weight: '88 g', Output: '150 lm'}, col: []},
  {id: 'vole', n: 'Vole clip light', b: 'Tarnlight', c: 'Lights', p: 12, r: 3.8, rv: 17, s: {Weight: '21 g', Output: '40 lm'}, col: []},
  {id: 'tarp', n: 'Trail tarp', b: 'Fellgear', c: 'Tents', p: 69, r: 4.5, rv: 40, s: {Weight: '0.5 kg', Waterproofing: '2,000 mm'}, col: ['Moss']}
];
window.cart = () => JSON.parse(localStorage.getItem('cart') || '[]');
window.keep = lines => { localStorage.setItem('cart', JSON.stringify(lines)); badge(); };
window.gbp = n => '£' + n.toFixed(2);
window.put = (id, size, colour, n) => {
  const lines = cart(), same = lines.find(l => l.id === id && l.size === size && l.colour === colour);
  if (same) same.n += n; else lines.push({id, size, colour, n});
  keep(lines);
};
window.badge = () => { const b = document.querySelector('#badge'); if (b) b.textContent = cart().reduce((s, l) => s + l.n, 0); };
document.querySelector('#top').innerHTML = `
<div class="bg-promo">Free delivery over £75 · <a href="/index.html?sale=1">Winter sale: up to 15 % off</a></div>
<div class="bg-dark px-6 py-3 flex justify-between items-center"><a href="/index.html" class="text-xl" style="text-decoration:none">▲ Fellgear</a>
<div class="flex gap-4"><a href="/index.html?c=Tents">Tents</a><a href="/index.html?c=Sleeping+bags">Sleeping bags</a><a href="/index.html?c=Jackets">Jackets</a><a href="/index.html?c=Cooking">Cooking</a><a href="/index.html?c=Lights">Lights</a></div>
<div class="flex gap-2"><button class="icon" title="Wish list" style="color:#fff" onclick="location='/index.html?wish=1'">♡</button><a href="/cart.html" title="Basket" style="text-decoration:none">🛒 <span id="badge">0</span></a></div></div>`;
document.querySelector('#foot').innerHTML = `<footer><div class="grid-3"><div><div class="font-bold">Help</div><div>Delivery and returns</div><div>Size guide</div><div>Repairs</div></div><div><div class="font-bold">Fellgear</div><div>Our story</div><div>Shops</div><div>Jobs</div></div><div><div class="font-bold">Stay in touch</div><div class="flex gap-2"><input placeholder="Your e-mail"><div class="btn">Subscribe</div></div></div></div></footer>`;
badge();
