// Search: one box over everything one may see.

import { askToExport } from "../exports/asking.js";
import { Hits } from "../search/hits.js";
import { Narrowing } from "../search/narrowing.js";
import * as server from "../search/server.js";
import { Synonyms } from "../search/synonyms.js";
import { make, say, speak } from "../words.js";

const PAGE = 20;
const EXAMPLES = ["一時保護", "「48時間以内」", "あざ -アザラシ", "泣き声 NEAR/20 夜"];
const TABS = [["find", "tab_find", "/"], ["words", "tab_words", "Y"]];

class Search {
  constructor(shell) {
    this.shell = shell;
    this.narrowing = new Narrowing({ changed: () => this.asked && this.#search() });
    this.hits = new Hits({ open: (recording, second) => shell.go("recordings", recording, second), problem: (sentence) => shell.problem(sentence),
      all: (record) => this.#within(record), more: () => this.#more() });
    this.synonyms = new Synonyms({ problem: (sentence) => shell.problem(sentence), announce: (sentence) => shell.announce(sentence) });
    this.element = this.#build();
    this.refresh();
  }

  #build() {
    const button = (label, action) => make("button", { class: "kk-button kk-small", type: "button", "data-say": label, onclick: action });
    this.links = TABS.map(([id, label, key]) => make("a", { href: `#/search/${id}`, "aria-keyshortcuts": key },
      make("span", { "data-say": label }), make("kbd", { "aria-hidden": "true" }, key)));
    this.box = make("input", { type: "search", class: "kk-question", autocomplete: "off", maxlength: 1000, enterkeyhint: "search",
      "aria-keyshortcuts": "/", "data-say-label": "search_box", onkeydown: (event) => this.#boxKey(event) });
    this.button = make("button", { class: "kk-button kk-main-button", type: "submit", "data-say": "search_button" });
    this.form = make("form", { class: "kk-ask", role: "search", onsubmit: (event) => {
      event.preventDefault();
      this.narrowing.within(null);
      this.#search();
    } }, this.box, this.button);
    this.count = make("span", { class: "kk-found-count" });
    this.only = make("button", { class: "kk-button kk-small", type: "button", hidden: true, onclick: () => this.#within(null) });
    this.summary = make("div", { class: "kk-summary", hidden: true }, this.count, this.only, make("span", { class: "kk-gap" }),
      button("keep_search", () => this.#save()), button("as_table", () => this.#table()), button("export_all", () => this.#export()));
    this.nothing = make("div", { class: "kk-nothing", hidden: true });
    this.welcome = make("div", { class: "kk-welcome kk-first" });
    this.result = make("div", { class: "kk-result" }, this.summary, this.nothing, this.welcome, this.hits.element);
    this.kept = make("ul", { class: "kk-kept" });
    this.side = make("aside", { class: "kk-side" }, make("h2", { "data-say": "kept_searches" }), this.kept);
    this.finding = make("div", { class: "kk-finding" }, this.narrowing.element, make("div", { class: "kk-finding-body" }, this.result, this.side));
    return make("div", { class: "kk-search-place" },
      make("div", { class: "kk-tools" }, make("nav", { class: "kk-tabs", "data-say-label": "search_tabs" }, ...this.links), this.form),
      this.finding, this.synonyms.element);
  }

  mount([tab = "find"]) {
    this.tab = tab === "words" ? "words" : "find";
    this.finding.hidden = this.form.hidden = this.tab !== "find";
    this.synonyms.element.hidden = this.tab !== "words";
    TABS.forEach(([id], index) => {
      if (id === this.tab) this.links[index].setAttribute("aria-current", "page");
      else this.links[index].removeAttribute("aria-current");
    });
    if (this.tab === "words") this.synonyms.load();
    else this.#loadKept();
  }

  unmount() {
    this.hits.stop();
  }

  home() {
    this.shell.go("search");
    this.focus();
  }

  focus() {
    if (this.tab === "words") {
      this.synonyms.focus();
      return;
    }
    this.box.focus({ preventScroll: true });
    this.box.select();
  }

  refresh() {
    speak(this.element);
    this.box.placeholder = say("search_hint");
    this.narrowing.refresh();
    this.synonyms.refresh();
    this.hits.refresh();
    this.#showKept();
    this.#show();
  }

  get keys() {
    if (this.tab === "words") return [];
    return this.hits.isEmpty ? [["/", "search_box"]]
      : [["/", "search_box"], ["J K", "key_found"], ["Space", "key_hear"], ["Enter", "key_open"], ["S", "keep_search"]];
  }

  key(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "y") this.shell.go("search", "words");
    else if (key === "/") {
      this.shell.go("search", "find");
      setTimeout(() => this.focus());
    } else if (this.tab !== "find") return false;
    else if (key === "s" && this.asked) this.#save();
    else if (key === "Escape") this.focus();
    else return this.hits.key(key);
    return true;
  }

  #boxKey(event) {
    if (event.isComposing || event.key !== "ArrowDown" || this.hits.isEmpty) return;
    event.preventDefault();
    this.hits.move(1);
  }

  async #search() {
    const words = this.box.value.trim();
    const filters = this.narrowing.filters;
    if (!words && !Object.keys(filters).length) return;
    this.asked = { words, filters, grouped: !filters.record, limit: PAGE, offset: 0, in_group: 3 };
    const number = this.number = (this.number ?? 0) + 1;
    this.button.setAttribute("aria-busy", "true");
    try {
      const found = await server.search(this.asked);
      if (number !== this.number) return;
      this.found = found;
      this.#show();
      this.hits.show(found.groups, this.#isMore());
      this.result.scrollTop = 0;
      this.shell.announce(say("search_found", found.total, found.recordings));
      this.shell.showKeys();
    } catch (error) {
      this.shell.problem(error.message);
    } finally {
      if (number === this.number) this.button.removeAttribute("aria-busy");
    }
  }

  async #more() {
    const { found, asked } = this;
    try {
      const next = await server.search({ ...asked, offset: found.groups.length });
      if (found !== this.found) return;
      found.groups = [...found.groups, ...next.groups];
      this.hits.show(found.groups, next.groups.length > 0 && this.#isMore());
    } catch (error) {
      this.shell.problem(error.message);
    }
  }

  #isMore() {
    return this.found.groups.length < (this.asked.grouped ? this.found.recordings : this.found.total);
  }

  #within(record) {
    this.narrowing.within(record);
    this.#search();
  }

  #show() {
    const { found } = this;
    this.welcome.hidden = Boolean(found);
    this.summary.hidden = !found || found.total === 0;
    this.nothing.hidden = !found || found.total > 0;
    this.only.hidden = !this.narrowing.record;
    if (this.narrowing.record) this.only.textContent = say("only_in", this.narrowing.record.title);
    if (found) this.count.textContent = say("search_found", found.total, found.recordings);
    if (!this.nothing.hidden) this.#showNothing();
    if (!this.welcome.hidden) this.#showWelcome();
  }

  /** What was looked for besides, and what else can be done. */
  #showNothing() {
    const tried = this.found.tried.filter(({ others }) => others.length);
    const narrowed = Object.keys(this.asked.filters).length > 0;
    this.nothing.replaceChildren(make("h2", {}, say("found_nothing")),
      ...(tried.length ? [make("p", {}, say("tried_lead")), make("ul", {}, ...tried.map(({ word, others }) =>
        make("li", {}, `${word} → ${others.join("、")}`)))] : []),
      make("p", {}, say("try_lead")),
      make("ul", {}, ...["search_try_fewer", "search_try_other", "search_try_words"].map((key) => make("li", {}, say(key)))),
      ...(narrowed ? [make("div", { class: "kk-actions" },
        make("button", { class: "kk-button", type: "button", onclick: () => this.narrowing.clear() }, say("clear_filters")))] : []));
  }

  #showWelcome() {
    this.welcome.replaceChildren(make("h2", {}, say("search_welcome")), make("p", { class: "kk-hint" }, say("search_welcome_hint")),
      make("ul", { class: "kk-examples" }, ...EXAMPLES.map((text) => make("li", {}, make("button", { class: "kk-button kk-example", type: "button",
        onclick: () => {
          this.box.value = text;
          this.#search();
        } }, text)))),
      make("p", { class: "kk-hint" }, say("search_syntax")));
  }

  async #loadKept() {
    try {
      this.searches = await server.saved();
      this.#showKept();
    } catch (error) {
      this.shell.problem(error.message);
    }
  }

  #showKept() {
    const rows = (this.searches ?? []).map((one) => make("li", {},
      make("button", { class: "kk-button kk-kept-search", type: "button", title: one.words, onclick: () => this.#again(one) }, one.name),
      make("button", { class: "kk-button kk-small", type: "button", "aria-label": say("forget_search", one.name), onclick: () => this.#forget(one) }, "×")));
    this.kept.replaceChildren(...(rows.length ? rows : [make("li", { class: "kk-note" }, say("no_kept"))]));
  }

  #again(one) {
    this.box.value = one.words;
    this.narrowing.filters = one.filters;
    this.#search();
  }

  async #save() {
    const { words, filters } = this.asked;
    await this.#try(() => server.save(words || Object.values(filters).join(" "), words, filters), say("search_kept"));
  }

  #forget(one) {
    return this.#try(() => server.forget(one.id), say("search_forgotten"));
  }

  async #try(act, sentence) {
    try {
      await act();
      await this.#loadKept();
      this.shell.announce(sentence);
    } catch (error) {
      this.shell.problem(error.message);
    }
  }

  #export() {
    const { words, filters } = this.asked;
    return askToExport(this.shell, { words, filters }, this.found.recordings);
  }

  async #table() {
    try {
      const { name, blob } = await server.table(this.asked);
      const link = make("a", { href: URL.createObjectURL(blob), download: name });
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      this.shell.problem(error.message);
    }
  }
}

export const place = { id: "search", label: "place_search", rights: ["view"], make: (shell) => new Search(shell) };
