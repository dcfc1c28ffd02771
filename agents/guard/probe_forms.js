// What forms hold, and where they send it. Part of the guard's engine, after probe.js.

const hash = (text) => {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length && i < 200000; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  return ((b >>> 0).toString(36) + (a >>> 0).toString(36)).slice(0, 13);
};
const SECRET = /^(password)$/;
const SECRET_AUTO = /cc-|one-time-code|password/;


const fieldOf = (element) => ({
  type: typeOf(element),
  name: cut(attr(element, 'name') || attr(element, 'id') || '', 80),
  autocomplete: cut(attr(element, 'autocomplete') || '', 60),
  label: labelOfField(element),
  empty: holdsNothing(element),
  ticked: typeOf(element) === 'checkbox' && inputChecked(element) === true,
});
/** Whether nothing was typed into a field, and no file chosen. */
const holdsNothing = (element) => {
  const type = typeOf(element);
  if (type === 'file') return !(inputFiles(element) || []).length;
  if (/^(checkbox|radio|select)$/.test(type)) return false;
  return String(inputValue(element) ?? areaValue(element) ?? '?') === '';
};
const isField = (element) =>
  /^(input|select|textarea)$/.test(localName(element)) && !/^(submit|button|image|reset)$/.test(typeOf(element));
const ACTION_FIELD = /^(_method|action|act|op|do|cmd|operation|intent|task|method|mode|event)$/i;
const DEED_FIELD = /delete|remove|cancel|destroy|confirm|pay|purchase|grant|role|admin/i;

const isSearch = (form) =>
  attr(form, 'role') === 'search' ||
  closest(form, 'search, [role=search]') !== null ||
  queryOne(form, 'input[type=search], [role=searchbox]') !== null;

const MOST_READ = 120;
/** What a form asks for, and what its hidden fields say is to be done. */
const askedIn = once((form) => {
  const fields = [];
  const hidden = {};
  for (const element of firstOf(elementsOf(form), MOST_READ, isField)) {
    if (typeOf(element) !== 'hidden') {
      if (fields.length < 40) fields.push(fieldOf(element));
      continue;
    }
    const name = cut(attr(element, 'name') || '', 80);
    if (ACTION_FIELD.test(name) || DEED_FIELD.test(name)) hidden[name] = cut(filledIn(element), 60);
  }
  return { fields, hidden, search: isSearch(form) };
});
const filledIn = (element) => String(inputValue(element) ?? selectValue(element) ?? areaValue(element) ?? '');
/** What its fields hold, as hashes by name. */
const valuesIn = once((form) => {
  const values = {};
  for (const element of firstOf(elementsOf(form), MOST_READ, isField)) {
    const type = typeOf(element);
    const name = cut(attr(element, 'name') || '', 80);
    const secret = SECRET.test(type) || SECRET_AUTO.test(attr(element, 'autocomplete') || '');
    if (!name || type === 'file' || (secret && type !== 'hidden')) continue;
    if ((type === 'checkbox' || type === 'radio') && !inputChecked(element)) continue;
    values[name] = hash((type === 'hidden' ? '' : values[name] || '') + filledIn(element));
  }
  return values;
});

const readForm = (form, submitter, whole) => {
  const own = (name) => (submitter ? rawAttr(submitter, `form${name}`) : null);
  const method = (own('method') ?? rawAttr(form, 'method') ?? 'get').toLowerCase();
  const action = own('action') ?? rawAttr(form, 'action') ?? '';
  const { fields, hidden, search } = askedIn(form);
  const sent = submitter && attr(submitter, 'name');
  const said = sent ? attr(submitter, 'value') || '' : '';
  return {
    method: /^(post|dialog)$/.test(method) ? method : 'get',
    action: absolute(action || location.href),
    search,
    name: cut(`${attr(form, 'name') || ''} ${attr(form, 'id') || ''}`, 80),
    fields,
    hidden: sent && ACTION_FIELD.test(sent) ? { ...hidden, [sent]: cut(said, 60) } : hidden,
    ...(whole ? { values: { ...valuesIn(form), ...(sent ? { [sent]: hash(said) } : {}) } } : {}),
  };
};

const allOptions = getter(HTMLSelectElement, 'options');
const CHOSEN = 4000;
/** The words of what a call chooses, or may by keys. pick: lists of values, labels and places. */
const chosenOf = (element, pick) => {
  const options = allOptions(element);
  const words = [];
  for (let place = 0, size = 0; options && place < options.length && size < CHOSEN * 4; place += 1) {
    const option = options[place];
    if (pick && !isPicked(option, place, pick)) continue;
    words.push(cut(attr(option, 'label') || textOf(option), 100));
    size += words[words.length - 1].length + 3;
  }
  return cut(words.join(' | '), CHOSEN);
};
const isPicked = (option, place, pick) => {
  const label = cut(attr(option, 'label') || textOf(option));
  return pick.value.some((each) => each === optionValue(option) || cut(each) === label) ||
    pick.label.some((each) => cut(each) === label) || pick.index.includes(place);
};

const nearFields = (element) => {
  let node = parentNode(element);
  for (let depth = 0; node && nodeType(node) === 1 && depth < 7; depth += 1, node = parentNode(node)) {
    if (/^(body|html|main)$/.test(localName(node)) && depth > 2) break;
    const found = firstOf(queryAll(node, FIELDS), 20, (each) => isField(each) && typeOf(each) !== 'hidden');
    if (found.length) return found.map(fieldOf);
  }
  return [];
};

// --- what the fields of an element hold, as one hash ----------------------------------------
const MOST_FIELDS = 3000;
const HELD = 'input, select, textarea, [contenteditable]:not([contenteditable=false])';
const SCOPE = 'dialog, [role=dialog], [role=alertdialog], [aria-modal=true], main, [role=main], body';
// As in fingerprint.py: values that change with every look at the same page.
const TEMPORARY = /token|csrf|xsrf|nonce|timestamp|viewstate|eventvalidation|captcha|signature|^_$|^ts$|^sid$/i;

const valueOf = (element) => {
  const type = typeOf(element);
  if (type === 'checkbox' || type === 'radio') return inputChecked(element) ? `${inputValue(element)}` : '';
  if (type === 'file') return [...(inputFiles(element) || [])].map((file) => `${file.name} ${file.size}`).join();
  if (type === 'select') return [...(selectedOptions(element) || [])].map(optionValue).join();
  return String(inputValue(element) ?? areaValue(element) ?? textOf(element) ?? '');
};
const heldBy = (elements) => {
  const parts = [];
  for (const element of elements.slice(0, MOST_FIELDS)) {
    const tag = localName(element);
    const type = typeOf(element);
    if (/^(button|object|output|fieldset)$/.test(tag) || /^(submit|button|image|reset)$/.test(type)) continue;
    if (SECRET.test(type) || SECRET_AUTO.test(attr(element, 'autocomplete') || '')) continue;
    const name = attr(element, 'name') || attr(element, 'id') || '';
    if (!TEMPORARY.test(name)) parts.push([name, type, valueOf(element)]);
  }
  return parts.length ? hash(JSON.stringify(parts)) : '';
};
const heldIn = (form) => heldBy([...(elementsOf(form) || []), ...queryAll(form, '[contenteditable]:not([contenteditable=false])')]);
/** The fields that count for what is in no form: those of its dialog, or else of the page's main part. */
const fieldsAround = (element) => {
  let node = parentNode(element);
  for (let depth = 0; depth < 20 && node; depth += 1) {
    const root = getRootNode(node);
    const scope = nodeType(node) === 1 ? closest(node, SCOPE) : null;
    if (!scope && !(root instanceof ShadowRoot)) return [];
    const found = [...(scope ? queryAll(scope, HELD) : rootAll(root, HELD))];
    if (found.some((each) => typeOf(each) !== 'hidden')) return found;
    node = scope ? parentNode(scope) : root.host;
  }
  return [];
};

// --- what a form would send, as names and values --------------------------------------------
const MOST_SENT = 400;
const NOT_TICKED = '\0'; // as in shown.py
const sentBy = (elements, submitter) => {
  const pairs = [];
  for (const element of elements.slice(0, MOST_FIELDS)) {
    if (pairs.length >= MOST_SENT) break;
    const type = typeOf(element);
    if (element !== submitter && !isField(element)) continue;
    if (/^(file|image)$/.test(type) || SECRET.test(type) || SECRET_AUTO.test(attr(element, 'autocomplete') || '')) continue;
    const name = cut(attr(element, 'name') || attr(element, 'id') || '', 80);
    if (!name) continue;
    const put = (value) => pairs.push([name, String(value ?? '').slice(0, 2000)]);
    if (element === submitter) put(attr(element, 'value'));
    else if (type === 'select') for (const option of [...(selectedOptions(element) || [])]) put(optionValue(option));
    else if (/^(checkbox|radio)$/.test(type) && !inputChecked(element)) put(NOT_TICKED);
    else put(inputValue(element) ?? areaValue(element));
  }
  return pairs;
};

/** held and sends: of its form, or of the fields around what is in none and is no field itself. */
const holding = (element, form, submits) => {
  if (form) {
    const fields = firstOf(elementsOf(form), MOST_FIELDS);
    return { held: heldIn(form), sends: sentBy(fields, submits ? element : null) };
  }
  const fields = isField(element) ? [] : fieldsAround(element);
  return { held: heldBy(fields), sends: sentBy(fields, null) };
};
