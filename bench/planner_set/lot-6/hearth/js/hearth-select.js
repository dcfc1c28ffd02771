import { Base } from './base.js';
class HearthSelect extends Base {
  value = '';
  set options(list) { this._list = list; this.draw(); }
  draw() {
    this.shadowRoot.innerHTML = `<style>:host{position:relative;min-width:220px}.list{position:absolute;left:0;right:0;background:#263038;z-index:5;max-height:220px;overflow:auto}.list div{padding:6px 10px;cursor:pointer}.list div:hover{background:#3b4a55}</style>
      <button role="combobox" aria-expanded="false" aria-label="${this.getAttribute('label')}">${this.value || 'Choose…'} ▾</button><div class="list" role="listbox" hidden>${this._list.map((o) => `<div role="option">${o}</div>`).join('')}</div>`;
    const box = this.$('.list');
    this.$('button').onclick = () => { box.hidden = !box.hidden; this.$('button').setAttribute('aria-expanded', String(!box.hidden)); };
    box.onclick = (ev) => { if (ev.target !== box) { this.value = ev.target.textContent; this.draw(); } };
  }
}
customElements.define('hearth-select', HearthSelect);
