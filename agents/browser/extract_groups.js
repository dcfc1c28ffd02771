// Groups of similar siblings, each of which may be a list.
// A group: {items: [[element, ...]], box: what they stand in, how: what makes them alike}.

/** What siblings of one kind share: tag, role and classes; `looseKindOf` goes without classes. */
const looseKindOf = once((element) => `${element.tagName}|${roleOf(element)}`);
const kindOf = once(
  (element) => `${looseKindOf(element)}|${[...lastingClassesOf(element)].sort().join('.')}`,
);

/** key -> members, in the order of the first of each. */
const byKey = (members, keyOf) => {
  const by = new Map();
  for (const member of members) {
    const key = keyOf(member);
    if (by.has(key)) by.get(key).push(member);
    else by.set(key, [member]);
  }
  return by;
};

// "row" and "row unread": a state that one more class says makes no other kind of thing.
const OTHER_KIND =
  /head|title|foot|total|sum|ad|sponsor|promo|empty|label|caption|divid|separat|group|section/i;
const isInState = (base, one, other) => {
  const more = lastingClassesOf(other);
  if (more.length !== base.length + 1 || looseKindOf(other) !== looseKindOf(one)) return false;
  return (
    base.every((name) => more.includes(name)) &&
    !more.some((name) => !base.includes(name) && OTHER_KIND.test(name))
  );
};
const withStates = (kinds, children) => {
  const out = [];
  for (const kind of kinds) {
    const base = lastingClassesOf(kind[0]);
    if (!base.length) continue;
    const more = kinds.filter((other) => other !== kind && isInState(base, kind[0], other[0]));
    const these = new Set([kind, ...more].flat());
    if (more.length && these.size > 2) out.push(children.filter((child) => these.has(child)));
  }
  return out;
};

/** Leaders and what follows each: items spread over several sibling rows (news tables, dt/dd). */
const spansOf = (leaders, children) => {
  const places = new Map(children.map((child, nth) => [child, nth]));
  const share = Math.max(1, Math.ceil(children.length / leaders.length));
  return leaders.map((leader, nth) => {
    const from = places.get(leader);
    const next = nth + 1 < leaders.length ? places.get(leaders[nth + 1]) : from + share;
    return children.slice(from, next);
  });
};
const isSpread = (leaders, children) =>
  children.length - leaders.length >= leaders.length * 0.6 && children.indexOf(leaders[0]) <= 2;
const areItems = (spans) => {
  const widest = Math.max(...spans.slice(0, -1).map((span) => span.length));
  if (widest > 6 || widest < 2) return false;
  // Followers built like their leaders are items themselves (zebra stripes), no second row.
  const [leader, follower] = spans[0];
  return !follower || likeness([recordOf([leader]), recordOf([follower])]) <= 0.7;
};

const oneEach = (list) => list.map((element) => [element]);
const groupsOfKind = (kinds, box, how, children) => {
  const out = [];
  for (const list of kinds.values()) {
    if (list.length < 2) continue;
    out.push({ items: oneEach(list), box, how });
    if (!isSpread(list, children)) continue;
    const spans = spansOf(list, children);
    if (areItems(spans)) out.push({ items: spans, box, how: 'span' });
  }
  return out;
};
const groupsIn = (box) => {
  const children = shownChildrenOf(box).filter((child) => !/^(BR|HR|OPTION)$/.test(child.tagName));
  if (children.length < 2) return [];
  const kinds = byKey(children, kindOf);
  const stated = withStates([...kinds.values()], children);
  const out = stated.map((list) => ({ items: oneEach(list), box, how: 'sig' }));
  out.push(...groupsOfKind(kinds, box, 'sig', children));
  const loose = byKey(children, looseKindOf);
  if (loose.size !== kinds.size) out.push(...groupsOfKind(loose, box, 'loose', children));
  return out;
};

/** Whether boxes hold the same few parts, each unlike the other: they are the items, not their parts. */
const holdParts = (groups) => {
  const [{ items: first }] = groups;
  if (first.length < 2 || first.length > 3) return false;
  if (groups.some((group) => group.items.length !== first.length)) return false;
  const record = recordOf(first[0]);
  if (likeness([record, recordOf(first[1])]) >= 0.5) return false;
  return groups.every((group) => likeness([recordOf(group.items[0]), record]) >= 0.5);
};

/** Grids cut into rows: the same kind of child under sibling containers is one list. */
const mergedGroup = (groups, parent) => {
  const kind = kindOf(groups[0].items[0][0]);
  const boxKind = kindOf(groups[0].box);
  const boxes = childrenOf(parent).filter((child) => kindOf(child) === boxKind);
  const list = boxes.flatMap((box) => shownChildrenOf(box).filter((child) => kindOf(child) === kind));
  return { items: oneEach(list), box: parent, how: 'merged', parts: holdParts(groups) };
};
const mergedGroups = (groups) => {
  const out = [];
  const whole = groups.filter((group) => group.how !== 'span' && parentOf(group.box));
  for (const [parent, siblings] of byKey(whole, (group) => parentOf(group.box))) {
    const alike = byKey(siblings, (group) => `${kindOf(group.items[0][0])}<${kindOf(group.box)}`);
    for (const list of alike.values()) if (list.length > 1) out.push(mergedGroup(list, parent));
  }
  return out.filter((group) => group.items.length > 1);
};

// The boxes of a search ask for things, they do not list any; a form around the results does.
const RESULTS = 'a[href] h2,a[href] h3,h2 a[href],h3 a[href],li a[href],tr a[href]';
const asksOnly = once((form) => {
  const searches = form.tagName !== 'FORM' || roleOf(form) === 'search';
  return (searches || !!form.querySelector('input[type=search]')) && !form.querySelector(RESULTS);
});
const isSearch = (element) => {
  const form = nearest(element, 'search,[role=search],form');
  return form !== null && asksOnly(form);
};

const findGroups = () => {
  const mayList = (element) =>
    !/^(SELECT|DATALIST|TR)$/.test(element.tagName) && !inDataTable(element) && !isSearch(element);
  const groups = elements.filter(mayList).flatMap(groupsIn);
  return [...groups, ...mergedGroups(groups)];
};
