// What one edition says differently from the one before, section by section.

import { day, make, say } from "../words.js";
import * as server from "./server.js";
import { dateOf, headings } from "./text.js";

const AROUND = 1;

export class Changes {
  /** `on.closed()` after Esc, `on.problem(sentence)`. */
  constructor(on) {
    this.on = on;
    this.element = make("main", { class: "kk-changes", hidden: true });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  async open(edition) {
    try {
      this.found = await server.changes(edition.id);
    } catch (error) {
      this.on.problem(error.message);
      return false;
    }
    this.element.hidden = false;
    this.refresh();
    this.element.scrollTop = 0;
    this.title.focus({ preventScroll: true });
    return true;
  }

  close() {
    this.element.hidden = true;
    this.found = null;
    this.on.closed();
  }

  refresh() {
    if (!this.found) return;
    const { old, new: now, changes } = this.found;
    const dated = old.date && now.date && old.date !== now.date;
    const name = ({ title, date, added }) => `${title} (${dated ? dateOf(date) : say("added_on", day(added))})`;
    const counts = ["changed", "added", "removed"].map((kind) => [kind, changes.filter((one) => one.kind === kind).length]).filter(([, number]) => number);
    this.title = make("h2", { tabindex: -1 }, say("what_changed"));
    this.element.replaceChildren(
      make("header", { class: "kk-changes-head" }, make("div", {}, this.title,
        make("p", { class: "kk-source" }, say("from_to", name(old), name(now))),
        make("p", {}, counts.length ? counts.map(([kind, number]) => say(`sections_${kind}`, number)).join("  ·  ") : say("nothing_changed"))),
      make("button", { class: "kk-button kk-small", type: "button", "aria-keyshortcuts": "Escape", onclick: () => this.close() }, say("close"))),
      ...changes.map((change) => this.#change(change)));
  }

  #change({ kind, headings: path, before, lines }) {
    const renamed = before.length ? make("p", { class: "kk-source" }, say("was_called", before.join(" › "))) : null;
    return make("section", { class: `kk-change kk-change-${kind}` },
      make("div", { class: "kk-change-title" }, make("span", { class: "kk-badge" }, say(`section_${kind}`)), headings(path)), renamed,
      make("div", { class: "kk-lines" }, ...this.#lines(lines)));
  }

  /** Sentences that are gone, that are new, and those around them; a run of others is one line. */
  #lines(lines) {
    const near = (index) => lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some(([mark]) => mark !== " ");
    const shown = [];
    let same = 0;
    lines.forEach(([mark, text], index) => {
      if (!near(index)) {
        same += 1;
        return;
      }
      if (same) shown.push(make("p", { class: "kk-same" }, say("same_sentences", same)));
      same = 0;
      shown.push(line(mark, text));
    });
    if (same) shown.push(make("p", { class: "kk-same" }, say("same_sentences", same)));
    return shown;
  }

  get keys() {
    return [["Esc", "key_back"]];
  }

  key(event) {
    if (event.key !== "Escape") return false;
    this.close();
    return true;
  }
}

function line(mark, text) {
  if (mark === "+") return make("p", { class: "kk-line" }, make("ins", {}, text));
  if (mark === "-") return make("p", { class: "kk-line" }, make("del", {}, text));
  return make("p", { class: "kk-line kk-kept" }, text);
}
