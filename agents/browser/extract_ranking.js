// Which of the groups is the page's list: by size, likeness, place and what the items hold.

/** A menu or page that has slid out of the window to its left is not shown. */
const isSlidOut = (element) => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.right + scrollX <= 0;
};
/** The page below, where an app lays its pages over one another. */
const isCovered = (element) => {
  const box = element.getBoundingClientRect();
  const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  if (!hit || element.contains(hit) || hit.contains(element)) return false;
  let layer = hit;
  while (layer && !(parentOf(layer) && parentOf(layer).contains(element))) layer = parentOf(layer);
  if (!layer || getComputedStyle(layer).position !== 'absolute') return false;
  const over = layer.getBoundingClientRect();
  return over.width >= innerWidth * 0.9 && over.height >= innerHeight * 0.8;
};

const areaOf = (element) => {
  const box = element.getBoundingClientRect();
  return box.width * box.height;
};
const total = (list, measure) => list.reduce((sum, member) => sum + measure(member), 0);

/** A table under heads, of three columns or more. */
const isHeadedTable = (element) => {
  if (element.tagName !== 'TABLE' || element.rows.length < 3) return false;
  const [head] = element.rows;
  return head.cells.length > 2 && [...head.cells].every((cell) => cell.tagName === 'TH');
};
const holdsHeadedTable = (element) => [element, ...element.querySelectorAll('table')].some(isHeadedTable);
const holdsMenu = (element) =>
  [...element.querySelectorAll('ul,ol')].some(
    (list) => [...list.children].filter((item) => item.querySelector('a[href]')).length > 1,
  );
const isFullList = (element) => /^(UL|OL|TABLE|DL)$/.test(element.tagName) && element.children.length > 1;

/** How many of the reasons hold that a group is of parts of the page and no list. */
const reasonsAgainst = ({ items, n, how, parts }) => {
  const count = (holds) => items.filter((item) => item.some(holds)).length;
  return [
    items.some((item) => item.some(holdsHeadedTable)), // parts under their headings, which hold lists
    n < 4 && count(holdsMenu) * 2 >= n, // two or three boxes that hold menus or lists of links
    parts,
    how === 'span' && items.some((item) => item.some(isFullList)),
    items.every((item) => item.length === 1 && isHeading(item[0])), // headings head things
  ].filter(Boolean).length;
};

const PLACES = { nav: 0.15, header: 0.3, aside: 0.5, '': 1 };
const sizeFactor = (n) => (n >= 4 ? 1 : n === 3 ? 0.85 : 0.55);
const richFactor = (pieces) => (pieces >= 3 ? 1 : pieces >= 2 ? 0.85 : 0.4);

/** Fills a group's `score`, `area`, `toks`, `where`. False for what is no list at all. */
const scored = (group) => {
  const { items, box } = group;
  group.n = items.length;
  if (isSlidOut(box) || isSlidOut(items[0][0]) || isCovered(items[0][0])) return false;
  const probe = items.slice(0, 8).map(recordOf).filter((record) => record.tokens.length);
  if (probe.length < 2) return false;
  const lengths = (record) => Math.min(600, total(record.tokens, (token) => token.t.length));
  const chars = total(probe, lengths) / probe.length;
  const alike = likeness(probe);
  if (alike < 0.2 || chars < 2) return false;
  const linked = probe.filter((record) => record.tokens.some((token) => token.h)).length / probe.length;
  group.toks = total(probe, (record) => record.tokens.length) / probe.length;
  group.where = regionOf(box);
  group.area = total(items, (item) => total(item, areaOf));
  group.score =
    Math.pow(Math.min(group.n, 60) * Math.min(chars, 300), 0.6) * alike * sizeFactor(group.n) *
    richFactor(group.toks) * (0.8 + 0.3 * linked) * PLACES[group.where] * (inMain(box) ? 1.2 : 1) *
    (0.6 + Math.min(0.6, group.area / (innerWidth * innerHeight)));
  for (let reasons = reasonsAgainst(group); reasons > 0; reasons -= 1) group.score *= 0.3;
  return true;
};

/** A finer list inside a coarser one wins when it is the same data cut more often. */
const preferFiner = (groups) => {
  const holds = (item, [inner]) => item.some((part) => part !== inner && part.contains(inner));
  for (const group of groups) {
    if (group.how === 'span') continue;
    for (const finer of groups) {
      if (finer === group || finer.n <= group.n * 1.4 || finer.toks < 2) continue;
      const covered = group.items.filter((item) => finer.items.some((inner) => holds(item, inner))).length;
      const same = covered >= group.n * 0.7 && finer.area >= group.area * 0.5;
      if (same && finer.score > group.score * 0.45) group.score *= 0.4;
    }
  }
};

/** A spanned list beats its own leaders alone. */
const preferSpans = (groups) => {
  for (const span of groups) {
    if (span.how !== 'span') continue;
    const parts = new Set(span.items.flat());
    for (const leaders of groups) {
      if (leaders.box !== span.box || leaders.how === 'span') continue;
      if (leaders.items.every((item) => parts.has(item[0]))) leaders.score *= 0.35;
    }
  }
};

/** The groups that may be lists, the likeliest first. */
const ranked = (groups) => {
  const lists = groups.filter(scored);
  preferFiner(lists);
  preferSpans(lists);
  return lists.sort((one, other) => other.score - one.score);
};
