// The entry: a selector engine. Playwright runs it in its own isolated world in every frame, in
// one call, and hands elements out as handles; see observe.py for why that is the door we use.

const STATE = Symbol.for('webagent.refs');

/** Numbers that stay with their elements as long as the document lives. */
const refsOf = (start) => {
  if (!globalThis[STATE]) {
    globalThis[STATE] = { numbers: new WeakMap(), elements: new Map(), last: start };
  }
  return globalThis[STATE];
};

const numberOf = (state, element) => {
  let number = state.numbers.get(element);
  if (number === undefined) {
    state.last += 1;
    number = state.last;
    state.numbers.set(element, number);
    state.elements.set(number, new WeakRef(element));
    if (state.elements.size % 5000 === 0) {
      for (const [key, ref] of state.elements) if (!ref.deref()) state.elements.delete(key);
    }
  }
  return number;
};

/** The dialog that has the page to itself, if one is open: the topmost modal one in view. */
const modalOf = (view) => {
  let found = null;
  for (const element of doc.all('dialog[open], [aria-modal="true"]')) {
    const box = boxOf(element);
    if (
      isEmpty(box) ||
      !meets(box, view) ||
      !isVisible(element, { opacityProperty: true, visibilityProperty: true })
    )
      continue;
    if (
      localName(element) === 'dialog' &&
      !matches(element, ':modal') &&
      rawAttr(element, 'aria-modal') !== 'true'
    )
      continue;
    found = element;
  }
  return found;
};

/** A page of little more than a screen is told whole: that saves the agent a scroll. */
const isNearlyInView = (page) => page !== null && scrollY === 0 && page.scrollHeight <= innerHeight * 1.5;

/** One walk. options: {part, skip, maxChars, budgetMs, view, prefix, since}. */
const walkPage = (options) => {
  const started = performance.now();
  const screen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
  const seen = options.view ? overlap(options.view, screen) : screen;
  const root = doc.body() || doc.root();
  const page = doc.scroller() || doc.root();
  const modal = root ? modalOf(seen) : null;
  const whole = !modal && !options.view && isNearlyInView(page);
  const view = whole ? { ...screen, bottom: page.scrollHeight } : seen;
  const walk = new Walk({ part: options.part, view, screen: seen, deadline: started + options.budgetMs });
  const context = {
    clip: view,
    abs: view,
    depth: 0,
    own: view,
    shown: true,
    off: false,
    base: null,
    mute: false,
    behind: false,
    inside: null,
    insideBox: null,
    host: null,
    row: false,
    pre: false,
    pointer: false,
    straddles: false,
    list: null,
    inList: false,
  };
  if (modal) {
    walk.out.open(0, `dialog ${quote(nameOfDialog(modal), 80)} (modal):`);
    walk.children(modal, { ...context, depth: 1 });
    walk.out.close(0);
    walk.skip = modal;
  }
  if (root) walk.node(root, { ...context, behind: Boolean(modal) });
  const fresh = performance.timeOrigin >= (options.since || 0);
  const state = refsOf(fresh ? 0 : 1000 + Math.floor(Math.random() * 90) * 100);
  const result = fit(
    toLines(walk.out, (element) => `${options.prefix}e${numberOf(state, element)}`),
    options.skip,
    options.maxChars,
  );
  for (const frame of result.frames) {
    frame.key = numberOf(state, frame.element);
    delete frame.element;
  }
  return {
    ...result,
    title: clip(clean(doc.title().slice(0, 1000)), 200),
    counts: walk.counts,
    more: walk.more,
    late: walk.late,
    deep: walk.deep,
    modal: Boolean(modal),
    whole: whole && page.scrollHeight > innerHeight,
    scroll: {
      x: Math.round(scrollX),
      y: Math.round(scrollY),
      width: innerWidth,
      height: innerHeight,
      pageHeight: page ? page.scrollHeight : 0,
    },
    ms: performance.now() - started,
  };
};

const nameOfDialog = (element) => {
  const ids = attr(element, 'aria-labelledby');
  const heading = queryOne(element, 'h1, h2, h3, h4, [role=heading]');
  return (
    (ids && textById(element, ids)) ||
    clean(attr(element, 'aria-label')) ||
    (heading ? contentText(heading, 80) : '')
  );
};

const elementOf = (number) => {
  const state = globalThis[STATE];
  const ref = state && state.elements.get(number);
  const element = ref && ref.deref();
  return element && isConnected(element) ? element : null;
};

/** Playwright asks for the elements that match; `walk=` answers with one that holds the text. */
const engine = {
  queryAll(root, selector) {
    if (selector.startsWith('ref:')) {
      const element = elementOf(Number(selector.slice(4)));
      return element ? [element] : [];
    }
    const holder = doc.create('pre');
    let answer;
    try {
      answer = walkPage(JSON.parse(decodeURIComponent(selector)));
    } catch (error) {
      answer = { error: `${error && error.message}\n${error && error.stack}`.slice(0, 1000) };
    }
    holder.textContent = JSON.stringify(answer);
    return [holder];
  },
};
