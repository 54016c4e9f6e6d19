// Holds: records and matters that must stay, whatever their rule says.

import { askFor } from "../dialogs.js";
import { cell, doing, small, table } from "../people/tables.js";
import { matters } from "../server.js";
import { day, make, say, speak } from "../words.js";
import { askToRelease } from "./asking.js";
import { frame, next, titled } from "./parts.js";
import * as server from "./server.js";

const HEADS = ["head_subject", "head_reason", "head_since", "head_by", "head_do"];

export class Holds {
  constructor(shell) {
    this.shell = shell;
    this.list = make("div", { class: "kk-list-of" });
    this.element = frame("holds_hint", [make("button", { class: "kk-button kk-main-button", type: "button", "data-say": "hold_add",
      onclick: () => this.#add() })], this.list);
    speak(this.element);
  }

  async show() {
    await doing(this.shell, async () => {
      [this.holds, this.matters] = await Promise.all([server.holds(), matters()]);
    });
    this.draw();
  }

  draw() {
    if (!this.holds) return;
    this.list.replaceChildren(table(HEADS, this.holds.map((hold) => this.#row(hold)), "no_holds"));
  }

  #row(hold) {
    const matter = this.matters.find((one) => one.id === hold.subject);
    const under = matter ? say("hold_on_matter", say(`kind_of_${matter.kind}`)) : hold.subject;
    return make("tr", {}, titled(hold.name, under), cell(hold.reason), cell(day(hold.since)), cell(hold.by || say("single_person")),
      make("td", { class: "kk-row-actions" }, small("release", () => this.#release(hold))));
  }

  async #add() {
    const done = await askFor(this.shell, {
      title: say("hold_add"), text: say("hold_text"), yes: say("hold_set"),
      fields: [
        { name: "matter", kind: "choice", label: say("hold_matter"), value: "",
          options: [["", say("hold_no_matter")], ...this.matters.map((one) => [one.id, `${one.name} (${say(`kind_of_${one.kind}`)})`])] },
        { name: "record", label: say("hold_record"), hint: say("hold_record_hint") },
        { name: "reason", kind: "long", label: say("hold_reason"), required: true, hint: say("hold_reason_hint") },
      ],
      submit: ({ matter, record, reason }) => {
        if (Boolean(matter) === Boolean(record.trim())) throw new Error(say("hold_one"));
        return server.hold(matter || record, reason);
      },
    });
    if (done) await this.show();
  }

  async #release(hold) {
    let freed = 0;
    await doing(this.shell, async () => { freed = await freedBy(hold, next((await server.rules()).today)); });
    if (await askToRelease(this.shell, hold, hold.name || hold.subject, freed)) await this.show();
  }
}

/** How many records fall due by that day and are kept by this hold alone. What is due comes first in the list. */
async function freedBy(hold, day) {
  let found = 0;
  for (let start = 0; ;) {
    const { records, total } = await server.records(start);
    const due = records.filter(({ whole, sound }) => (whole && whole <= day) || (sound && sound <= day));
    found += due.filter(({ holds }) => holds.length === 1 && holds[0].id === hold.id).length;
    start += records.length;
    if (due.length < records.length || start >= total) return found;
  }
}
