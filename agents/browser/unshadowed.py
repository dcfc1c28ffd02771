"""Scripts that read a page's elements, proof against the names of its fields.

A field named `children` or `parentElement` shadows the form's own property of that name, and an
image named `body` the document's. A script that walks the page then reads a field where it
expects a list of elements, breaks off, or walks in a circle for ever. Here the reads go through
symbols, which no field can be named after; they are taken off again when the script has run.
"""

from __future__ import annotations

import re

_NAMES = [
    "activeElement", "assignedElements", "body", "checkVisibility", "childNodes", "children",
    "className", "cloneNode", "closest", "compareDocumentPosition", "contains",
    "documentElement", "elementFromPoint", "getAttribute", "getBoundingClientRect",
    "getElementById", "getElementsByTagName", "getRootNode", "hasAttribute", "id", "innerText",
    "isContentEditable", "labels", "matches", "namespaceURI", "nextElementSibling",
    "nextSibling", "nodeType", "parentElement", "parentNode", "previousElementSibling",
    "previousSibling", "querySelector", "querySelectorAll", "shadowRoot", "tabIndex", "tagName",
    "textContent", "title",
]  # fmt: skip
_READ = re.compile(rf"(?<=[\w)\]])\.({'|'.join(_NAMES)})\b")

_WRAPPED = """(given) => {
  const $ = {};
  const owners = [Node, Element, HTMLElement, SVGElement, Document, HTMLDocument, DocumentFragment,
    ShadowRoot, HTMLSlotElement, HTMLInputElement, HTMLSelectElement, HTMLTextAreaElement,
    HTMLButtonElement, HTMLMeterElement, HTMLOutputElement, HTMLProgressElement];
  const added = [];
  for (const name of %(names)s) {
    const symbol = Symbol(), before = added.length;
    $[name] = symbol;
    for (const { prototype } of owners) {
      const found = Object.getOwnPropertyDescriptor(prototype, name);
      if (!found) continue;
      try {
        const kept = { ...found, configurable: true, enumerable: false };
        Object.defineProperty(prototype, symbol, kept);
        added.push([prototype, symbol]);
      } catch {  // a page may have frozen some of its prototypes: the name itself, on all of them
        for (const [owner] of added.splice(before)) delete owner[symbol];
        $[name] = name;
        break;
      }
    }
  }
  try {
    return (%(script)s)(given);
  } finally {
    for (const [prototype, symbol] of added) delete prototype[symbol];
  }
}"""


def unshadowed(script: str) -> str:
    """The same function of one argument, its reads of elements' properties made safe.

    script: an arrow function that does not wait: what it reads later would find no symbols.
    """
    safe = _READ.sub(r"[$.\1]", script)
    return _WRAPPED % {"names": _NAMES, "script": safe.strip().rstrip(";")}
