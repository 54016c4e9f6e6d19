// The dry run: what a deletion on a day takes away, and what is due and stays. And the deletion itself.

import { cell, doing, table } from "../people/tables.js";
import { calendarDay, make, say, speak } from "../words.js";
import { askToDelete } from "./asking.js";
import { frame, next, titled } from "./parts.js";
import { why } from "./reasons.js";
import * as server from "./server.js";

const HEADS = ["head_title", "head_date", "head_class", "head_part", "head_until", "head_why"];

export class Due {
  constructor(shell) {
    this.shell = shell;
    this.day = make("input", { type: "date", id: "kk-due-day", onchange: () => this.#look() });
    this.remove = make("button", { class: "kk-button kk-main-button", type: "button", onclick: () => this.#delete() });
    this.daily = make("button", { class: "kk-button", type: "button", onclick: () => this.#switch() });
    this.state = make("p", { class: "kk-outcome", role: "status" });
    this.list = make("div", { class: "kk-list-of" });
    this.element = frame("due_hint", [this.remove, this.daily],
      make("div", { class: "kk-due-line" }, make("label", { for: "kk-due-day", "data-say": "due_day" }), this.day, this.state), this.list);
    speak(this.element);
  }

  async show() {
    await doing(this.shell, async () => {
      ({ rules: this.rules, daily: this.isDaily, today: this.today } = await server.rules());
      this.day.min = this.today;
      this.day.value ||= next(this.today);
      [this.due, this.now, this.tomorrow] = await Promise.all([this.day.value, this.today, next(this.today)].map((day) => server.plan(day)));
    });
    this.draw();
  }

  async #look() {
    if (!this.day.value) return;
    await doing(this.shell, async () => { this.due = await server.plan(this.day.value); });
    this.draw();
  }

  get #going() {
    return this.now.filter((one) => !one.stays);
  }

  draw() {
    if (!this.due) return;
    const going = this.due.filter((one) => !one.stays).length;
    const staying = this.due.length - going;
    this.state.textContent = say("due_count", going) + (staying ? say("due_staying", staying) : "");
    this.remove.textContent = say("delete_now", this.#going.length);
    this.remove.hidden = this.#going.length === 0;
    this.daily.textContent = say(this.isDaily ? "daily_stop" : "daily_start");
    this.element.querySelector(".kk-hint").dataset.say = this.isDaily ? "daily_on" : "daily_off";
    speak(this.element);
    this.list.replaceChildren(table(HEADS, this.due.map((one) => this.#row(one)), "nothing_due"));
  }

  #row(one) {
    const rule = this.rules.find((other) => other.record_class === one.record_class);
    const stays = one.stays ? make("small", { class: "kk-stays" }, say(`stays_${one.stays}`)) : null;
    return make("tr", { class: one.stays ? "kk-stopped" : "" }, titled(one.title), cell(calendarDay(one.day)), cell(rule.name),
      cell(say(`part_${one.part}`)), cell(calendarDay(one.until)), make("td", {}, why(rule, one.part, one.counting), stays));
  }

  async #delete() {
    const going = this.#going;
    let gone = 0;
    const done = await askToDelete(this.shell, { title: say("delete_title"), going, yes: say("delete_yes"),
      submit: async (typed) => {
        const shown = going.map(({ record, part }) => ({ record, part }));
        ({ gone } = await server.run(shown, typed, (share) => this.shell.announce(`${Math.round(share * 100)}%`)));
      } });
    await this.show();
    if (done) this.state.textContent = say("deleted_now", gone);
  }

  async #switch() {
    const submit = (typed) => server.setDaily(!this.isDaily, typed);
    const going = this.tomorrow.filter((one) => !one.stays);
    if (this.isDaily) await doing(this.shell, () => submit(""));
    else await askToDelete(this.shell, { title: say("daily_start"), text: say("daily_text", going.length), going, yes: say("daily_yes"), submit });
    await this.show();
  }
}
