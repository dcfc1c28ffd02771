// The entry: structured data of one document. No traces are left in the page, and only what a person
// could see counts. Meaning (which column is a price) is decided in extract_fields.py.

const readPage = ({ maxRecords, maxGroups }) => ({
  title: document.title,
  url: location.href,
  groups: listsOf(ranked(findGroups()), maxGroups, maxRecords),
  tables: tablesOf(maxRecords),
  pairs: pairsOf(),
  jsonld: linkedData(),
  items: microdata(),
  meta: metaData(),
  leaves: leavesOf(),
  blocks: blocksOf(),
});
