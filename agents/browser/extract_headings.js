// What heads a list, a part of it or a table.

const placeOf = new Map(elements.map((element, index) => [element, index]));
const levelOf = (element) => +(/^H([1-6])$/.exec(element.tagName) || [0, 9])[1];
const mayHead = (element) =>
  isHeading(element) || /^(LEGEND|CAPTION)$/.test(element.tagName) || roleOf(element) === 'heading';
const headings = elements
  .filter((element) => mayHead(element) && isShown(element))
  .map((element) => ({
    element,
    at: placeOf.get(element),
    t: textOf(element).slice(0, 160),
    y: boxOf(element).top,
    level: levelOf(element),
  }));

/** How many of the headings stand before a place on the page: the higher half is left out each time.
 *  Places are numbers, since a browser counts through all siblings to compare two elements. */
const countBefore = (heads, place) => {
  let low = 0;
  let high = heads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (heads[middle].at < place) low = middle + 1;
    else high = middle;
  }
  return low;
};
/** The last of the headings before and above an element, or null. */
const headingAbove = (element, heads) => {
  const { top } = boxOf(element);
  let nth = countBefore(heads, placeOf.get(element)) - 1;
  while (nth >= 0 && !(heads[nth].y <= top + 4)) nth -= 1;
  return nth < 0 ? null : heads[nth];
};

/** The headings that do not stand in one of the items. */
const headingsOutside = once((items) => {
  const parts = new Set(items.flat());
  if (!parts.size) return headings;
  return headings.filter((heading) => {
    for (let at = heading.element; at; at = at.parentElement) if (parts.has(at)) return false;
    return true;
  });
});

const textAbove = (element, heads) => (headingAbove(element, heads) || { t: '' }).t;

/** A list in parts: the heading above each of its items, when they stand under several.
 *  {over: what heads the whole list, of: [the heading of each item]}. */
const sectionsOf = ({ items }, limit) => {
  const heads = headingsOutside(items);
  const first = headingAbove(items[0][0], heads);
  if (items.length < 2 || first === headingAbove(items.at(-1)[0], heads)) return { over: '', of: [] };
  // What heads the whole list is the heading over those of its parts.
  const higher = first ? heads.filter((head) => head.level < first.level) : [];
  return {
    over: first ? textAbove(first.element, higher) : '',
    of: items.slice(0, limit).map((item) => textAbove(item[0], heads)),
  };
};

const labelOf = (element) => {
  const label = element.getAttribute('aria-label');
  if (label) return label;
  const ids = (element.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean);
  const named = ids.map((id) => document.getElementById(id)).filter(Boolean);
  return named.map(textOf).join(' ');
};

const PANEL_HEAD = /\b(?:panel|card|box|widget|portlet|tile|x_)[-_]?(?:head|title|caption)|\bheader\b/i;
const panelHeadText = (element) => {
  if (!element || !PANEL_HEAD.test(classesOf(element).join(' ')) || !isShown(element)) return '';
  const text = element.querySelector('table,input,select') ? '' : textOf(element);
  return text.length < 60 ? text : '';
};
/** The head of the panel that it stands in is nearer than a heading above the panel. */
const panelHeadOf = (element) => {
  let at = element;
  for (let steps = 0; at && steps < 6 && at !== document.body; steps += 1) {
    const before = at.previousElementSibling;
    const text = panelHeadText(before);
    if (text) return text;
    if (before && isHeading(before)) return '';
    at = parentOf(at);
  }
  return '';
};

/** What heads an element. inside: the items that it is one of, whose own headings head no list. */
const NO_ITEMS = [];
const headingOf = (element, inside = NO_ITEMS) => {
  const label = labelOf(element);
  if (label) return clean(label);
  return panelHeadOf(element) || textAbove(element, headingsOutside(inside));
};

/** "The following browsers are supported:" heads the list below it. */
const sentenceAbove = (group) => {
  const before = group.items[0][0].previousElementSibling || group.box.previousElementSibling;
  if (!before || !/^(P|DIV|SPAN|STRONG|B|DT)$/.test(before.tagName) || !isShown(before)) return '';
  const text = textOf(before);
  return text.endsWith(':') && text.length < 200 ? text : '';
};

const FEW_WORDS = /^\p{L}[\p{L} ’'-]*(?:\([^()]*\))?[^\p{L}\p{N}.,:;!?]*$/u;
const fewWordsOf = (element) => {
  if (!element || !isShown(element) || element.querySelector('a[href],input,select')) return '';
  const text = textOf(element);
  if (text.length >= 60 || !FEW_WORDS.test(text)) return '';
  return text.replace(/\(.*/, '').trim().split(' ').length < 5 ? text : '';
};
/** Without any heading, the few words right above a list head it ("Inbox"). */
const wordsAbove = (group) => {
  const before = group.items[0][0].previousElementSibling;
  return fewWordsOf(before || group.box.previousElementSibling);
};
