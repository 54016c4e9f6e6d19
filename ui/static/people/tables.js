// What the tables of administration share.

import { make, say, speak } from "../words.js";

/** Does something that may be refused, says so where it was, and shows the list anew. */
export async function doing(shell, act, then) {
  try {
    await act();
    shell.calm();
    await then?.();
  } catch (error) {
    shell.problem(error.message, { lost: error.offline });
  }
}

export function table(heads, rows, empty) {
  if (!rows.length) return make("p", { class: "kk-note kk-empty" }, say(empty));
  const made = make("table", { class: "kk-table" },
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col", "data-say": head })))),
    make("tbody", {}, ...rows));
  speak(made);
  return made;
}

export const cell = (...content) => make("td", {}, ...content);

export const small = (label, onclick) => make("button", { class: "kk-button kk-small", type: "button", onclick }, say(label));
