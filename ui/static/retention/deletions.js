// What was deleted. The list stays; it tells nothing of what was said.

import { cell, doing, table } from "../people/tables.js";
import { calendarDay, day, make, say, speak } from "../words.js";
import { frame, titled } from "./parts.js";
import * as server from "./server.js";

const HEADS = ["head_deleted", "head_title", "head_part", "head_class", "head_until", "head_by"];

export class Deletions {
  constructor(shell) {
    this.shell = shell;
    this.list = make("div", { class: "kk-list-of" });
    this.element = frame("deleted_hint", [], this.list);
    speak(this.element);
  }

  async show() {
    await doing(this.shell, async () => {
      const [rules, deletions] = await Promise.all([server.rules(), server.deletions()]);
      [this.rules, this.deletions] = [rules.rules, deletions];
    });
    this.draw();
  }

  draw() {
    if (!this.deletions) return;
    this.list.replaceChildren(table(HEADS, this.deletions.map((one) => this.#row(one)), "none_deleted"));
  }

  #row(one) {
    const rule = this.rules.find((other) => other.record_class === one.record_class);
    const unfinished = one.finished ? null : make("small", { class: "kk-stays" }, say("unfinished"));
    return make("tr", {}, make("td", {}, day(one.at), unfinished),
      titled(one.title || say("title_not_kept"), [one.matter, one.record].filter(Boolean).join(" · ")),
      cell(say(`part_${one.part}`)), cell(rule?.name ?? one.record_class), cell(calendarDay(one.until)), cell(by(one.by)));
  }
}

const BY = { single: "single_person", system: "way_system" };

function by(name) {
  return name in BY ? say(BY[name]) : name;
}
