import { Base, home, send } from './base.js';
import './hearth-switch.js';
import './hearth-select.js';
class HearthAutomations extends Base {
  connectedCallback() { this.draw(); }
  draw() {
    this.shadowRoot.innerHTML = '<div style="padding:14px"><div class="line"><h2>Automations</h2><button class="add">Add automation</button></div><div class="list"></div></div><dialog></dialog>';
    for (const a of home.automations) {
      const card = document.createElement('div');
      card.className = 'line card';
      card.style.margin = '0 0 8px';
      card.innerHTML = `<div><b>${a.name}</b><div>${a.when} · ${a.what}</div></div><hearth-switch label="Active" ${a.active ? 'checked' : ''}></hearth-switch><button aria-label="Edit">✎</button><button class="del" aria-label="Delete">🗑</button>`;
      card.querySelector('hearth-switch').addEventListener('toggled', (ev) => { a.active = ev.detail; send('/api/automations/active', { name: a.name, active: a.active }); });
      card.querySelector('[aria-label=Edit]').onclick = () => this.edit(a);
      card.querySelector('.del').onclick = () => this.ask(a);
      this.$('.list').append(card);
    }
    this.$('.add').onclick = () => this.edit(null);
  }
  ask(a) {
    const box = this.$('dialog');
    box.innerHTML = `<p>Delete the automation “${a.name}”?</p><button class="no">Keep</button> <button class="ok">Delete</button>`;
    box.querySelector('.no').onclick = () => box.close();
    box.querySelector('.ok').onclick = () => {
      home.automations.splice(home.automations.indexOf(a), 1);
      send('/api/automations/delete', { name: a.name });
      this.draw();
    };
    box.showModal();
  }
  edit(a) {
    const box = this.$('dialog');
    const devices = home.rooms.flatMap((r) => r.devices.map((d) => `${r.name} ${d.name}`));
    box.style.minHeight = '420px';
    box.innerHTML = `<h3>${a ? 'Edit' : 'New'} automation</h3><p>Name<br><input class="name" value="${a?.name ?? ''}"></p><p>Time<br><input class="time" type="time" value="${a?.when ?? ''}"></p><p>Device<br><hearth-select label="Device"></hearth-select></p><p><label><input type="radio" name="what" value="on" checked> Turn on</label> <label><input type="radio" name="what" value="off"> Turn off</label></p><button class="no">Cancel</button> <button class="ok">Save automation</button>`;
    const pick = box.querySelector('hearth-select');
    pick.options = devices;
    box.querySelector('.no').onclick = () => box.close();
    box.querySelector('.ok').onclick = () => {
      const made = { name: box.querySelector('.name').value, time: box.querySelector('.time').value, device: pick.value, action: box.querySelector('[name=what]:checked').value };
      send(a ? '/api/automations/edit' : '/api/automations', made);
      if (!a) home.automations.push({ name: made.name, when: made.time, what: `${made.device} ${made.action}`, active: true });
      this.draw();
    };
    box.showModal();
  }
}
customElements.define('hearth-automations', HearthAutomations);
