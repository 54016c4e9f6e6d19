// What the parts of retention share.

import { make, say } from "../words.js";

/** A part's frame: what it is for, what can be done, and its list. */
export const frame = (hint, actions, ...content) => make("div", { class: "kk-part" },
  make("div", { class: "kk-managed-head" }, make("p", { class: "kk-hint", "data-say": hint }), make("div", { class: "kk-head-actions" }, ...actions)),
  ...content);

export const titled = (title, under) => make("th", { scope: "row" }, title || say("untitled"), under ? make("small", {}, under) : null);

/** The day after: 2026-11-20 → 2026-11-21. */
export function next(day) {
  const after = new Date(`${day}T00:00:00Z`);
  after.setUTCDate(after.getUTCDate() + 1);
  return after.toISOString().slice(0, 10);
}
