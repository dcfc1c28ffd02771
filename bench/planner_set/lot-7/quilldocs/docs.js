document.querySelector('.navbar').innerHTML = `<a href="/index.html"><b>quilldb</b></a><select id="ver" aria-label="Version"><option>3.2 (latest)</option><option>3.1</option><option>2.8 (long term)</option></select>
<form action="/search.html" role="search"><input type="search" name="q" placeholder="Search docs" aria-label="Search docs"></form><span style="flex:1"></span><a href="/index.html">Guide</a><a href="/cli.html">Reference</a><a href="/changelog.html">Changelog</a><a id="pdf" href="/files/quilldb-3.2.pdf" download>PDF</a><button title="Toggle dark mode">◐</button>`;
document.querySelector('.sidebar').innerHTML = [['Introduction', [['Getting started', 'index'], ['Concepts', 'index#concepts']]], ['Reference', [['Configuration', 'config'], ['Command line', 'cli']]], ['Project', [['Changelog', 'changelog'], ['Licence', 'index#licence']]]].map(([h, l]) => `<b>${h}</b><ul>` + l.map(([t, p]) => { const [f, a] = p.split('#'); return `<li><a href="/${f}.html${a ? '#' + a : ''}" ${location.pathname === `/${f}.html` && !a ? 'aria-current="page"' : ''}>${t}</a></li>`; }).join('') + '</ul>').join('');
document.getElementById('ver').onchange = e => { const v = e.target.value.split(' ')[0]; const a = document.getElementById('pdf'); a.href = `/files/quilldb-${v}.pdf`; a.textContent = 'PDF'; };
document.querySelectorAll('.content h2').forEach(h => { h.id = h.id || h.textContent.toLowerCase().replace(/\W+/g, '-'); h.insertAdjacentHTML('beforeend', `<a class="headerlink" href="#${h.id}" title="Permanent link">#</a>`); });
document.querySelector('.toc').innerHTML = '<b>On this page</b><br>' + [...document.querySelectorAll('.content h2')].map(h => `<a href="#${h.id}">${h.firstChild.textContent}</a>`).join('<br>');
document.querySelectorAll('pre').forEach(p => { const b = document.createElement('button'); b.textContent = 'Copy'; b.onclick = () => { b.textContent = 'Copied!'; }; p.append(b); });
const fb = document.createElement('div');
fb.innerHTML = '<hr><p>Was this page helpful? <button data-h="yes">Yes</button> <button data-h="no">No</button></p>';
document.querySelector('.content').append(fb);
fb.onclick = async e => {
  const h = e.target.dataset.h;
  if (h === 'yes') { await fetch('/feedback', {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({page: location.pathname, helpful: 'yes'})}); fb.innerHTML = '<p>Thanks!</p>'; }
  if (h === 'no') {
    fb.innerHTML = '<p><label for="why">What is missing?</label></p><textarea id="why" rows="3" cols="50"></textarea><p><button id="sub">Submit</button> <button id="skip">Skip</button></p>';
    document.getElementById('skip').onclick = () => { fb.innerHTML = ''; };
    document.getElementById('sub').onclick = async () => { await fetch('/feedback', {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({page: location.pathname, helpful: 'no', comment: document.getElementById('why').value})}); fb.innerHTML = '<p>Thank you, we read every note.</p>'; };
  }
};
