// Labels and values that stand side by side: in lists of terms, tables of facts, lines and boxes.

const MAX_PAIRS = 300;
const pairs = [];
const addPair = (label, value, element, group = '') => {
  const k = clean(label).replace(/\s*:$/, '');
  const v = clean(value);
  if (!k || !v || k.length >= 80 || v.length >= 1500 || pairs.length >= MAX_PAIRS) return;
  pairs.push({ k, v, top: topOf(element), near: `${group} ${headingOf(element)}` });
};

const addTerm = (element) => {
  let at = element.nextElementSibling;
  while (at && at.tagName === 'DT') at = at.nextElementSibling;
  const values = [];
  for (; at && at.tagName === 'DD'; at = at.nextElementSibling) if (isShown(at)) values.push(textOf(at));
  addPair(textOf(element), values.join('; '), element);
};

/** The label that spans several rows over this one's ("Battery" over "Capacity", "Charging"). */
const groupLabelOf = (row) => {
  for (let at = row; at; at = at.previousElementSibling) {
    const first = at.cells && at.cells[0];
    if (first && first.tagName === 'TH' && first.rowSpan > 1) return textOf(first);
  }
  return '';
};
const isGrouped = (row) => {
  const cells = [...row.cells];
  if (cells.length !== 2 && !(cells.length === 3 && cells[0].tagName === 'TH')) return false;
  if (cells.slice(-2).some((cell) => cell.tagName !== 'TD') || !groupLabelOf(row)) return false;
  const [first] = row.closest('table').rows;
  return first.cells.length === 3 && first.cells[0].rowSpan > 1;
};

/** "Born", "1912", "Died", "1954" in one row. */
const isRowOfPairs = (cells) =>
  cells.length > 2 &&
  cells.length % 2 === 0 &&
  cells.every((cell, nth) => cell.tagName === (nth % 2 ? 'TD' : 'TH'));

const addRow = (row) => {
  const cells = [...row.cells];
  const [first, second] = cells;
  const labelled = () => first.tagName === 'TH' || textOf(first).endsWith(':');
  if (cells.length === 2 && second.tagName === 'TD' && labelled()) {
    addPair(textOf(first), cellText(second), row);
  } else if (isRowOfPairs(cells)) {
    for (let nth = 0; nth < cells.length; nth += 2)
      addPair(textOf(cells[nth]), cellText(cells[nth + 1]), row);
  } else if (isGrouped(row)) {
    const [label, value] = cells.slice(-2);
    addPair(textOf(label), cellText(value), row, groupLabelOf(row));
  }
};

/** "Size:" with its value behind it in the same line, or in the next element. */
const addLabel = (element) => {
  const next = element.nextElementSibling;
  const beside = next && isShown(next) ? textOf(next) : '';
  const whole = element.parentElement ? element.parentElement.innerText || '' : '';
  const own = textOf(element);
  const at = whole.indexOf(own);
  const after = at >= 0 && whole.length < 600 ? whole.slice(at + own.length).split('\n')[0] : '';
  if (clean(after) || beside) addPair(own, clean(after) || beside, element);
};
const isLabel = (element) =>
  /^(STRONG|B|SPAN|LABEL|DIV|TH|H[3-6])$/.test(element.tagName) &&
  !element.children.length &&
  /^[^:]{2,60}:$/.test(textOf(element));

/** "Size: XL" in one text. */
const addLine = (element) => {
  const match = /^([^:.!?]{2,40}):\s+(\S.{0,300})$/.exec(textOf(element));
  if (match && !/^https?$/.test(match[1])) addPair(match[1], match[2], element);
};
const isLine = (element) =>
  /^(LI|P|TD|DIV|SPAN)$/.test(element.tagName) && !element.querySelector('p,div,li,ul,table');

/** Two boxes whose classes call them label and value. */
const addBoxes = (element) => {
  const [label, value] = [...element.children].map(textOf);
  const [of, its] = [...element.children].map((child) => classesOf(child).join(' '));
  const named = /label|name|key|term|title/i.test(of) && /value|val|data|desc|content|detail/i.test(its);
  if (named && label && value && label.length < 40 && value.length < 120) addPair(label, value, element);
};

const addPairs = (element) => {
  if (!isShown(element)) return;
  if (element.tagName === 'DT') addTerm(element);
  else if (element.tagName === 'TR') addRow(element);
  else if (isLabel(element)) addLabel(element);
  else if (isLine(element)) addLine(element);
  else if (/^DIV|LI$/.test(element.tagName) && element.children.length === 2) addBoxes(element);
};
const pairsOf = () => {
  elements.forEach(addPairs);
  return pairs;
};
