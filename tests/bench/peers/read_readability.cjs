// Firefox's reader on pages: collet-read-pages' way of being asked and of answering.
// usage: node read_readability.cjs FOLDER_OF_NODE_MODULES <paths
"use strict";
const fs = require("fs");
const { createRequire } = require("module");
const load = createRequire(process.argv[2] + "/");
const { Readability } = load("@mozilla/readability");
const { JSDOM, VirtualConsole } = load("jsdom");

// The article's own textContent would join the last word of a block to the first of the next.
const INLINE = new Set(["A", "ABBR", "B", "BDI", "BDO", "CITE", "CODE", "DATA", "DEL", "DFN", "EM", "FONT", "I", "INS", "KBD", "MARK", "Q",
  "S", "SAMP", "SMALL", "SPAN", "STRONG", "SUB", "SUP", "TIME", "TT", "U", "VAR", "WBR"]);

function textOf(root) {
  const pieces = [];
  const walk = (node) => {
    if (node.nodeType === 3) pieces.push(node.data);
    const isBlock = node.nodeType === 1 && !INLINE.has(node.tagName);
    if (isBlock) pieces.push("\n");
    for (let child = node.firstChild; child; child = child.nextSibling) walk(child);
    if (isBlock) pieces.push("\n");
  };
  walk(root);
  return pieces.join("");
}

// As a server would have said it of these pages; what is no UTF-8 is for jsdom to tell.
function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

for (const path of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const bytes = fs.readFileSync(path);
  const begun = process.cpuUsage();
  let text = "", error;
  try {
    const page = new JSDOM(decoded(bytes), { contentType: "text/html", url: "https://page.example/", virtualConsole: new VirtualConsole() });
    const article = new Readability(page.window.document, { serializer: (root) => root }).parse();
    if (article) text = textOf(article.content);
    page.window.close();
  } catch (problem) {
    error = String(problem);
  }
  const used = process.cpuUsage(begun);
  process.stdout.write(JSON.stringify({ path, text, error, us: used.user + used.system }) + "\n");
}
