// The texts of a page: short ones with how they are drawn, and blocks to read in order.

const MAX_LEAVES = 1500;
const MAX_BLOCKS = 800;

const leafOf = (element) => {
  const type = typeOf(element);
  const parent = parentOf(element);
  const struck = nearest(element, 'del,s') || type.struck;
  return {
    t: isHeading(element) ? textOf(element) : ownText(element),
    where: regionOf(element),
    k: clean(`${cluesOf(element)} ${parent ? cluesOf(parent) : ''}`),
    fs: type.size,
    hd: isHeading(element) ? +element.tagName[1] : 0,
    top: topOf(element),
    del: struck ? 1 : 0,
    ip: element.getAttribute('itemprop') || '',
  };
};
const isLeaf = (element) => {
  if (!isShown(element)) return false;
  const own = ownText(element);
  return own !== '' && own.length < 200 && element.textContent.length < 400;
};
const leavesOf = () => firstOf(MAX_LEAVES, isLeaf).map(leafOf);

const BLOCK = /^(P|LI|H[1-6]|BLOCKQUOTE|DD|PRE|TD|FIGCAPTION|SUMMARY)$/;
const hasLongText = (element) =>
  nodesOf(element).some((node) => node.nodeType === 3 && node.data.trim().length > 60);
const isBlock = (element) => {
  const boxed = element.tagName === 'DIV' && (!element.children.length || hasLongText(element));
  if (!boxed && !BLOCK.test(element.tagName)) return false;
  if (!isShown(element) || element.querySelector('p,li,h1,h2,h3,h4,blockquote,pre,table')) return false;
  return textOf(element) !== '';
};
// What readers wrote under a text.
const TALK = '[class*=comment i],[id*=comment i],[class*=review i],[class*=repl i]';
const blockOf = (element) => {
  const links = [...element.querySelectorAll('a')].map((link) => link.textContent);
  return {
    talk: nearest(element, TALK) ? 1 : 0,
    tag: element.tagName.toLowerCase(),
    t: textOf(element).slice(0, 4000),
    where: regionOf(element),
    main: inMain(element) ? 1 : 0,
    links: clean(links.join(' ')).length,
  };
};
const blocksOf = () => firstOf(MAX_BLOCKS, isBlock).map(blockOf);
