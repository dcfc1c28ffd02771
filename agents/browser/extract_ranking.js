// Which of the groups is the page's list: by size, likeness, place and what the items hold.

/** A menu or page that has slid out of the window to its left is not shown. */
const isSlidOut = (element) => {
  const box = boxOf(element);
  return box.width > 0 && box.right + scrollX <= 0;
};
/** The page below, where an app lays its pages over one another. */
const isCovered = (element) => {
  const box = boxOf(element);
  const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  if (!hit || element.contains(hit) || hit.contains(element)) return false;
  let layer = hit;
  while (layer && !(parentOf(layer) && parentOf(layer).contains(element))) layer = parentOf(layer);
  if (!layer || getComputedStyle(layer).position !== 'absolute') return false;
  const over = boxOf(layer);
  return over.width >= innerWidth * 0.9 && over.height >= innerHeight * 0.8;
};

const total = (list, measure) => list.reduce((sum, member) => sum + measure(member), 0);

/** A table under heads, of three columns or more. */
const isHeadedTable = (element) => {
  if (element.tagName !== 'TABLE' || element.rows.length < 3) return false;
  const [head] = element.rows;
  return head.cells.length > 2 && [...head.cells].every((cell) => cell.tagName === 'TH');
};
const headedTables = allOf('table').filter(isHeadedTable);
const aroundHeadedTables = holdersOf(headedTables);
for (const table of headedTables) aroundHeadedTables.add(table);

const aroundLinks = holdersOf(allOf('a[href]'));
const isMenu = (list) => [...list.children].filter((item) => aroundLinks.has(item)).length > 1;
const aroundMenus = holdersOf(allOf('ul,ol').filter(isMenu));

const isFullList = (element) => /^(UL|OL|TABLE|DL)$/.test(element.tagName) && element.children.length > 1;

/** How many of the reasons hold that a group is of parts of the page and no list. */
const reasonsAgainst = ({ items, n, how, parts }) => {
  const count = (holders) => items.filter((item) => item.some((part) => holders.has(part))).length;
  return [
    count(aroundHeadedTables) > 0, // parts of a page under their headings, which hold lists themselves
    n < 4 && count(aroundMenus) * 2 >= n, // two or three boxes that hold menus or lists of links
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

/** element -> the merged groups of which it holds items; only these can have items in several others:
 *  those of all other groups are siblings. */
const mergedWithin = (groups) => {
  const out = new Map();
  for (const group of groups) {
    if (group.how !== 'merged') continue;
    for (const holder of holdersOf(group.items.map(([first]) => first))) {
      if (out.has(holder)) out.get(holder).push(group);
      else out.set(holder, [group]);
    }
  }
  return out;
};
/** finer group -> how many of a group's items hold items of it. */
const coveredBy = (group, within) => {
  const out = new Map();
  for (const item of group.items) {
    const finer = new Set(item.flatMap((part) => within.get(part) || []));
    for (const each of finer) out.set(each, (out.get(each) || 0) + 1);
  }
  return out;
};
/** A finer list inside a coarser one wins when it is the same data cut more often. */
const preferFiner = (groups) => {
  const within = mergedWithin(groups);
  const rankOf = new Map(groups.map((group, rank) => [group, rank]));
  for (const group of groups) {
    if (group.how === 'span') continue;
    const wins = ([finer, covered]) =>
      finer !== group &&
      finer.n > group.n * 1.4 &&
      finer.toks >= 2 &&
      covered >= group.n * 0.7 &&
      finer.area >= group.area * 0.5;
    const winners = [...coveredBy(group, within)].filter(wins).map(([finer]) => finer);
    for (const finer of winners.sort((one, other) => rankOf.get(one) - rankOf.get(other)))
      if (finer.score > group.score * 0.45) group.score *= 0.4;
  }
};

/** A spanned list beats its own leaders alone. */
const preferSpans = (groups) => {
  const inBox = byKey(groups, (group) => group.box);
  for (const span of groups) {
    if (span.how !== 'span') continue;
    const parts = new Set(span.items.flat());
    for (const leaders of inBox.get(span.box)) {
      if (leaders.how === 'span') continue;
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
