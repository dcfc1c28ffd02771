import { Base } from './base.js';
import './hearth-rooms.js';
import './hearth-automations.js';
import './hearth-energy.js';
class HearthApp extends Base {
  connectedCallback() {
    this.shadowRoot.innerHTML = `<style>header{display:flex;gap:18px;align-items:center;padding:12px 16px;background:#171d23;position:sticky;top:0;z-index:3}.tab{cursor:pointer;padding:4px 8px}.tab[aria-selected=true]{border-bottom:3px solid #ffb347}</style>
      <header><b>🔥 Hearth</b><div class="tab" role="tab" data-v="rooms">Rooms</div><div class="tab" role="tab" data-v="automations">Automations</div><div class="tab" role="tab" data-v="energy">Energy</div></header><main></main>`;
    this.shadowRoot.querySelectorAll('.tab').forEach((t) => { t.onclick = () => this.show(t.dataset.v); });
    this.show('rooms');
  }
  show(what) {
    this.shadowRoot.querySelectorAll('.tab').forEach((t) => t.setAttribute('aria-selected', String(t.dataset.v === what)));
    this.$('main').replaceChildren(document.createElement('hearth-' + what));
  }
}
customElements.define('hearth-app', HearthApp);
