export const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host { display: block; }
  button { font: inherit; border: 0; border-radius: 6px; padding: 6px 12px; background: #2f4858; color: #fff; cursor: pointer; }
  input { font: inherit; padding: 5px; border-radius: 4px; border: 1px solid #456; background: #0c1013; color: #fff; }
  .card { background: #1b2229; border-radius: 12px; padding: 14px; }
  .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); gap: 14px; padding: 14px; }
  .line { display: flex; align-items: center; gap: 8px; padding: 5px 0; }
  .line > :first-child { flex: 1; }
  table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: 6px; border-bottom: 1px solid #2b343c; }
`);

export class Base extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet];
  }
  $(selector) { return this.shadowRoot.querySelector(selector); }
}

export const send = (path, body) => fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

export const home = {
  rooms: [
    { id: 'living', name: 'Living room', temp: 21.5, hum: 41, devices: [{ id: 'lr-ceiling', name: 'Ceiling light', on: true, level: 80 }, { id: 'lr-floor', name: 'Floor lamp', on: false, level: 60 }] },
    { id: 'kitchen', name: 'Kitchen', temp: 22.1, hum: 47, devices: [{ id: 'ki-hob', name: 'Hob light', on: false, level: 100 }, { id: 'ki-ceiling', name: 'Ceiling light', on: true, level: 100 }] },
    { id: 'bedroom', name: 'Bedroom', temp: 18.3, hum: 50, devices: [{ id: 'be-left', name: 'Bedside lamp left', on: true, level: 30 }, { id: 'be-right', name: 'Bedside lamp right', on: true, level: 30 }] },
    { id: 'nursery', name: 'Nursery', temp: 19.8, hum: 53, devices: [{ id: 'nu-night', name: 'Night light', on: true, level: 10 }] },
    { id: 'bath', name: 'Bathroom', temp: 23.4, hum: 64, devices: [{ id: 'ba-mirror', name: 'Mirror light', on: false, level: 100 }, { id: 'ba-fan', name: 'Fan', on: true, level: 50 }] },
  ],
  automations: [
    { name: 'Good morning', when: '06:45', what: 'Kitchen Ceiling light on', active: true },
    { name: 'Leaving home', when: '08:10', what: 'All lights off', active: true },
    { name: 'Holiday lights', when: '17:30', what: 'Living room Floor lamp on', active: false },
    { name: 'Bath fan', when: '21:00', what: 'Bathroom Fan off', active: true },
    { name: 'Guests', when: '19:15', what: 'Living room Ceiling light on', active: false },
  ],
  energy: [['Boiler', 61.2], ['Dishwasher', 18.4], ['Dryer', 33.9], ['Fridge', 27.5], ['Hob', 24.8], ['Lights', 9.6], ['Television', 12.3], ['Washing machine', 21.7]],
};
