// Tables as grids of cells, spans filled in. What the rows mean is decided in extract_tables.py.

const HEAD_CELLS = ':scope > thead > tr > th, :scope > tbody > tr > th, :scope > tr > th';
const isDataTable = (element) => {
  const role = roleOf(element);
  if (element.tagName !== 'TABLE')
    return /^(table|grid|treegrid)$/.test(role) && !!element.querySelector('[role=row]');
  const headed = element.querySelector(HEAD_CELLS) || role === 'grid';
  return !!headed && !element.querySelector('table') && !/presentation|none/.test(role);
};
const dataTables = new Set(elements.filter(isDataTable));
// Each element comes after what it stands in.
const inDataTables = new Set();
for (const element of elements)
  if (dataTables.has(element) || inDataTables.has(element.parentElement)) inDataTables.add(element);
const inDataTable = (element) => inDataTables.has(element);

/** Tables without head cells, which may hold data or only lay out the page. */
const plainTables = elements.filter((element) => {
  if (element.tagName !== 'TABLE' || dataTables.has(element)) return false;
  if (element.querySelector('table')) return false;
  return element.rows.length >= 2 && [...element.rows].slice(0, 3).some((row) => row.cells.length >= 2);
});

const addressIn = (cell) => {
  const link = cell.querySelector('a[href]');
  return link ? link.href : '';
};
/** What a cell says; without a text of its own what pictures, fields and readers say. */
const cellText = (cell) => {
  const text = textOf(cell);
  if (text) return text.slice(0, 600);
  const pieces = piecesOf(cell);
  const join = (fits) => pieces.filter(fits).map((piece) => piece.t).join(' ');
  const told = join((piece) => !piece.hid && piece.form !== 2).slice(0, 600);
  return told || join((piece) => piece.form === 1);
};
const isBold = (cell) => {
  let inner = cell;
  while (inner.children.length === 1 && textOf(inner.children[0]) === textOf(cell)) [inner] = inner.children;
  return typeOf(inner).bold ? 1 : 0;
};
const spanOf = (cell, name, most) =>
  Math.min(+(cell.getAttribute(`${name}span`) || cell.getAttribute(`aria-${name}span`)) || 1, most);

const cellOf = (cell) => ({
  t: isShown(cell) ? cellText(cell) : '',
  h: addressIn(cell),
  th: cell.tagName === 'TH' || /header/.test(roleOf(cell)) ? 1 : 0,
  b: isBold(cell),
  cs: spanOf(cell, 'col', 60),
});
const ROLE_CELLS = '[role=cell],[role=gridcell],[role=columnheader],[role=rowheader]';
const cellsOf = (row, table) =>
  table.tagName === 'TABLE' ? [...row.cells] : [...row.querySelectorAll(ROLE_CELLS)];
const wordsBesideFields = (cell) => {
  const copy = cell.cloneNode(true);
  for (const field of copy.querySelectorAll('select,option,textarea,button')) field.remove();
  return copy.textContent.trim();
};
/** A row of fields in a table's head, by which its rows are sifted: it names no column. */
const isSifting = (row) =>
  !!row.closest('thead,tfoot') &&
  row.querySelectorAll('input,select,textarea').length > 1 &&
  [...row.cells].every((cell) => !wordsBesideFields(cell));
const rowsOf = (table) =>
  table.tagName === 'TABLE'
    ? [...table.rows].filter((row) => row.closest('table') === table && !isSifting(row))
    : [...table.querySelectorAll('[role=row]')];

const emptyLine = () => ({ cells: [], head: false, foot: false });
const fillLine = (lines, y, height, cells) => {
  lines[y] = lines[y] || emptyLine();
  const line = lines[y].cells;
  let x = 0;
  for (const each of cells) {
    while (line[x]) x += 1;
    const cell = cellOf(each);
    if (!isShown(each) && getComputedStyle(each).display === 'none') continue;
    const below = Math.min(height, y + spanOf(each, 'row', 400));
    for (let at = y; at < below; at += 1) {
      lines[at] = lines[at] || emptyLine();
      for (let dx = 0; dx < cell.cs; dx += 1) lines[at].cells[x + dx] = cell;
    }
    x += cell.cs;
  }
};
const isHeadLine = (cells) =>
  cells.every((cell) => cell && (cell.th || !cell.t)) && cells.some((cell) => cell && cell.th);

/** [{cells, head, foot}] of a table, holes where a row is not shown. */
const linesOf = (table) => {
  const rows = rowsOf(table);
  const lines = [];
  rows.forEach((row, y) => {
    if (!isShown(row)) return;
    fillLine(lines, y, rows.length, cellsOf(row, table));
    const part = row.parentElement.tagName;
    lines[y].head = part === 'THEAD' || isHeadLine(lines[y].cells);
    lines[y].foot = part === 'TFOOT';
  });
  return lines;
};

const isHeadCell = (cell) => cell.tagName === 'TH' || !textOf(cell) || !!cell.querySelector('input,select');
/** Heads that stay while the rows scroll stand in a table of their own, right above. */
const headsAbove = (table, width) => {
  const before = (other) =>
    other !== table &&
    !other.contains(table) &&
    other.rows.length &&
    other.compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING;
  const over = [...document.querySelectorAll('table')].findLast(before);
  if (!over || [...over.rows].some((row) => isShown(row) && ![...row.cells].every(isHeadCell))) return null;
  const isTitle = (cell) => cell.tagName === 'TH';
  const isHeads = (row) => row.cells.length === width && [...row.cells].every(isTitle);
  const heads = isShown(over) && [...over.rows].find(isHeads);
  if (!heads) return null;
  const box = boxOf(table);
  const at = boxOf(over);
  const right = at.bottom <= box.top + 30 && at.bottom > box.top - 600;
  if (!right || Math.abs(at.left - box.left) >= 30) return null;
  return [...heads.cells].map((cell) => ({ t: cellText(cell), h: '', th: 1, b: 1, cs: 1 }));
};

const tableOf = (table, limit) => {
  const lines = linesOf(table);
  if (table.tagName === 'TABLE' && lines.length && !lines.some((line) => line.head)) {
    const heads = headsAbove(table, (lines.find(Boolean) || emptyLine()).cells.length);
    if (heads) lines.unshift({ cells: heads, head: true, foot: false });
  }
  const caption = table.tagName === 'TABLE' && table.caption ? textOf(table.caption) : '';
  return {
    caption: caption || clean(table.getAttribute('aria-label') || ''),
    near: caption || headingOf(table),
    words: cluesAround(table),
    where: regionOf(table),
    area: areaOf(table),
    top: topOf(table),
    rows: lines
      .filter((line) => line && line.cells.length)
      .slice(0, limit)
      .map(({ cells, head, foot }) => ({
        cells: Array.from(cells, (cell) => cell || { t: '', h: '' }),
        head,
        foot,
      })),
    data: dataTables.has(table),
    loud: plainTables.indexOf(table),
  };
};

const tablesOf = (maxRecords) =>
  [...dataTables, ...plainTables]
    .filter(isShown)
    .slice(0, 30)
    .map((table) => tableOf(table, maxRecords + 5));
