// The rules: how long records of a class are kept, and their sound.

import { askFor } from "../dialogs.js";
import { cell, doing, small, table } from "../people/tables.js";
import { make, say, speak } from "../words.js";
import { askToDelete } from "./asking.js";
import { frame, next, titled } from "./parts.js";
import { soundTime, wholeTime } from "./reasons.js";
import * as server from "./server.js";

const HEADS = ["head_class", "head_kept", "head_sound", "head_do"];
const NEW = { record_class: "", name: "", years: 5, counting: "record", sound_days: null };

export class Rules {
  constructor(shell) {
    this.shell = shell;
    this.list = make("div", { class: "kk-list-of" });
    this.element = frame("rules_hint", [make("button", { class: "kk-button kk-main-button", type: "button", "data-say": "add_class",
      onclick: () => this.#ask(NEW) })], this.list);
    speak(this.element);
  }

  async show() {
    await doing(this.shell, async () => {
      ({ rules: this.rules, daily: this.daily, today: this.today } = await server.rules());
    });
    this.draw();
  }

  draw() {
    if (!this.rules) return;
    this.list.replaceChildren(table(HEADS, this.rules.map((rule) => make("tr", {}, titled(rule.name, rule.record_class), cell(wholeTime(rule)),
      cell(soundTime(rule)), make("td", { class: "kk-row-actions" }, small("change_rule", () => this.#ask(rule))))), "no_rules"));
  }

  async #ask(rule) {
    let wanted;
    let going = [];
    const done = await askFor(this.shell, {
      title: rule === NEW ? say("add_class") : say("rule_of", rule.name), yes: say("save"),
      fields: [
        ...(rule === NEW ? [{ name: "record_class", label: say("class_id"), required: true, hint: say("class_id_hint") }] : []),
        { name: "name", label: say("class_name"), value: rule.name, required: true },
        { name: "years", label: say("rule_years"), value: rule.years ?? "", hint: say("rule_years_hint") },
        { name: "counting", kind: "choice", label: say("rule_counting"), value: rule.counting,
          options: ["record", "birth"].map((one) => [one, say(`counting_${one}`)]) },
        { name: "sound_days", label: say("rule_sound"), value: rule.sound_days ?? "", hint: say("rule_sound_hint") },
      ],
      submit: async (values) => {
        wanted = { record_class: rule.record_class, ...values, years: number(values.years), sound_days: number(values.sound_days) };
        const due = await server.plan(next(this.today), wanted);
        going = due.filter((one) => one.record_class === wanted.record_class && !one.stays);
        if (!this.daily || !going.length) await server.setRule(wanted, "");
      },
    });
    if (done && going.length) await this.#tellGoing(wanted, going);
    await this.show();
  }

  /** With this rule something falls due at once: by itself it is deleted only after somebody confirmed it. */
  #tellGoing(rule, going) {
    if (this.daily) {
      return askToDelete(this.shell, { title: say("rule_of", rule.name), text: say("rule_deletes", going.length), going, yes: say("save"),
        submit: (typed) => server.setRule(rule, typed) });
    }
    return this.shell.announce(say("rule_due", going.length));
  }
}

/** An empty field is none; what is no number is left to the server to refuse. */
function number(text) {
  const plain = text.normalize("NFKC").trim();
  if (!plain) return null;
  return /^\d{1,6}$/.test(plain) ? Number(plain) : 0;
}
