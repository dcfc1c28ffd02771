// From what the walk found to lines of text.

const TEXT_LIMIT = 1000; // of one unbroken piece of text
const LINE_LIMIT = 500; // a line with more starts a new one before its next control

/** Collects the walk's findings in document order; the walk calls these, `render` reads them. */
class Outline {
  constructor() {
    this.items = [];
    this.raw = '';
    this.depth = 0;
  }

  text(raw) {
    if (this.raw.length < 4000) this.raw += raw;
  }

  flush() {
    if (!this.raw) return;
    const text = clean(this.raw);
    this.raw = '';
    if (text) this.items.push({ kind: 'text', text: clip(text, TEXT_LIMIT) });
  }

  line(depth, prefix = '') {
    this.flush();
    const last = this.items[this.items.length - 1];
    if (last && last.kind === 'line') {
      last.depth = depth;
      if (prefix) last.prefix = last.prefix.endsWith(prefix) ? last.prefix : last.prefix + prefix;
    } else this.items.push({ kind: 'line', depth, prefix });
    this.depth = depth;
  }

  /** Ends a line: a bullet or heading mark that got no content is not handed on. */
  end(depth) {
    this.line(depth);
    this.items[this.items.length - 1].prefix = '';
  }

  /** After something inline that may have started deeper lines of its own. */
  back(depth) {
    this.flush();
    if (this.depth > depth) this.end(depth);
  }

  note(depth, text) {
    this.line(depth);
    this.items.push({ kind: 'text', text });
    this.end(depth);
  }

  open(depth, text) {
    this.end(depth);
    this.items.push({ kind: 'open', depth, text });
  }

  close(depth) {
    this.end(depth);
    this.items.push({ kind: 'close' });
  }

  separator() {
    this.flush();
    this.items.push({ kind: 'cell' });
  }

  target(found) {
    this.flush();
    this.items.push({ kind: 'target', found });
  }

  frame(depth, found) {
    this.line(depth);
    this.items.push({ kind: 'frame', depth, found });
    this.end(depth);
  }
}

/** `[e5] textbox "Email" = "a@b.example" required`. */
const describe = (ref, found) => {
  let text = `[${ref}] ${found.role}`;
  if (found.name) text += ` ${quote(found.name, found.limit || 100)}`;
  if (found.hint) text += ` (${clip(found.hint, 40)})`;
  const { value } = found;
  if (value) {
    if (value.secret) text += ` ${value.secret}`;
    else if (value.value) text += ` = ${quote(value.value, 160)}`;
    if (value.options) text += ` (${value.options.join(' | ')})`;
  }
  if (found.placeholder) text += ` placeholder ${quote(found.placeholder, 60)}`;
  if (found.states.length) text += ` ${found.states.join(' ')}`;
  return text;
};

const join = (parts) => {
  let line = '';
  for (const part of parts) {
    if (line && !/^[,.;:!?)]/.test(part) && !line.endsWith('(')) line += ' ';
    line += part;
  }
  return line;
};

/**
 * Lines of text from an outline.
 *
 * Structure lines (`main:`) are dropped when nothing follows in them; neighbouring lines that hold
 * one short control each are put side by side.
 */
const toLines = (outline, refFor) => {
  outline.flush();
  const lines = [];
  const opened = [];
  const fresh = (depth) => ({ depth, prefix: '', parts: [], refs: [], size: 0 });
  let current = fresh(0);
  const add = (part) => {
    current.parts.push(part);
    current.size += part.length + 1;
  };
  const end = () => {
    while (current.parts[current.parts.length - 1] === '|') current.parts.pop();
    if (current.parts.length) {
      lines.push({
        depth: current.depth,
        text: current.prefix + join(current.parts),
        refs: current.refs,
        lone:
          current.refs.length === 1 &&
          current.parts.length === 1 &&
          !/#/.test(current.prefix) &&
          current.refs[0][1].role !== 'scroll area',
      });
    }
  };
  for (const item of outline.items) {
    if (item.kind === 'line') {
      end();
      current = { ...fresh(item.depth), prefix: item.prefix };
    } else if (item.kind === 'text') add(item.text);
    else if (item.kind === 'cell') {
      if (current.parts.length) add('|');
    } else if (item.kind === 'target') {
      const ref = refFor(item.found.element);
      if (current.size > LINE_LIMIT) {
        end();
        current = { ...fresh(current.depth), prefix: current.prefix };
      }
      add(describe(ref, item.found));
      current.refs.push([ref, item.found]);
    } else if (item.kind === 'open') {
      lines.push({ depth: item.depth, text: item.text, refs: [], head: true });
      opened.push(lines.length);
    } else if (item.kind === 'close') {
      end();
      current = fresh(current.depth);
      if (opened.pop() === lines.length) lines.pop();
    } else if (item.kind === 'frame') {
      lines.push({ depth: item.depth, text: item.found.label, refs: [], frame: item.found });
    }
  }
  end();
  return beside(lines);
};

const isShortItem = (line) =>
  !line.refs.length && !line.head && !line.frame && line.text.length < 32 && line.text.startsWith('- ');

/** Puts short single controls, and short list items, that follow each other on one line. */
const beside = (lines) => {
  const out = [];
  for (const line of lines) {
    const last = out[out.length - 1];
    if (
      last &&
      last.lone &&
      line.lone &&
      last.depth === line.depth &&
      last.text.length + line.text.length < 110 &&
      line.text.length < 60
    ) {
      last.text += `  ${line.text.replace(/^- /, '')}`;
      last.refs.push(...line.refs);
    } else if (
      last &&
      isShortItem(line) &&
      last.bullets &&
      last.depth === line.depth &&
      last.text.length + line.text.length < 110
    ) {
      last.text += ` · ${line.text.slice(2)}`;
    } else out.push(isShortItem(line) ? { ...line, bullets: true } : line);
  }
  return out;
};

/** Cuts to the size asked for. Returns {text, used, elements, frames, next}. */
const fit = (lines, skip, maxChars) => {
  const kept = [];
  const elements = [];
  const frames = [];
  let used = 0;
  let index = skip;
  for (; index < lines.length; index += 1) {
    const line = lines[index];
    const text = ' '.repeat(Math.min(line.depth, 12)) + line.text;
    if (used + text.length + 1 > maxChars && kept.length) break;
    if (line.frame) frames.push({ line: kept.length, depth: line.depth + 1, ...line.frame });
    kept.push(text.slice(0, maxChars));
    used += text.length + 1;
    for (const [ref, found] of line.refs) {
      const { role, name, value, states, box } = found;
      elements.push({
        ref,
        role,
        name: clip(name || found.hint || '', 160),
        states,
        value: value && !value.secret ? value.value : null,
        options: value && value.options ? value.options : null,
        box: [box.left, box.top, box.right - box.left, box.bottom - box.top].map(Math.round),
      });
    }
  }
  return { lines: kept, elements, frames, next: index < lines.length ? index : null };
};
