// The lists as they are told: the records of the best groups, what heads and describes them.

const cellsIn = (item) => {
  let cells = shownChildrenOf(item);
  while (cells.length === 1) cells = shownChildrenOf(cells[0]);
  return cells;
};
const namesIn = (row, width) => {
  if (!row || !isShown(row) || /^(NAV|HEADER)$/.test(row.tagName)) return null;
  if (/tablist|toolbar|navigation/.test(roleOf(row))) return null;
  const names = cellsIn(row).map(textOf);
  if (names.length !== width || names.filter(Boolean).length < 2) return null;
  return names.some((name) => name.length > 30 || /\d/.test(name)) ? null : names;
};
/** Rows drawn with boxes: what the row above says over each of their cells names it.
 *  Takes that row out of the group where it is one of its items. */
const captionsOf = (group) => {
  const [first] = group.items[0];
  const width = cellsIn(first).length;
  if (group.how === 'span' || width < 3) return [];
  if (group.items.slice(0, 8).some((item) => cellsIn(item[0]).length !== width)) return [];
  const isHead = /head/i.test(classesOf(first).join(' '));
  const above = [first.previousElementSibling, group.box.previousElementSibling];
  for (const row of isHead ? [first, ...above] : above) {
    const names = namesIn(row, width);
    if (!names) continue;
    if (row === first) group.items = group.items.slice(1);
    return names;
  }
  return [];
};

/** The record of an item whose cells stand under these names. */
const namedRecordOf = (item, names) => {
  if (!names.length) return recordOf(item);
  const record = collectRecord(item);
  cellsIn(item[0]).forEach((cell, nth) => {
    const own = piecesOf(cell);
    if (own.length !== 1 || !names[nth]) return;
    const same = record.tokens.find((token) => token.t === own[0].t && !token.l && !token.hd);
    if (same) same.l = names[nth];
  });
  return record;
};

const tableAround = (element) => plainTables.findIndex((table) => table.contains(element));
const isNamed = (element) => ['aria-label', 'aria-labelledby'].some((name) => element.getAttribute(name));

const listOf = (group, limit) => {
  const names = captionsOf(group);
  const sections = sectionsOf(group, limit);
  const records = group.items.slice(0, limit).map((item, nth) => ({
    ...namedRecordOf(item, names),
    ...(sections.of[nth] ? { sec: sections.of[nth] } : {}),
  }));
  const { box, items } = group;
  const [first] = items[0];
  return {
    score: group.score,
    how: group.how,
    table: tableAround(box),
    n: group.n,
    where: group.where,
    near: sections.over || headingOf(isNamed(box) ? box : first, items) || wordsAbove(group),
    words: `${cluesAround(box)} ${classesOf(first).join(' ')} ${sentenceAbove(group)}`,
    tag: first.tagName.toLowerCase(),
    top: topOf(box),
    records: records.filter((record) => record.tokens.length),
  };
};

const MARKED_AS_LIST = /list|grid|results?|products|items|cards|feed|rows/i;
const onlyItemOf = (element) => {
  const children = shownChildrenOf(element);
  const items = children.filter(
    (child) => child.tagName === 'ARTICLE' || /^(article|listitem)$/.test(roleOf(child)),
  );
  if (items.length === 1) return items[0];
  const marked = /^(UL|OL)$/.test(element.tagName) || MARKED_AS_LIST.test(cluesOf(element) + roleOf(element));
  return marked && children.length === 1 ? children[0] : null;
};
/** A search with one hit is still a list: the only child of what is marked as one. */
const singleListOf = (element) => {
  const item = onlyItemOf(element);
  if (!item || !/^(LI|ARTICLE|DIV|SECTION|A)$/.test(item.tagName)) return null;
  const record = recordOf([item]);
  const size = record.tokens.length;
  if (size < 2 || size > 30 || !record.tokens.some((token) => token.h)) return null;
  return {
    score: 1.5,
    how: 'single',
    n: 1,
    where: regionOf(element),
    near: headingOf(item, [[item]]),
    words: `${cluesAround(element)} ${classesOf(item).join(' ')}`,
    tag: item.tagName.toLowerCase(),
    top: topOf(element),
    records: [record],
  };
};

const listsOf = (groups, maxGroups, maxRecords) => {
  const used = [];
  for (const group of groups) {
    if (used.length >= maxGroups) break;
    const again = used.some(({ box, n, how }) => box === group.box && n === group.n && how === group.how);
    if (!again) used.push(group);
  }
  const out = used.map((group) => listOf(group, maxRecords));
  for (const element of elements) {
    if (out.length >= maxGroups) break;
    if (regionOf(element) === 'nav' || inDataTable(element)) continue;
    const single = singleListOf(element);
    if (single) out.push(single);
  }
  return out;
};
