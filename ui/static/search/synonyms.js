// Words that mean the same: one is found when another is asked for.

import { make, say, speak } from "../words.js";
import * as server from "./server.js";

export class Synonyms {
  /** `on.problem(sentence)`, `on.announce(sentence)`. */
  constructor(on) {
    this.on = on;
    this.groups = [];
    this.box = make("input", { type: "text", class: "kk-question", maxlength: 400, autocomplete: "off", "data-say-label": "synonym_new" });
    this.filter = make("input", { type: "search", class: "kk-question", autocomplete: "off", "data-say-label": "synonym_filter",
      oninput: () => this.#list() });
    this.list = make("ul", { class: "kk-synonyms" });
    this.element = make("div", { class: "kk-words-place", hidden: true },
      make("p", { class: "kk-hint", "data-say": "synonym_hint" }),
      make("form", { class: "kk-ask", onsubmit: (event) => {
        event.preventDefault();
        this.#add();
      } }, this.box, make("button", { class: "kk-button kk-main-button", type: "submit", "data-say": "synonym_add" })),
      this.filter, this.list);
  }

  async load() {
    try {
      this.groups = await server.synonyms();
      this.#list();
    } catch (error) {
      this.on.problem(error.message);
    }
  }

  refresh() {
    speak(this.element);
    this.box.placeholder = say("synonym_example");
    this.filter.placeholder = say("synonym_filter");
    this.#list();
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  #list() {
    const wanted = this.filter.value.trim();
    const shown = this.groups.filter(({ words }) => words.some((word) => word.includes(wanted)));
    this.list.replaceChildren(...shown.map((group) => make("li", {},
      make("span", {}, group.words.join(" = ")),
      group.own ? make("span", { class: "kk-badge" }, say("synonym_own")) : null,
      make("button", { class: "kk-button kk-small", type: "button", onclick: () => this.#remove(group) }, say("synonym_remove")))));
  }

  async #add() {
    const line = this.box.value.trim();
    if (line && await this.#change(() => server.addSynonyms(line))) this.box.value = "";
  }

  #remove(group) {
    return this.#change(() => server.removeSynonyms(group.words.join(" = ")));
  }

  async #change(act) {
    try {
      await act();
      await this.load();
      this.on.announce(say("synonym_changed"));
      return true;
    } catch (error) {
      this.on.problem(error.message);
      return false;
    }
  }
}
