// Telling the controls: which of the candidates are listed, and as what.

/** The part of the walk that decides about controls. */
class Controls extends Structure {
  /** Lists the element when a person could click it. True when its content is dealt with too. */
  control(element, tag, box, sized, style, c, next) {
    let power = strength(element, tag);
    let target = element;
    if (tag === 'label') {
      const { control } = element;
      if (control instanceof HTMLElement && control.type !== 'hidden') {
        const own = rectOf(control);
        const seen =
          own.width > 2 &&
          own.height > 2 &&
          getComputedStyle(control).visibility === 'visible' &&
          getComputedStyle(control).opacity !== '0';
        if (seen) {
          next.mute = next.mute || this.placed(own, c.clip);
          return false;
        }
        power = STRONG;
        target = control;
      }
    }
    if (!power && next.pointer && !c.pointer) power = WEAK;
    if (!power && this.bridge && listens(element)) power = WEAK;
    if (!power) return false;
    const shape = sized ? box : boxOf(element);
    if (!sized && (isEmptyBox(shape) || !this.placed(shape, c.clip))) return false;
    if (this.listed.has(target)) {
      next.mute = true;
      return false;
    }
    if (power === WEAK && !this.worthListing(element, tag, shape, style, c)) return false;
    const area = sized ? overlap(next.own, this.screen) : this.screen;
    const testable = this.part === 'view' && meets(shape, this.screen);
    const hit = testable ? hitTest(element, shape, area, this.isTarget) : 'own';
    if (hit === 'covered') {
      if (power === STRONG) this.counts.covered += 1;
      return false;
    }
    if (hit === 'nested') {
      next.host = power === STRONG && explicitRole(element) ? element : c.host;
      return false;
    }
    this.list(element, target, tag, power, shape, c, next);
    return true;
  }

  /** Weak targets that are wrappers of everything, or part of what is listed already, are not. */
  worthListing(element, tag, box, style, c) {
    const share = areaOf(overlap(box, this.screen)) / areaOf(this.screen);
    const picture = tag === 'canvas' || tag === 'img' || namespaceOf(element) === SVG;
    if (share > 0.5 && !picture && (style.cursor !== 'pointer' || share > 0.9)) return false;
    const own = this.isTarget(element) || (style.cursor === 'pointer' && !c.pointer);
    if (c.inside && !(own && areaOf(box) < 0.6 * areaOf(c.insideBox))) return false;
    if (!firstElementChild(element)) return true;
    const held = this.targetsIn(element);
    // A wrapper that listens for what happens in it, and shows no sign of being one thing.
    if (style.cursor !== 'pointer' && (held.strong > 1 || held.all > 2)) return false;
    return !(held.all === 1 && areaOf(rectOf(held.first)) > 0.6 * areaOf(box));
  }

  /** How many targets an element holds, as far as a short look tells. */
  targetsIn(element) {
    const held = { all: 0, strong: 0, first: null };
    const points = getComputedStyle(element).cursor === 'pointer';
    let steps = 0;
    const look = (node) => {
      if (nodeType(node) !== 1 || steps > 150 || held.all > 3) return;
      steps += 1;
      if (this.isTarget(node) || (!points && getComputedStyle(node).cursor === 'pointer')) {
        const box = rectOf(node);
        if (box.width >= 2 && box.height >= 2) {
          held.all += 1;
          held.first = held.first || node;
          if (this.isStrong(node)) held.strong += 1;
          if (!this.isTarget(node) || this.isStrong(node)) return;
        }
      }
      eachChild(node, look);
    };
    eachChild(element, look);
    return held;
  }

  list(element, target, tag, power, box, c, next) {
    const field = FIELD.test(tag) || isEditable(element);
    const stop = (node) => node !== element && this.isStrong(node);
    const found = {
      element,
      role: roleOf(target),
      name: target === element ? nameOf(element, stop) : nameOf(element, stop) || nameOf(target),
      value: valueOf(target),
      states: statesOf(target),
      box,
    };
    this.listed.add(target);
    if (c.host) this.adopt(found, c.host);
    if (namespaceOf(element) === SVG) found.hint = shapeHint(element, tag);
    else if (!field && !/\p{L}{2}/u.test(found.name)) this.hint(found, element, box);
    if (field && found.value && !found.value.value && !found.value.secret) {
      const placeholder = clean(attr(element, 'placeholder'));
      if (placeholder && placeholder !== found.name) found.placeholder = placeholder;
    }
    const inside = { ...next, inside: element, insideBox: box, host: null };
    const inline = c.row || getComputedStyle(element).display.startsWith('inline') || tag === 'area';
    if (!inline) this.out.line(c.depth);
    const wide = power === WEAK && !field && this.isWide(element);
    if (wide) found.name = clean(attr(element, 'aria-label'));
    found.limit = power === STRONG ? 120 : 150;
    this.out.target(found);
    if (field || (!firstElementChild(element) && !shadowRootOf(element))) {
      if (wide) this.children(element, inside);
    } else
      this.children(
        element,
        wide ? { ...inside, depth: c.depth + 1 } : { ...inside, mute: true, depth: c.depth + 1 },
      );
    if (inline) this.out.back(c.depth);
    else this.out.end(c.depth);
  }

  /** Whether a weak target holds so much that its content is told as content, not as its name. */
  isWide(element) {
    if (!firstElementChild(element)) return false;
    const { length } = contentText(element, 160);
    return length > 150 || (length > 90 && this.targetsIn(element).all > 1);
  }

  /** For a control without words: what its icon says, or the hidden field that it stands for. */
  hint(found, element, box) {
    const parent = flatParent(element);
    const field =
      found.role === 'clickable' &&
      parent instanceof Element &&
      (queryOne(element, 'input[type=checkbox], input[type=radio]') ||
        queryOne(parent, 'input[type=checkbox], input[type=radio]'));
    if (field && meets(rectOf(field), box) && areaOf(box) < 4000) {
      found.role = roleOf(field);
      found.states = statesOf(field);
      found.name = found.name || nameOf(field);
      this.listed.add(field);
      if (found.name) return;
    }
    found.hint = nameHint(element);
  }

  /** `<li role=tab><a>`: the link is what gets the click, the tab what it means. */
  adopt(found, host) {
    if (found.role === 'link' || found.role === 'clickable' || found.role === 'button')
      found.role = roleOf(host);
    for (const state of statesOf(host)) if (!found.states.includes(state)) found.states.push(state);
  }
}

const isEmptyBox = (box) => box.width < 1 || box.height < 1;

/** For shapes in pictures: kind, colour and size are all there is to tell them apart. */
const shapeHint = (element, tag) => {
  if (tag === 'svg' || tag === 'g' || tag === 'use') return nameHint(element);
  const fill = attr(element, 'fill') || getComputedStyle(element).fill;
  const box = rectOf(element);
  return [
    tag,
    fill && fill !== 'none' ? clean(fill) : '',
    `${Math.round(box.width)}x${Math.round(box.height)}`,
  ]
    .filter(Boolean)
    .join(' ');
};
