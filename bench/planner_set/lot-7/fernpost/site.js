(() => {
  const top = document.querySelector('[data-top]');
  top.innerHTML = `<div class="masthead"><div class="meta">Saturday, 28 November 2026</div><a class="logo" href="/index.html">The Fern Post</a></div>
  <nav class="sections"><a href="/index.html">Home</a><a href="/index.html#town">Town</a><a href="/index.html#money">Money</a><a href="/index.html#sport">Sport</a><a href="/index.html#opinion">Opinion</a><a href="/search.html">Search</a><a href="#subscribe" style="background:#8a1c1c;color:#fff;padding:0 8px">Subscribe for £1</a></nav>`;
  const side = document.querySelector('[data-side]');
  if (side) side.innerHTML = `<div class="ad">Gutters full? <b>Marrow &amp; Daughter</b> clear them from £49. <a href="#ad">Book now</a></div>
  <section class="most"><h3>Most read</h3><ol><li><a href="/night-ferry.html">Night ferry to Skarra returns after 22 years</a></li><li><a href="/budget.html">Council budget: what closes, what stays</a></li><li><a href="#swans">The swans of Mill Pond have names now</a></li><li><a href="#bakery">Last shift at the Harrow Lane bakery</a></li><li><a href="#lamp">Who keeps switching off the pier lamps?</a></li></ol></section>
  <section class="most"><h3>Most shared</h3><ol><li><a href="#goat">Goat found on bus, again</a></li><li><a href="#bakery">Last shift at the Harrow Lane bakery</a></li><li><a href="#quiz">The big town quiz</a></li></ol></section>
  <div class="ad">Hearing aids, fitted at home. <a href="#ad2">Call Otto</a></div>`;
  document.querySelector('[data-foot]').innerHTML = `<div class="foot"><form method="post" action="/newsletters" id="nl"><h3>Newsletters</h3>
  <p><input type="checkbox" name="daily" value="yes" id="nl-d" checked> <label for="nl-d">Morning briefing, every day</label></p>
  <p><input type="checkbox" name="friday" value="yes" id="nl-f"> <label for="nl-f">The Friday read</label></p>
  <p><input type="checkbox" name="sport" value="yes" id="nl-s"> <label for="nl-s">Final whistle, after each match</label></p>
  <p><input type="email" name="email" placeholder="Your email address" required> <button>Sign me up</button></p></form>
  <p><a href="#about">About us</a><a href="#corrections">Corrections</a><a href="#privacy">Privacy</a><a href="#contact">Contact the newsroom</a></p><p>© 2026 The Fern Post</p></div>`;
  if (!localStorage.getItem('consent')) {
    const c = document.createElement('div');
    c.className = 'consent';
    c.innerHTML = `<b>We and our 214 partners value your privacy</b><p>We store and read information on your device to measure, improve and sell what you see here.</p><button data-c="all" style="background:#8a1c1c;color:#fff">Accept all</button><button data-c="essential">Only essential</button><a href="#settings">Settings</a>`;
    document.body.append(c);
    c.onclick = e => { if (e.target.dataset.c) { localStorage.setItem('consent', e.target.dataset.c); c.remove(); } };
  }
  if (!sessionStorage.getItem('pop')) addEventListener('scroll', function once() {
    if (scrollY < 500 || sessionStorage.getItem('pop')) return;
    sessionStorage.setItem('pop', '1');
    const v = document.createElement('div');
    v.className = 'veil';
    v.innerHTML = `<div class="pop"><span class="x" title="Close">×</span><h2>Before you scroll on …</h2><p>The Morning briefing, free in your inbox at 6.30.</p><input placeholder="Email"> <button>Yes please</button><p class="nope" style="cursor:pointer;text-decoration:underline">No thanks, I like missing out</p></div>`;
    document.body.append(v);
    v.querySelector('.x').onclick = v.querySelector('.nope').onclick = () => v.remove();
    removeEventListener('scroll', once);
  });
})();
