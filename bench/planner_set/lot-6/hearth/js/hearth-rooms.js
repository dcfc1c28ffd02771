import { Base, home, send } from './base.js';
import './hearth-switch.js';
class HearthRoom extends Base {
  set room(r) {
    this.shadowRoot.innerHTML = `<div class="card"><h3>${r.name}</h3><div class="line"><span>Temperature</span><b>${r.temp.toFixed(1)} °C</b></div><div class="line"><span>Humidity</span><b>${r.hum} %</b></div><div class="devices"></div></div>`;
    for (const d of r.devices) {
      const line = document.createElement('div');
      line.className = 'line';
      line.innerHTML = `<span>${d.name}</span><button aria-label="${d.name} settings" title="Settings">⚙</button><hearth-switch label="${d.name}" ${d.on ? 'checked' : ''}></hearth-switch>`;
      line.querySelector('hearth-switch').addEventListener('toggled', (ev) => { d.on = ev.detail; send(`/api/devices/${d.id}`, { on: d.on }); });
      line.querySelector('button').onclick = () => this.dispatchEvent(new CustomEvent('tune', { detail: { room: r, device: d }, bubbles: true, composed: true }));
      this.$('.devices').append(line);
    }
  }
}
customElements.define('hearth-room', HearthRoom);

class HearthRooms extends Base {
  connectedCallback() {
    this.shadowRoot.innerHTML = '<div class="grid"></div><dialog></dialog>';
    for (const room of home.rooms) {
      const card = document.createElement('hearth-room');
      this.$('.grid').append(card);
      card.room = room;
    }
    this.addEventListener('tune', (ev) => this.tune(ev.detail));
  }
  tune({ room, device }) {
    const box = this.$('dialog');
    box.innerHTML = `<h3>${room.name}: ${device.name}</h3><p><span>Brightness (0-100)</span> <input type="number" min="0" max="100" value="${device.level}"></p><p><span>Name</span> <input type="text" value="${device.name}"></p><button class="no">Cancel</button> <button class="ok">Apply</button>`;
    box.querySelector('.no').onclick = () => box.close();
    box.querySelector('.ok').onclick = () => {
      const [level, name] = [...box.querySelectorAll('input')].map((i) => i.value);
      Object.assign(device, { level: Number(level), name });
      send(`/api/devices/${device.id}/settings`, { level: device.level, name });
      box.close();
      this.connectedCallback();
    };
    box.showModal();
  }
}
customElements.define('hearth-rooms', HearthRooms);
