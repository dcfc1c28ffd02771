const PRODUCTS = [
 {
  "id": "hx20",
  "name": "Makrona HX-20 hammer drill",
  "brand": "Makrona",
  "price": 89.5,
  "rating": 4.6,
  "reviews": 31,
  "stock": 1
 },
 {
  "id": "hx28",
  "name": "Makrona HX-28 SDS hammer drill",
  "brand": "Makrona",
  "price": 164,
  "rating": 4.8,
  "reviews": 12,
  "stock": 1
 },
 {
  "id": "md12",
  "name": "Makrona MD-12 cordless drill",
  "brand": "Makrona",
  "price": 72.25,
  "rating": 4.2,
  "reviews": 58,
  "stock": 1
 },
 {
  "id": "ms5",
  "name": "Makrona MS-5 jigsaw",
  "brand": "Makrona",
  "price": 64.9,
  "rating": 4.1,
  "reviews": 19,
  "stock": 0
 },
 {
  "id": "tx90",
  "name": "Torvik TX-90 circular saw",
  "brand": "Torvik",
  "price": 119,
  "rating": 4.5,
  "reviews": 27,
  "stock": 1
 },
 {
  "id": "tx40",
  "name": "Torvik TX-40 palm sander",
  "brand": "Torvik",
  "price": 38.75,
  "rating": 4.0,
  "reviews": 44,
  "stock": 1
 },
 {
  "id": "tx18",
  "name": "Torvik TX-18 cordless drill",
  "brand": "Torvik",
  "price": 99,
  "rating": 4.4,
  "reviews": 36,
  "stock": 0
 },
 {
  "id": "tx60",
  "name": "Torvik TX-60 hammer drill",
  "brand": "Torvik",
  "price": 79.99,
  "rating": 3.9,
  "reviews": 22,
  "stock": 1
 },
 {
  "id": "be1",
  "name": "Bexley B1 glue gun",
  "brand": "Bexley",
  "price": 14.5,
  "rating": 4.3,
  "reviews": 83,
  "stock": 1
 },
 {
  "id": "be3",
  "name": "Bexley B3 heat gun",
  "brand": "Bexley",
  "price": 27.2,
  "rating": 4.2,
  "reviews": 41,
  "stock": 1
 },
 {
  "id": "be7",
  "name": "Bexley B7 rotary tool",
  "brand": "Bexley",
  "price": 45,
  "rating": 3.8,
  "reviews": 17,
  "stock": 1
 },
 {
  "id": "be9",
  "name": "Bexley B9 angle grinder",
  "brand": "Bexley",
  "price": 52.6,
  "rating": 4.5,
  "reviews": 29,
  "stock": 1
 },
 {
  "id": "be11",
  "name": "Bexley B11 paint sprayer",
  "brand": "Bexley",
  "price": 58.4,
  "rating": 3.7,
  "reviews": 15,
  "stock": 0
 },
 {
  "id": "tx75",
  "name": "Torvik TX-75 planer",
  "brand": "Torvik",
  "price": 104.3,
  "rating": 4.3,
  "reviews": 9,
  "stock": 1
 }
];
const money = (n) => '£' + n.toFixed(2);
const basket = () => JSON.parse(localStorage.getItem('basket') || '[]');
function keep(list) {
  localStorage.setItem('basket', JSON.stringify(list));
  document.querySelectorAll('[data-count]').forEach((e) => (e.textContent = list.reduce((n, l) => n + l.qty, 0)));
}
function add(id, qty) {
  const list = basket();
  const line = list.find((l) => l.id === id);
  if (line) line.qty += qty;
  else list.push({ id, qty });
  keep(list);
  toast(PRODUCTS.find((p) => p.id === id).name + ' added to your basket');
}
function toast(text) {
  const t = document.createElement('div');
  t.className = 'fixed bottom-4 right-4 bg-slate-900 text-white p-4 rounded-lg shadow';
  t.setAttribute('role', 'status');
  t.textContent = text;
  document.body.append(t);
  setTimeout(() => t.remove(), 4000);
}
keep(basket());
