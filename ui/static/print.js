// A transcript on paper. The server is asked first, and writes down who printed what.

import * as server from "./server.js";
import { clock, day, make, say } from "./words.js";

const UNSURE = new Set(["low_probability", "little_voice", "repetition", "compression", "too_dense", "stock_phrase"]);

/** Asks for the record as it is now, lays it out, and opens the browser's own dialogue. */
export async function printOut(id) {
  const printout = await server.printOut(id);
  document.querySelector(".kk-paper")?.remove();
  const paper = sheet(printout);
  const before = document.title;
  document.body.append(paper);
  document.documentElement.classList.add("kk-printing");
  document.title = printout.title;  // what a PDF file is called
  addEventListener("afterprint", () => {
    paper.remove();
    document.documentElement.classList.remove("kk-printing");
    document.title = before;
  }, { once: true });
  print();
}

function sheet({ title, name, matter, occurred, added, by, at, transcript }) {
  const printed = say("printed_by", day(at), by);
  const names = new Map(transcript.speakers.map((speaker) => [speaker.id, speaker.name]));
  return make("article", { class: "kk-paper" },
    make("style", {}, margins(say("print_mark"), `${say("print_printed")}  ${printed}`)),
    make("p", { class: "kk-paper-mark" }, say("print_mark")),
    make("h1", {}, title),
    make("dl", {}, ...[
      ["print_said", occurred ? day(occurred) : null], ["print_added", day(added)], ["print_matter", matter],
      ["print_file", name], ["length", transcript.duration ? clock(transcript.duration) : null],
      ["speakers", transcript.speakers.map((speaker) => speaker.name).join(say("list_comma"))], ["print_printed", printed],
    ].filter(([, value]) => value).flatMap(([label, value]) => [make("dt", {}, say(label)), make("dd", {}, value)])),
    make("p", { class: "kk-paper-note" }, say("print_note")),
    ...transcript.truncated ? [make("p", { class: "kk-paper-note" }, say("truncated"))] : [],
    ...transcript.turns.map((turn, index) => line(turn, names, transcript.turns[index - 1]?.speaker)));
}

/** The name stands where the speaker changes; the time beside every turn. */
function line(turn, names, before) {
  const quiet = turn.flags.includes("backchannel");
  const doubtful = turn.flags.some((flag) => UNSURE.has(flag));
  const text = turn.flags.includes("unrecognized") ? say("unrecognized") : turn.text;
  return make("p", { class: `kk-paper-turn ${turn.speaker === before ? "" : "kk-paper-first"}` },
    make("time", {}, clock(turn.start)), make("b", {}, turn.speaker === before ? "" : names.get(turn.speaker) ?? ""),
    make("span", {}, doubtful ? "※" : "", quiet ? `（${text}）` : text));
}

/** What stands on every page: the mark, who printed it and when, the number of the page. */
function margins(mark, printed) {
  return `@page { @top-right { content: ${quoted(mark)}; } @bottom-left { content: ${quoted(printed)}; } }`;
}

/** A text as a string of a style sheet, out of which nothing leads. */
function quoted(text) {
  return `"${[...text].map((one) => (/[\w ]/.test(one) ? one : `\\${one.codePointAt(0).toString(16)} `)).join("")}"`;
}
