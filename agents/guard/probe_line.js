// The short way to a look: called by its name in Playwright's isolated world, without Playwright's
// driver on the way. It finds elements as Playwright does, with Playwright's own code, and keeps the
// one that it looked at, so that the touch meets that very element. Part of the guard's engine.

const MOST_HELD = 4; // a call touches one element, and drags it onto another
const held = new Map();
const hold = (element, key) => {
  if (!key) return;
  held.delete(key);
  held.set(key, new WeakRef(element));
  if (held.size > MOST_HELD) held.delete(held.keys().next().value);
};
/** The element that was looked at under this key. Throws when it has left the page. */
const heldAs = (key) => {
  const element = held.get(key) && held.get(key).deref();
  if (!element || !isConnected(element)) throw new Error('webagent: the element has gone');
  return element;
};

/**
 * Tells the guard's socket which world this is, by a function that was put into it for that. Its name is
 * known in this world only, and every answer proves by it that it comes from here: numbers of worlds are
 * given anew by another process, so a later one of the same number may be the page's own.
 */
let proof = '';
const tellWorld = (name) => {
  proof = name;
  if (typeof globalThis[name] === 'function') globalThis[name]('');
};

/** Where a call goes: to what a selector finds, what has the keyboard, or what lies at a point. */
const aimOf = (playwright, { selector, focus, point, what }) => {
  if (what === 'point') return [deepAt(point.x, point.y)];
  if (what === 'focused') return [focusedOne()];
  const found = playwright.querySelectorAll(playwright.parseSelector(selector), document);
  if (!focus || !found.length) return found;
  playwright.focusNode(found[0]);
  return [focusedOne(), ...found.slice(1)];
};

/** `none` when nothing is there, `frame` when another document has it: both take the long way. */
const shortLook = (playwright) => (options) => {
  const [target, ...more] = aimOf(playwright, options);
  if (options.counted) return JSON.stringify({ proof, found: more.length + (target ? 1 : 0) });
  if (!target || nodeType(target) !== 1) return '{"none":true}';
  if (isFrame(target) && (options.focus || options.what)) return '{"frame":true}';
  const answer = facts(target, { ...options, point: options.what ? null : options.point, hit: !options.what && !options.focus });
  if (!more.length && !options.what) {
    hold(target, options.key);
    answer.key = options.key;
  }
  return JSON.stringify({ ...answer, proof });
};

// Playwright makes its finder, has it take in this engine, and then writes `_isUtilityWorld` into it.
// That is where it can be had; when a version no longer does so, looks go the long way. The engine is
// taken in in the page's own world too, where nothing of it may be left.
const NAME = Symbol.for('webagent.look');
const TOUCH = Symbol.for('webagent.touch');
try {
  Object.defineProperty(Object.prototype, '_isUtilityWorld', {
    configurable: true,
    set(isolated) {
      delete Object.prototype._isUtilityWorld;
      this._isUtilityWorld = isolated;
      if (isolated !== true) return;
      Object.defineProperty(globalThis, NAME, { value: shortLook(this) });
      Object.defineProperty(globalThis, TOUCH, { value: shortTouch(this) });
    },
  });
} catch {
  // A page that froze its prototypes, in its own world.
}
