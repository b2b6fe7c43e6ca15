// An element with text in it; text reaches the page in no other way, so that it is never read as HTML.
function phusongElement(name, text, kind) {
  "use strict";
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}
