// Beside a transcript: the case or body it belongs to, when it falls due, and what keeps it.

import { askFor } from "./dialogs.js";
import { askToHold, askToRelease } from "./retention/asking.js";
import { why } from "./retention/reasons.js";
import { dates } from "./retention/records.js";
import { forecast } from "./retention/server.js";
import { matters, move } from "./server.js";
import { make, say } from "./words.js";

export class RecordBox {
  /** `on.moved()` when the record is in another case or body. */
  constructor(shell, me, on) {
    this.shell = shell;
    this.rights = me.rights;
    this.on = on;
    this.facts = make("dl", { class: "kk-record-facts" });
    this.summary = make("summary", { "data-say-title": "record_box" });
    this.element = make("details", { class: "kk-record" }, this.summary, this.facts);
  }

  async show(entry) {
    this.entry = entry;
    this.facts.replaceChildren();
    this.summary.textContent = say("record_box");
    await this.#load();
  }

  async #load() {
    const { id } = this.entry;
    try {
      const [found, known] = await Promise.all([forecast(id), matters()]);
      if (this.entry.id !== id) return;
      [this.forecast, this.matters] = [found, known];
      this.refresh();
    } catch (error) {
      this.shell.problem(error.message, { lost: error.offline });
    }
  }

  refresh() {
    if (this.forecast?.record !== this.entry?.id) return;
    const { forecast: found } = this;
    const part = found.sound ? "sound" : "whole";
    const act = (label, onclick) => make("button", { class: "kk-button kk-small", type: "button", onclick }, say(label));
    const may = (right, button) => (this.rights.includes(right) ? button : null);
    this.summary.replaceChildren(this.#matter(), make("small", { class: found.holds.length ? "kk-stays" : "" },
      found.holds.length ? say("record_is_held") : dates(found).map((one) => one.textContent).join(say("list_comma"))));
    this.facts.replaceChildren(
      ...fact("record_matter", this.#matter(), may("edit", act("record_move", () => this.#move()))),
      ...fact("record_due", ...dates(found), make("small", {}, why(found.rule, part, found.counting))),
      ...(found.holds.length || this.rights.includes("retention")
        ? fact("record_held", ...found.holds.map((hold) => make("div", { class: "kk-stays" }, hold.reason, " ",
          may("retention", act("release", () => this.#release(hold))))),
        found.holds.length ? null : may("retention", act("hold_short", () => this.#hold())))
        : []));
  }

  #matter() {
    if (!this.forecast.matter) return say("record_no_matter");
    return this.matters.find((one) => one.id === this.forecast.matter)?.name ?? say("record_other_matter");
  }

  async #move() {
    const { matter } = this.forecast;
    const open = this.matters.filter((one) => !one.closed || one.id === matter);
    const done = await askFor(this.shell, { title: say("move_title"), text: say("move_text"), yes: say("move_yes"),
      fields: [{ name: "matter", kind: "choice", label: say("record_matter"), value: matter,
        options: [["", say("record_no_matter")], ...open.map((one) => [one.id, one.name])] }],
      submit: (values) => move(this.entry.id, values.matter) });
    if (!done) return;
    this.shell.announce(say("moved"));
    await this.on.moved();
    if (this.entry) await this.#load();
  }

  async #hold() {
    if (await askToHold(this.shell, this.entry.id, this.entry.title)) await this.#load();
  }

  async #release(hold) {
    if (await askToRelease(this.shell, hold, this.entry.title, 0)) await this.#load();
  }
}

const fact = (label, ...content) => [make("dt", {}, say(label)), make("dd", {}, ...content.filter(Boolean))];
