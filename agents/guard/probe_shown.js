// What can be read around an element: prices, totals, numbers of pieces. Part of the guard's engine.

const PRICE =
  /(?:[$€£¥₽₺₹₩₴]|\b(?:USD|EUR|GBP|CHF|PLN|SEK|NOK|DKK|CZK|JPY|CNY|INR|BRL)\b)\s?\d[\d .,'’\u00a0]{0,14}|\d[\d.,'’\u00a0]{0,14}\s?(?:[$€£¥₽₺₹₩₴]|\b(?:USD|EUR|GBP|CHF|PLN|zł|kr|Kč|SEK|NOK|DKK|JPY|CNY|INR|BRL|TL|Ft|lei)(?![\p{L}]))/gu;
const amountsNear = once((box) => {
  let node = box;
  for (let depth = 0; depth < 4 && node && nodeType(node) === 1; depth += 1, node = parentNode(node)) {
    if (/^(body|html)$/.test(localName(node)) && depth > 0) break;
    const found = beginningOf(node, 20000).match(PRICE);
    if (found) return [...new Set(found.map((each) => each.replace(/\s+/g, ' ').trim()))].slice(0, 12);
  }
  return [];
});

/** What a person reads around an element: the nearest box that names a price, and the page's totals. */
const SHOWN = 6000;
const TOTAL =
  /(?:\b(?:(?:sub)?total|sum|amount due|to pay|gesamt\p{L}*|summe|betrag|zu zahlen|montant|à payer|totale|da pagare|importe|a pagar|bedrag|totaal|te betalen|razem|suma|do zapłaty|toplam|итого|к оплате)|合計|总计|总额)[^\d]{0,40}\d[\d.,'’ ]{0,14}/giu;
const nearestPrice = (element, scope, known) => {
  let text = '';
  let node = scope || element;
  for (; node && nodeType(node) === 1; node = parentNode(node)) {
    text = seenText(node, SHOWN, true, known);
    if (text.match(PRICE)) break;
  }
  return [text, node];
};
const totalsOf = (body, known) => (body ? seenText(body, SHOWN, true, known).match(TOTAL) || [] : []);

/** Numbers of pieces, with the words behind them, wherever the main part of the page has some. */
const MOST_COUNTED = 4;
const PIECES = /(?<![\p{L}\d.,])(?:(?:(?:qty|quantity|anzahl|menge|quantité|cantidad|quantità|quantidade|aantal|ilość|adet|количество)\.?:?\s?|数量[:：]?\s?|[x×]\s?)\d{1,6}(?![\d.,]*\d)|\d{1,6}\s?[x×]\s?(?=\p{L})(?:[^\s\d]{1,20}(?!\S)\s?){0,2})/giu;
const countedAround = (element, known) => {
  const found = closest(element, `${DIALOG}, main, [role=main]`) || doc.body();
  const said = found ? seenText(found, SHOWN, true, known).match(PIECES) || [] : [];
  return [...new Set(said.map((each) => each.trim()))].slice(0, MOST_COUNTED);
};

/** Read from the element outwards: each box takes over what was read of the one in it. */
const seenAround = (element, scope) => {
  const known = new Map();
  const [near, box] = nearestPrice(element, scope, known);
  const counted = countedAround(element, known);
  const totals = box === doc.body() ? [] : totalsOf(doc.body(), known);
  return { amounts: amountsNear(scope || element), counted, shown: [near, ...totals.slice(0, 20)].join('\n') };
};
