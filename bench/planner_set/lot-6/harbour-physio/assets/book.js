const SERVICES = [['Initial assessment', '60 min'], ['Follow-up', '30 min'], ['Sports massage', '45 min'], ['Dry needling', '20 min'], ['Running analysis', '75 min'], ['Pilates class', '50 min']];
const MONTHS = [['February 2027', '2027-02', 28, 0], ['March 2027', '2027-03', 31, 0], ['April 2027', '2027-04', 30, 3]];
const $ = (id) => document.getElementById(id);
const booking = { service: '', therapist: '', date: '', time: '' };
let step = 0;
let month = 0;

function show() {
  document.querySelectorAll('[data-step]').forEach((s) => s.classList.toggle('d-none', Number(s.dataset.step) !== step));
  document.querySelectorAll('.steps li').forEach((li, i) => li.classList.toggle('on', i <= step));
  $('back').classList.toggle('d-none', step === 0);
  $('buttons').classList.toggle('d-none', step === 5);
  $('fwd').textContent = step === 4 ? 'Confirm booking' : 'Continue';
  $('fwd').disabled = (step === 0 && !booking.service) || (step === 1 && !booking.therapist) || (step === 2 && !booking.time);
  if (step === 2) calendar();
  if (step === 4) {
    $('review').innerHTML = '';
    for (const [k, v] of Object.entries(booking)) {
      const tr = $('review').insertRow();
      tr.insertCell().textContent = k[0].toUpperCase() + k.slice(1);
      tr.insertCell().textContent = v === true ? 'yes' : v === false ? 'no' : v;
    }
  }
}
SERVICES.forEach(([name, time]) => {
  const card = document.createElement('div');
  card.className = 'card service-card';
  card.innerHTML = `<h5>${name}</h5><span class="small">${time}</span>`;
  card.onclick = () => {
    document.querySelectorAll('.service-card').forEach((c) => c.classList.remove('active'));
    card.classList.add('active');
    booking.service = name;
    show();
  };
  $('services').append(card);
});
$('who').onchange = () => { booking.therapist = $('who').value; booking.date = booking.time = ''; show(); };
function calendar() {
  const [name, iso, days, offset] = MONTHS[month];
  $('month').textContent = name;
  $('prev').disabled = month === 0;
  $('next').disabled = month === MONTHS.length - 1;
  $('cal').innerHTML = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'].map((d) => `<div class="small">${d}</div>`).join('') + '<div></div>'.repeat(offset);
  for (let d = 1; d <= days; d++) {
    const cell = document.createElement('div');
    const date = `${iso}-${String(d).padStart(2, '0')}`;
    const weekend = (d + offset - 1) % 7 > 4;
    cell.textContent = d;
    cell.className = weekend ? 'off' : 'day';
    if (booking.date === date) cell.classList.add('picked');
    if (!weekend) cell.onclick = () => { booking.date = date; booking.time = ''; show(); slots(); };
    $('cal').append(cell);
  }
}
function slots() {
  const wanted = booking.date;
  $('slots').innerHTML = '<span class="spinner">Loading times...</span>';
  setTimeout(() => {
    if (booking.date !== wanted) return;
    const day = Number(wanted.slice(8));
    const seed = booking.therapist.length + day;
    const free = ['08:30', '09:15', '10:00', '11:30', '13:15', '14:00', '15:45', '17:30'].filter((_, i) => (seed + i * 5) % 3 !== 0);
    $('slots').innerHTML = '';
    free.forEach((t) => {
      const b = document.createElement('button');
      b.className = 'btn btn-outline';
      b.textContent = t;
      b.onclick = () => {
        booking.time = t;
        $('slots').querySelectorAll('button').forEach((x) => { x.className = 'btn btn-outline'; });
        b.className = 'btn btn-primary';
        show();
      };
      $('slots').append(b);
    });
  }, 500);
}
$('prev').onclick = () => { month--; calendar(); };
$('next').onclick = () => { month++; calendar(); };
$('back').onclick = () => { step--; show(); };
$('fwd').onclick = async () => {
  if (step === 3) {
    const bad = !$('name').value || !$('email').value || !$('terms').checked;
    $('bad').classList.toggle('d-none', !bad);
    if (bad) return;
    Object.assign(booking, { name: $('name').value, email: $('email').value, phone: $('phone').value, notes: $('notes').value, newPatient: $('newp').checked });
  }
  if (step === 4) {
    $('fwd').disabled = true;
    await fetch('/api/bookings', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(booking) });
  }
  step++;
  show();
};
show();
