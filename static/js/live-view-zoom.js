// How large a live picture is shown. Zoomed, its place shows a part of it and scrolls.

const MAX_ZOOM = 5;
const WHOLE_BELOW = 1.05; // so near to 1 that it is meant to be whole

export class Zoom {
  #host;
  #place;
  #picture;
  #factor = 1;

  // host: gets the attribute "zoomed" while the picture is larger than its place, and styles it.
  // place: scrolls; has the factor as --zoom. picture: the element that grows in it.
  constructor(host, place, picture) {
    this.#host = host;
    this.#place = place;
    this.#picture = picture;
  }

  /** Larger or smaller by this; what is at this point of the window, else in the middle, stays. */
  by(factor, at) {
    const place = this.#place;
    const box = place.getBoundingClientRect();
    const before = this.#picture.getBoundingClientRect();
    const x = at?.x ?? box.left + box.width / 2;
    const y = at?.y ?? box.top + box.height / 2;
    const [across, down] = [(x - before.left) / before.width, (y - before.top) / before.height];
    const wanted = Math.min(MAX_ZOOM, Math.max(1, this.#factor * factor));
    this.#factor = wanted < WHOLE_BELOW ? 1 : wanted;
    place.style.setProperty("--zoom", this.#factor);
    this.#host.toggleAttribute("zoomed", this.#factor > 1);
    const after = this.#picture.getBoundingClientRect();
    place.scrollLeft += after.left + across * after.width - x;
    place.scrollTop += after.top + down * after.height - y;
  }

  /** Move the part that shows, in CSS px. False when the picture is shown whole: it stays. */
  pan(dx, dy) {
    if (this.#factor === 1) return false;
    this.#place.scrollBy(dx, dy);
    return true;
  }
}
