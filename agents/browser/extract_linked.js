// What a page says for machines: JSON-LD, microdata, meta elements.

const linkedData = () => {
  const out = [];
  for (const script of document.querySelectorAll('script[type="application/ld+json"]')) {
    try {
      out.push(JSON.parse(script.textContent));
    } catch {
      // broken JSON is no data
    }
  }
  return out;
};

const propertyOf = (element) => {
  if (element.content || element.tagName === 'META') return element.content;
  return element.href || element.currentSrc || element.dateTime || textOf(element);
};
const itemOf = (element) => {
  const item = { '@type': (element.getAttribute('itemtype') || '').split('/').pop() };
  for (const part of element.querySelectorAll('[itemprop]')) {
    if (part.parentElement.closest('[itemscope]') !== element) continue;
    const nested = part.hasAttribute('itemscope');
    item[part.getAttribute('itemprop')] = nested ? itemOf(part) : clean(propertyOf(part));
  }
  return item;
};
const MAX_ITEMS = 200;
const microdata = () =>
  [...document.querySelectorAll('[itemscope]')]
    .filter((element) => !element.parentElement || !element.parentElement.closest('[itemscope]'))
    .slice(0, MAX_ITEMS)
    .map(itemOf);

const metaData = () => {
  const out = {};
  for (const meta of document.querySelectorAll('meta[property],meta[name=description],meta[name=author]'))
    out[meta.getAttribute('property') || meta.name] = meta.content;
  return out;
};
