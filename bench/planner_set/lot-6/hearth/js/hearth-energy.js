import { Base, home } from './base.js';
class HearthEnergy extends Base {
  connectedCallback() {
    this.shadowRoot.innerHTML = '<div style="padding:14px"><h2>Energy in March</h2><p class="w">Reading the meter…</p></div>';
    setTimeout(() => {
      this.$('.w').outerHTML = `<table><thead><tr><th>Appliance</th><th>kWh</th></tr></thead><tbody>${home.energy.map(([n, v]) => `<tr><td>${n}</td><td>${v}</td></tr>`).join('')}</tbody></table>`;
    }, 600);
  }
}
customElements.define('hearth-energy', HearthEnergy);
