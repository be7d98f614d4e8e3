"use strict";
// Elements are made one by one; text of others only ever becomes text.

const el = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
};

const byId = (id) => document.getElementById(id);

// Beyond so many lines the rest is folded away.
const SHOWN_LINES = 24;
const FOLDED_AT = 34;

const folded = (lines, make, what) => {
  if (lines.length <= FOLDED_AT) return [make(lines)];
  const rest = lines.length - SHOWN_LINES;
  const words = `${rest.toLocaleString("en")} more lines of ${what}`;
  return [
    make(lines.slice(0, SHOWN_LINES)),
    el("details", { class: "rest" }, el("summary", {}, words), make(lines.slice(SHOWN_LINES))),
  ];
};

const textBlock = (text, what) =>
  text ? el("div", { class: "block" }, folded(text.split("\n"), (lines) => el("pre", {}, lines.join("\n")), what)) : null;

const DIFF_KINDS = { "+": "added", "-": "removed", "@": "hunk" };

const diffLines = (lines) =>
  el(
    "pre",
    { class: "diff" },
    lines.map((line) => el("span", { class: DIFF_KINDS[line[0]] || null }, `${line}\n`))
  );

const diffBlock = (file) =>
  el(
    "figure",
    { class: "change" },
    el("figcaption", {}, el("span", { "aria-hidden": "true" }, "± "), el("bdi", {}, file.name)),
    file.text ? folded(file.text.split("\n"), diffLines, "this change") : null
  );

const plainList = (items, name) => (items.length ? el("ul", { class: name }, items) : null);

const termList = (title, terms) =>
  el(
    "details",
    { class: "words" },
    el("summary", {}, title),
    el("dl", { class: "terms" }, terms.map(([term, meaning]) => el("div", {}, el("dt", {}, term), el("dd", {}, meaning))))
  );
