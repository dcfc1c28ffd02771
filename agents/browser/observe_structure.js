// Telling the structure: lines, headings, lists, tables, landmarks, pictures, frames.

const LIST_FOLD = 60;

/** The part of the walk that tells what is not a control. `out` and `children` are the walk's. */
class Structure {
  /** Everything that is not a control: lines, headings, lists, tables, landmarks, frames. */
  structure(element, tag, style, box, next, c) {
    const { out } = this;
    if (namespaceOf(element) === SVG) {
      if (tag === 'svg' && !next.mute && next.shown) {
        const title = queryOne(element, ':scope > title');
        const label = clean(attr(element, 'aria-label') || (title ? title.textContent.slice(0, 200) : ''));
        if (label) out.text(` (image: ${clip(label, 80)}) `);
      }
      if (tag === 'text') out.text(' ');
      this.children(element, next);
      return;
    }
    if (tag === 'iframe' || tag === 'frame') {
      this.frame(element, box, next, c);
      return;
    }
    if (tag === 'img' || tag === 'canvas' || tag === 'progress' || tag === 'meter') {
      if (!next.mute && next.shown) this.media(element, tag);
      return;
    }
    if (tag === 'br') {
      if (c.row) out.text(' ');
      else out.line(c.depth);
      return;
    }
    if (tag === 'td' || tag === 'th') {
      if (c.row) {
        this.children(element, next);
        out.separator();
        return;
      }
    }
    if (next.mute && c.inside) {
      this.children(element, next); // its words are in the name already: only controls are told
      return;
    }
    const inline = c.row || /^(inline|contents)/.test(style.display);
    if (inline) {
      if (c.row && !style.display.startsWith('inline')) out.text(' ');
      this.children(element, next);
      if (c.row && !style.display.startsWith('inline')) out.text(' ');
      return;
    }
    this.block(element, tag, box, next, c);
  }

  block(element, tag, box, next, c) {
    const { out } = this;
    const role = explicitRole(element);
    if (tag === 'tr' && isDataTable(element)) {
      out.line(c.depth, '| ');
      this.children(element, { ...next, row: true });
      out.end(c.depth);
      return;
    }
    const level = /^h[1-6]$/.test(tag)
      ? Number(tag[1])
      : role === 'heading'
        ? Number(attr(element, 'aria-level')) || 2
        : 0;
    const head = next.shown && !level ? headOf(element, tag, role) : '';
    const depth = head ? c.depth + 1 : c.depth;
    const list =
      /^(ul|ol|tbody|dl)$/.test(tag) || /^(list|feed|listbox|rowgroup|grid|table)$/.test(role)
        ? { parent: element, away: 0, near: 0, folded: 0 }
        : null;
    if (head) out.open(c.depth, head);
    this.scroller(element, tag, box, next, depth);
    if (tag === 'li' || role === 'listitem') {
      if (c.list && this.folds(element, c.list)) return;
      out.line(depth, '- ');
    } else if (level) out.line(depth, `${'#'.repeat(Math.min(level, 6))} `);
    else out.line(depth);
    this.children(element, {
      ...next,
      depth: tag === 'ul' || tag === 'ol' ? (c.inList ? depth + 1 : depth) : depth,
      list,
      inList: next.inList || tag === 'li',
    });
    if (list && this.part === 'view') {
      const left = list.away + list.folded;
      if (left && next.shown) out.note(depth, `… ${left} more ${tag === 'tbody' ? 'rows' : 'items'}`);
    }
    if (head) out.close(c.depth);
    else out.end(c.depth);
  }

  /** Long lists of plain text are cut; items that can be clicked never are. */
  folds(element, list) {
    list.near += 1;
    if (
      list.near <= LIST_FOLD ||
      queryOne(element, 'a, button, input, select, textarea, [onclick], [tabindex], [role]')
    )
      return false;
    list.folded += 1;
    return true;
  }

  /** Says of a box that scrolls by itself how much more it holds. */
  scroller(element, tag, box, next, depth) {
    if (this.part !== 'view' || tag === 'body' || tag === 'html' || !next.shown) return;
    const hidden = scrollHeightOf(element) - clientHeightOf(element);
    if (hidden < 20 || box.width < 60 || box.height < 40) return;
    if (!/auto|scroll/.test(getComputedStyle(element).overflowY)) return;
    const above = Math.round(scrollTopOf(element));
    this.out.line(depth);
    this.out.target({
      element,
      role: 'scroll area',
      name: clean(attr(element, 'aria-label')),
      box,
      states: [`${above} px above`, `${Math.round(hidden - above)} px below`].filter(
        (text) => !text.startsWith('0 '),
      ),
    });
    this.out.line(depth);
  }

  media(element, tag) {
    if (tag === 'img') {
      const alt = clean(attr(element, 'alt') || attr(element, 'aria-label') || attr(element, 'title'));
      if (alt) this.out.text(` (image: ${clip(alt, 100)}) `);
    } else if (tag === 'canvas') {
      const label = clean(attr(element, 'aria-label')) || `${element.width}x${element.height}`;
      this.out.text(` (canvas: ${clip(label, 100)}) `);
    } else
      this.out.text(
        ` ${tag} ${Math.round((element.position ?? element.value / (element.max || 1)) * 100)} % `,
      );
  }

  frame(element, box, next, c) {
    const area = overlap(box, next.clip);
    if (!next.shown || next.mute || isEmpty(area) || box.width < 10 || box.height < 10) return;
    const name = clean(attr(element, 'title') || attr(element, 'name') || attr(element, 'aria-label'));
    const left = box.left + element.clientLeft;
    const top = box.top + element.clientTop;
    this.out.frame(c.depth, {
      element,
      label: name ? `frame ${quote(name, 60)}:` : 'frame:',
      view: {
        left: area.left - left,
        top: area.top - top,
        right: area.right - left,
        bottom: area.bottom - top,
      },
    });
  }
}

const isDataTable = (row) => {
  const table = row.closest('table');
  if (!table || /^(presentation|none)$/.test(explicitRole(table))) return false;
  return !queryOne(table, 'table, form, ul, h1, h2, h3, p + p');
};

/** The line that opens a landmark, dialog or group; empty for everything else. */
const headOf = (element, tag, role) => {
  let word = LANDMARKS[role] || (role ? '' : LANDMARKS[tag]) || '';
  if (
    !role &&
    (tag === 'header' || tag === 'footer') &&
    !element.closest('article, section, main, aside, nav')
  ) {
    word = tag === 'header' ? 'banner' : 'footer';
  }
  if (tag === 'fieldset' || role === 'group') word = 'group';
  if (tag === 'form' && !role) word = 'form';
  if (!word) return '';
  const ids = attr(element, 'aria-labelledby');
  let name = (ids && textById(element, ids)) || clean(attr(element, 'aria-label'));
  if (word === 'group') {
    if (!name && tag !== 'fieldset') return '';
  }
  if ((word === 'form' || word === 'region') && !name && word === 'region') return '';
  name = name ? ` ${quote(name, 60)}` : '';
  return `${word}${name}:`;
};
