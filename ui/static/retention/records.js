// When each record falls due, what is first before the others.

import { cell, doing, small, table } from "../people/tables.js";
import { calendarDay, make, say, speak } from "../words.js";
import { askToHold } from "./asking.js";
import { frame, titled } from "./parts.js";
import { why } from "./reasons.js";
import * as server from "./server.js";

const HEADS = ["head_title", "head_date", "head_class", "head_due", "head_why", "head_do"];

export class Records {
  constructor(shell) {
    this.shell = shell;
    this.list = make("div", { class: "kk-list-of" });
    this.element = frame("records_hint", [], this.list);
    speak(this.element);
  }

  async show() {
    await doing(this.shell, async () => {
      const { records, total } = await server.records(0);
      [this.records, this.total] = [records, total];
    });
    this.draw();
  }

  async #more() {
    await doing(this.shell, async () => {
      const { records, total } = await server.records(this.records.length);
      [this.records, this.total] = [[...this.records, ...records], total];
    });
    this.draw();
  }

  draw() {
    if (!this.records) return;
    const left = this.total - this.records.length;
    this.list.replaceChildren(table(HEADS, this.records.map((one) => this.#row(one)), "no_records"),
      ...(left ? [make("button", { class: "kk-button", type: "button", onclick: () => this.#more() }, say("more_records", left))] : []));
  }

  #row(one) {
    const part = !one.whole || (one.sound && one.sound < one.whole) ? "sound" : "whole";
    const held = one.holds.map((hold) => make("small", { class: "kk-stays" }, say("held_because", hold.reason)));
    return make("tr", {}, titled(one.title, one.matter_name), cell(calendarDay(one.day)), cell(one.rule?.name ?? say("no_class")),
      make("td", {}, ...dates(one)), make("td", {}, why(one.rule, one.sound || !one.rule ? part : "whole", one.counting), ...held),
      make("td", { class: "kk-row-actions" }, small("hold_short", () => this.#hold(one))));
  }

  async #hold(one) {
    if (await askToHold(this.shell, one.record, one.title)) await this.show();
  }
}

/** The days on which the sound and the record fall due. */
export function dates(one) {
  const sound = one.sound ? [make("div", {}, say("due_sound", calendarDay(one.sound)))] : [];
  return [...sound, make("div", {}, one.whole ? say("due_whole", calendarDay(one.whole)) : say("due_never"))];
}
