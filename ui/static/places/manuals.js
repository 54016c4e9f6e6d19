// Manuals: ask them, look after them, see what helped.

import { Ask } from "../manuals/ask.js";
import { Changes } from "../manuals/changes.js";
import { settled } from "../manuals/judgement.js";
import { Shelf } from "../manuals/library.js";
import { Report } from "../manuals/report.js";
import * as server from "../manuals/server.js";
import { make, speak } from "../words.js";

const TABS = [["ask", "tab_ask", "/"], ["library", "tab_library", "L"], ["report", "tab_report", "R"]];
const BUSY = 1500;
const IDLE = 8000;

class Manuals {
  constructor(shell) {
    this.shell = shell;
    const on = { problem: (sentence) => shell.problem(sentence), announce: (sentence) => shell.announce(sentence) };
    this.ask = new Ask({ ...on, library: () => shell.go("manuals", "library"), reading: (passage) => this.#reading(passage) });
    this.shelf = new Shelf({ ...on, changed: () => this.#load(), confirm: (question) => shell.confirm(question),
      compare: (edition) => this.#compare(edition) });
    this.changes = new Changes({ ...on, closed: () => this.#compared() });
    this.report = new Report();
    this.element = this.#build();
    this.ask.refresh();
    this.shelf.refresh();
    this.report.refresh();
    this.#tick();
  }

  #build() {
    this.links = TABS.map(([id, label, key]) => make("a", { href: `#/manuals/${id}`, "aria-keyshortcuts": key },
      make("span", { "data-say": label }), make("kbd", { "aria-hidden": "true" }, key)));
    this.parts = { ask: this.ask.element, library: this.shelf.element, report: this.report.element };
    return make("div", { class: "kk-manuals-place" },
      make("div", { class: "kk-tools" }, make("nav", { class: "kk-tabs", "data-say-label": "tabs" }, ...this.links), this.ask.bar),
      ...Object.values(this.parts), this.changes.element);
  }

  mount([tab = "ask", passage]) {
    this.mounted = true;
    this.tab = tab in this.parts ? tab : "ask";
    for (const [id, part] of Object.entries(this.parts)) part.hidden = id !== this.tab || (id === "library" && this.changes.isOpen);
    this.changes.element.hidden = !(this.tab === "library" && this.changes.found);
    this.ask.bar.hidden = this.tab !== "ask";
    TABS.forEach(([id], index) => {
      if (id === this.tab) this.links[index].setAttribute("aria-current", "page");
      else this.links[index].removeAttribute("aria-current");
    });
    this.#load();
    if (passage) this.ask.read(passage).then(() => this.shell.showKeys());
    this.#look();
  }

  unmount() {
    this.mounted = false;
  }

  home() {
    this.shell.go("manuals");
    this.ask.focus();
  }

  focus() {
    if (this.tab === "ask") this.ask.focus();
    else this.links[TABS.findIndex(([id]) => id === this.tab)].focus({ preventScroll: true });
  }

  refresh() {
    for (const part of [this.ask, this.shelf, this.changes, this.report]) part.refresh();
    speak(this.element);
    this.#load();
  }

  get keys() {
    return this.#part.keys;
  }

  get #part() {
    return { ask: this.ask, library: this.changes.isOpen ? this.changes : this.shelf, report: this.report }[this.tab];
  }

  key(event) {
    if (this.#part.key(event)) return true;
    const tab = TABS.find(([, , key]) => key === (event.key.length === 1 ? event.key.toUpperCase() : event.key));
    if (!tab) return false;
    this.shell.go("manuals", tab[0]);
    if (tab[0] === "ask") {
      this.mount(["ask"]); // at once: what is typed next belongs into the box
      this.ask.focus();
    }
    return true;
  }

  /** The list as it is now; the counts only where they are looked at, since they read the whole log. */
  async #load() {
    try {
      const library = await server.library();
      if (JSON.stringify(library.editions) !== this.known) this.ask.knows(library.editions);
      this.known = JSON.stringify(library.editions);
      this.shelf.show(library);
      this.shell.showKeys();
      if (this.lost) this.shell.calm();
      this.lost = false;
    } catch (error) {
      this.lost = error.offline;
      this.shell.problem(error.message, { lost: this.lost });
    }
  }

  async #look() {
    if (this.tab === "ask") return;
    try {
      await settled();
      const { sections } = await server.report();
      this.report.show(sections);
      this.shelf.count(sections);
    } catch (error) {
      this.shell.problem(error.message);
    }
  }

  async #tick() {
    await new Promise((resolve) => setTimeout(resolve, this.shelf.isBusy || this.lost ? BUSY : IDLE));
    if (this.mounted && !document.hidden && (this.tab === "library" || this.shelf.isBusy || this.lost)) await this.#load();
    this.#tick();
  }

  /** What is read stands in the address: a reload shows it again. */
  #reading(passage) {
    this.shell.stand("manuals", "ask", ...(passage ? [passage] : []));
    this.shell.showKeys();
  }

  async #compare(edition) {
    this.compared = edition;
    if (!await this.changes.open(edition)) return;
    this.shelf.element.hidden = true;
    this.shell.showKeys();
  }

  #compared() {
    this.shelf.element.hidden = false;
    this.shelf.element.querySelector(`[data-edition="${this.compared.id}"] [data-do="changes"]`)?.focus();
    this.shell.showKeys();
  }
}

export const place = { id: "manuals", label: "place_manuals", make: (shell) => new Manuals(shell) };
