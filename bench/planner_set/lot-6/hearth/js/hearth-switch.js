import { Base } from './base.js';
class HearthSwitch extends Base {
  static observedAttributes = ['checked', 'label'];
  connectedCallback() { this.draw(); }
  attributeChangedCallback() { if (this.isConnected) this.draw(); }
  get checked() { return this.hasAttribute('checked'); }
  draw() {
    this.shadowRoot.innerHTML = `<style>:host{display:inline-block}div{width:40px;height:22px;border-radius:11px;background:${this.checked ? '#ffb347' : '#44525d'};cursor:pointer}div::after{content:"";display:block;width:18px;height:18px;border-radius:50%;background:#fff;position:relative;top:2px;left:${this.checked ? 20 : 2}px}</style><div role="switch" tabindex="0" aria-checked="${this.checked}" aria-label="${this.getAttribute('label')}"></div>`;
    this.$('div').onclick = () => {
      this.toggleAttribute('checked');
      this.dispatchEvent(new CustomEvent('toggled', { detail: this.checked, bubbles: true, composed: true }));
    };
  }
}
customElements.define('hearth-switch', HearthSwitch);
