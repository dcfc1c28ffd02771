// Roles, names, values and states: what a screen reader would say, in short.

const INPUT_ROLES = {
  button: 'button',
  submit: 'button',
  reset: 'button',
  image: 'button',
  checkbox: 'checkbox',
  radio: 'radio',
  range: 'slider',
  number: 'spinbutton',
  search: 'searchbox',
  file: 'file upload',
  color: 'color picker',
  date: 'date field',
  time: 'time field',
  month: 'month field',
  week: 'week field',
  'datetime-local': 'date and time field',
};
const TAG_ROLES = {
  a: 'link',
  area: 'link',
  button: 'button',
  textarea: 'textbox',
  summary: 'disclosure',
  option: 'option',
  video: 'video',
  audio: 'audio',
  canvas: 'canvas',
  img: 'image',
  label: 'label',
};
const LANDMARKS = {
  nav: 'navigation',
  main: 'main',
  aside: 'complementary',
  search: 'search',
  dialog: 'dialog',
  banner: 'banner',
  contentinfo: 'footer',
  navigation: 'navigation',
  complementary: 'complementary',
  alertdialog: 'alert dialog',
  region: 'region',
  form: 'form',
  tablist: 'tabs',
  menu: 'menu',
  menubar: 'menu bar',
  toolbar: 'toolbar',
  listbox: 'listbox',
  radiogroup: 'radio group',
  tree: 'tree',
  grid: 'grid',
  alert: 'alert',
  status: 'status',
  tabpanel: 'tab panel',
};
const SECRET_HINT = /one-time-code|(^|\s)cc-|current-password|new-password/i;
const SECRET_NAME = /(^|[^a-z])(otp|cvv|cvc|csc|ssn|passcode|card[-_ ]?num(ber)?)([^a-z]|$)/i;

const explicitRole = (element) => {
  const role = attr(element, 'role');
  return role ? role.trim().split(/\s+/, 1)[0].toLowerCase() : '';
};

/** The role in words. Unknown explicit roles come from the page, so they are cleaned. */
const roleOf = (element) => {
  const role = explicitRole(element);
  const tag = localName(element);
  if (role && role !== 'presentation' && role !== 'none' && /^[a-z]{3,20}$/.test(role)) return role;
  if (tag === 'input') return INPUT_ROLES[element.type] || 'textbox';
  if (tag === 'select') return element.multiple || element.size > 1 ? 'listbox' : 'combobox';
  if (isEditable(element)) return 'textbox';
  return TAG_ROLES[tag] || 'clickable';
};

const isEditable = (element) => {
  const value = rawAttr(element, 'contenteditable');
  return value !== null && value !== 'false' && element.isContentEditable === true;
};

/** Text of a subtree as a person sees it: bounded, hidden parts left out, images by alt. */
const contentText = (element, limit = 160, stop = null) => {
  let text = '';
  let seen = 0;
  const visit = (node) => {
    if (text.length > limit * 2 || seen > 400) return;
    seen += 1;
    const type = nodeType(node);
    if (type === 3) {
      text += node.data.length > limit * 4 ? node.data.slice(0, limit * 4) : node.data;
      return;
    }
    if (type !== 1) return;
    const tag = localName(node);
    if (tag === 'script' || tag === 'style' || tag === 'noscript' || tag === 'template') return;
    if (tag === 'input' || tag === 'select' || tag === 'textarea' || tag === 'iframe') return;
    if (stop && stop(node)) return;
    const label = rawAttr(node, 'aria-label');
    if (label) {
      text += ` ${label.slice(0, limit)} `;
      return;
    }
    if (rawAttr(node, 'aria-hidden') === 'true') return;
    if (tag === 'img') {
      text += ` ${attr(node, 'alt') || ''} `;
      return;
    }
    if (!isVisible(node) && tag !== 'slot' && namespaceOf(node) !== SVG) {
      if (getComputedStyle(node).display !== 'contents') return;
    }
    const block = !/^(a|b|i|em|strong|span|small|code|font|u|s|mark|sub|sup|tspan|slot)$/.test(tag);
    if (block) text += ' ';
    eachChild(node, visit);
    if (block) text += ' ';
  };
  eachChild(element, visit);
  return clean(text);
};

const textById = (element, ids) => {
  const root = getRootNode(element);
  const parts = [];
  for (const id of ids.split(/\s+/).slice(0, 4)) {
    const found = id && (root instanceof ShadowRoot ? root.getElementById(id) : doc.byId(id));
    if (found)
      parts.push(clean(attr(found, 'aria-label') || '') || clean((found.textContent || '').slice(0, 400)));
  }
  return parts.filter(Boolean).join(' ');
};

const labelText = (element) => {
  const { labels } = element;
  if (!(labels instanceof NodeList) || !labels.length) return '';
  return clean(contentText(labels[0], 120) || (labels[0].textContent || '').slice(0, 300));
};

// Class names that say how a thing looks, not what it is.
const DULL =
  /^(btn|button|icon|link|active|item|clickable|col|row|container|wrapper|inner|content|d|flex|text|pull|float|m[trblxy]?|p[trblxy]?|js|is|has|ui|fc)(-|$)/i;

/** Something to call an element that has no name: its icon's class, file or address. */
const nameHint = (element) => {
  const icon = queryOne(element, 'svg title');
  if (icon) return clean((icon.textContent || '').slice(0, 80));
  const picture = queryOne(element, 'img[src], svg, i[class], span[class]') || element;
  const words = `${attr(picture, 'class') || ''} ${attr(element, 'class') || ''}`;
  const found =
    /(?:^|\s)(?:fa|fas|bi|icon|glyphicon|mdi|ri|ti|feather|octicon|ion|material-icons)-([a-z][a-z-]{1,24})/i.exec(
      words,
    );
  if (found) return `${found[1]} icon`;
  const address = attr(element, 'href') || attr(picture, 'src') || '';
  if (address && !/^(javascript|data):/i.test(address) && address !== '#') {
    const tail = address
      .replace(/[?].*$/, '')
      .replace(/\/+$/, '')
      .split('/')
      .pop();
    return clean((tail || '').slice(0, 60));
  }
  const id = clean((attr(element, 'id') || '').slice(0, 40));
  if (id) return id;
  const word = (attr(element, 'class') || '')
    .split(/\s+/)
    .find((each) => /^[a-z][a-z-]{2,20}$/i.test(each) && !DULL.test(each));
  return word || '';
};

const FIELD = /^(input|select|textarea)$/;

/** The accessible name, lightly: labels, then own text, then hints. `stop` ends own text. */
const nameOf = (element, stop = null) => {
  const tag = localName(element);
  const ids = attr(element, 'aria-labelledby');
  const stated = (ids && textById(element, ids)) || clean(attr(element, 'aria-label'));
  if (stated) return stated;
  if (FIELD.test(tag)) {
    if (tag === 'input' && /^(button|submit|reset)$/.test(element.type)) {
      return (
        clean(String(element.value).slice(0, 200)) || { submit: 'Submit', reset: 'Reset' }[element.type] || ''
      );
    }
    return (
      labelText(element) ||
      clean(attr(element, 'alt')) ||
      clean(attr(element, 'title')) ||
      clean(attr(element, 'placeholder')) ||
      nearText(element) ||
      clean(attr(element, 'name')) ||
      clean(attr(element, 'id'))
    );
  }
  if (isEditable(element)) {
    return (
      labelText(element) ||
      clean(attr(element, 'title')) ||
      clean(attr(element, 'placeholder') || attr(element, 'data-placeholder'))
    );
  }
  return clean(attr(element, 'alt')) || contentText(element, 160, stop) || clean(attr(element, 'title'));
};

/** For an unlabelled field: the short text right before it, as in `Name: <input>`. */
const nearText = (element) => {
  let node = element.previousSibling;
  for (let i = 0; i < 3 && node; i += 1, node = node.previousSibling) {
    if (nodeType(node) === 1 && FIELD.test(localName(node))) return '';
    const text = clean((node.textContent || '').slice(0, 200));
    if (text) return text.length <= 60 ? text.replace(/\s*[:*]+$/, '') : '';
  }
  const cell = element.closest('td');
  const before = cell && cell.previousElementSibling;
  const text = before ? clean((before.textContent || '').slice(0, 200)) : '';
  return text.length <= 60 ? text.replace(/\s*[:*]+$/, '') : '';
};

/** True when the field's content must never leave the page. */
const isSecret = (element) => {
  if (localName(element) === 'input' && element.type === 'password') return true;
  if (SECRET_HINT.test(attr(element, 'autocomplete') || '')) return true;
  if (SECRET_NAME.test(`${attr(element, 'name') || ''} ${attr(element, 'id') || ''}`)) return true;
  return getComputedStyle(element).webkitTextSecurity !== 'none';
};

const selectValue = (element) => {
  const { options } = element;
  const chosen = [];
  const others = [];
  let used = 0;
  const total = options.length;
  const label = (option) => clip(clean((option.label || option.text || '').slice(0, 200)), 40);
  for (let i = 0; i < total && i < 2000; i += 1) {
    const option = options[i];
    if (option.selected && chosen.length < 5) chosen.push(label(option));
    if (others.length < 15 && used < 240) {
      const text = label(option);
      used += text.length + 3;
      others.push(option.disabled ? `${text} (disabled)` : text);
    }
  }
  if (total > others.length) others.push(`… ${total - others.length} more`);
  return { value: chosen.join(', '), options: others };
};

/** {value, options, secret} of a field; undefined for what holds no value. */
const valueOf = (element) => {
  const tag = localName(element);
  if (tag === 'select') return selectValue(element);
  const typed =
    tag === 'textarea' ||
    (tag === 'input' && !/^(button|submit|reset|image|checkbox|radio)$/.test(element.type));
  if (typed) {
    if (isSecret(element)) return { value: '', secret: element.value ? 'filled' : 'empty' };
    if (element.type === 'file')
      return {
        value: [...element.files]
          .slice(0, 5)
          .map((file) => clean(file.name))
          .join(', '),
      };
    return { value: clip(clean(String(element.value).slice(0, 400)), 120) };
  }
  if (isEditable(element)) {
    if (isSecret(element)) return { value: '', secret: element.textContent ? 'filled' : 'empty' };
    return { value: clip(clean((element.textContent || '').slice(0, 800)), 160) };
  }
  const now = attr(element, 'aria-valuetext') || attr(element, 'aria-valuenow');
  return now ? { value: clip(clean(now), 60) } : undefined;
};

/** States in words, most telling first. */
const statesOf = (element) => {
  const states = [];
  const aria = (name) => rawAttr(element, `aria-${name}`);
  const tag = localName(element);
  if (tag === 'input' && /^(checkbox|radio)$/.test(element.type)) {
    if (element.indeterminate) states.push('mixed');
    else if (element.checked) states.push('checked');
  } else if (aria('checked') === 'true') states.push('checked');
  else if (aria('checked') === 'mixed') states.push('mixed');
  if (aria('pressed') === 'true') states.push('pressed');
  if (aria('selected') === 'true') states.push('selected');
  const current = aria('current');
  if (current && current !== 'false') states.push('current');
  if (tag === 'summary') states.push(parentNode(element).open ? 'expanded' : 'collapsed');
  else if (aria('expanded') === 'true') states.push('expanded');
  else if (aria('expanded') === 'false') states.push('collapsed');
  if (matches(element, ':disabled') || aria('disabled') === 'true') states.push('disabled');
  if (FIELD.test(tag) || isEditable(element) || explicitRole(element)) {
    if (element.required === true || aria('required') === 'true') states.push('required');
    if (element.readOnly === true || aria('readonly') === 'true') states.push('readonly');
    const touched = tag !== 'form' && matches(element, ':user-invalid');
    if (touched || (aria('invalid') && aria('invalid') !== 'false')) states.push('invalid');
  }
  if (getRootNode(element).activeElement === element) states.push('focused');
  return states;
};
