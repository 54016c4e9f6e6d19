// Choosing several recordings of the list, to export them at once.

import { make, say } from "../words.js";
import { askToExport } from "./asking.js";

export class Choosing {
  /** `on.entries()` gives the list; `on.changed()` when something was chosen. */
  constructor(shell, on) {
    this.shell = shell;
    this.on = on;
    this.ids = null;
    const button = (action, main = false) => make("button", { class: `kk-button kk-small ${main ? "kk-main-button" : ""}`, type: "button", onclick: action });
    this.start = button(() => this.#begin());
    this.go = button(() => this.#export(), true);
    this.all = button(() => this.#all());
    this.stop = button(() => this.#end());
    this.element = make("div", { class: "kk-choosing" }, this.start, this.go, this.all, this.stop);
  }

  get isOn() {
    return this.ids !== null;
  }

  get state() {
    return this.ids && [...this.ids];
  }

  /** The buttons, as things stand; what is gone is chosen no more. */
  show() {
    const there = this.#finished;
    if (this.isOn) this.ids = new Set(there.filter((id) => this.ids.has(id)));
    this.start.hidden = this.isOn || there.length < 2;
    for (const one of [this.go, this.all, this.stop]) one.hidden = !this.isOn;
    this.go.disabled = !this.ids?.size;
    this.start.textContent = say("choose_several");
    this.go.textContent = say("chosen", this.ids?.size ?? 0);
    this.all.textContent = say("choose_all");
    this.stop.textContent = say("choose_stop");
  }

  /** A line of the list says whether it is chosen. */
  mark(button, entry) {
    button.classList.toggle("kk-choice", this.isOn);
    button.disabled = this.isOn && entry.state !== "done";
    if (this.isOn) button.setAttribute("aria-pressed", String(this.ids.has(entry.id)));
    else button.removeAttribute("aria-pressed");
  }

  toggle(id) {
    if (!this.ids.delete(id)) this.ids.add(id);
    this.on.changed();
  }

  get #finished() {
    return this.on.entries().filter(({ state }) => state === "done").map(({ id }) => id);
  }

  #begin() {
    this.ids = new Set();
    this.on.changed();
    this.all.focus();
  }

  #all() {
    this.ids = new Set(this.#finished);
    this.on.changed();
  }

  #end() {
    this.ids = null;
    this.on.changed();
    this.start.focus();
  }

  async #export() {
    const records = [...this.ids];
    if (!await askToExport(this.shell, { records }, records.length)) return;
    this.ids = null;
    this.on.changed();
  }
}
