// How manuals are shown: headings, editions, the text with its tables, the words that were found.

import { currentLanguage, make, say } from "../words.js";

const ROOM = 110;
/** A sign alone tells nothing, but for a kanji that is no number: 親, not つ, 4 or 二. */
const TELLING = /..|[^\P{Script=Han}一二三四五六七八九十百千万]/u;

/** 令和8年4月1日 */
export function dateOf(iso) {
  if (!iso) return "";
  const style = { year: "numeric", month: "long", day: "numeric" };
  return currentLanguage() === "ja"
    ? new Date(iso).toLocaleDateString("ja-JP-u-ca-japanese", { era: "long", ...style })
    : new Date(iso).toLocaleDateString("en-GB", style);
}

/** The edition's own date, or the day it was taken in. */
export function editionDate({ date, added }) {
  return date ? say("edition_of", dateOf(date)) : say("added_on", dateOf(added));
}

export const pageOf = (page) => (page ? say("page", page) : "");

/** The section in bold, the way to it above. */
export function headings(path, tag = "h3") {
  return make("div", { class: "kk-headings" },
    path.length > 1 ? make("span", { class: "kk-path" }, path.slice(0, -1).join(" › ")) : null,
    make(tag, {}, path.at(-1) ?? say("no_heading")));
}

/** Why it was found: 「言葉: あざ、顔」; of 身体 and 身体的 the longer one; so many words of each kind. */
export function reasons(all, most = 8) {
  const longest = (words) => words.filter((word) => TELLING.test(word) && !words.some((other) => other !== word && other.includes(word)));
  const named = all.map(({ kind, words }) => ({ kind, words: longest(words) })).filter(({ kind, words }) => words.length || kind === "meaning");
  return make("p", { class: "kk-reasons" }, ...named.map(({ kind, words }) => make("span", { class: `kk-reason kk-by-${kind}`, title: words.join("、") },
    words.length ? `${say(`reason_${kind}`)}: ${words.slice(0, most).join("、")}${words.length > most ? "…" : ""}` : say(`reason_${kind}`))));
}

/** The text with the words lit up that it was found by. */
export function light(text, all) {
  const kinds = new Map(all.toReversed().flatMap(({ kind, words }) => words.filter((word) => TELLING.test(word)).map((word) => [word, kind])));
  const longest = [...kinds.keys()].sort((one, other) => other.length - one.length);
  if (!longest.length) return [text];
  const pattern = new RegExp(`(${longest.map((word) => RegExp.escape?.(word) ?? escape(word)).join("|")})`, "g");
  return text.split(pattern).filter(Boolean)
    .map((piece) => (kinds.has(piece) ? make("mark", { class: `kk-by-${kinds.get(piece)}` }, piece) : piece));
}

const escape = (word) => word.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

/** The part of a text around the first word that was found, from the beginning of its sentence where that is near. */
export function snippet(text, all) {
  const line = text.replaceAll("\t", " / ").replaceAll("\n", " ");
  const places = all.flatMap(({ words }) => words.filter((word) => TELLING.test(word)).map((word) => line.indexOf(word))).filter((at) => at >= 0);
  const found = Math.max(0, Math.min(...places, line.length));
  const near = line.lastIndexOf("。", found) + 1;
  const first = places.length && found > ROOM / 2 ? (found - near < ROOM / 2 ? near : found - 20) : 0;
  const piece = line.slice(first, first + ROOM * 2).trim();
  return make("p", { class: "kk-snippet" }, first ? "…" : "", ...light(piece, all), first + ROOM * 2 < line.length ? "…" : "");
}

/** A passage as it stands: paragraphs, and tables where cells are divided by tabs. */
export function passageText(text, all = []) {
  const blocks = [];
  for (const line of text.split("\n").filter((one) => one.trim())) {
    const isRow = line.includes("\t");
    if (isRow && Array.isArray(blocks.at(-1))) blocks.at(-1).push(line);
    else blocks.push(isRow ? [line] : line);
  }
  return blocks.map((block) => (Array.isArray(block) ? table(block, all) : make("p", {}, ...light(block, all))));
}

function table(rows, all) {
  return make("div", { class: "kk-table-box", tabindex: 0, role: "group", "aria-label": say("table") }, make("table", {},
    ...rows.map((row) => make("tr", {}, ...row.split("\t").map((cell) => make("td", {}, ...light(cell, all)))))));
}
