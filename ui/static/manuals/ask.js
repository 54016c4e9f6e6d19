// A question in spoken words; the sections that fit; the one that is read.

import { make, say, speak } from "../words.js";
import { judge, judgement } from "./judgement.js";
import { SectionView } from "./section.js";
import * as server from "./server.js";
import { editionDate, headings, pageOf, reasons, snippet } from "./text.js";

const EXAMPLES = ["隣の家から毎晩子どもの泣き声がする", "顔にあざがあって、叩かれてるみたい", "ご飯を食べさせてもらってないらしい"];

export class Ask {
  /** `on.problem(sentence)`, `on.announce(sentence)`, `on.library()` to see what there is, `on.reading(passage)`. */
  constructor(on) {
    this.on = on;
    this.hits = null;
    this.section = new SectionView({ problem: on.problem, closed: () => this.#closed(), moved: on.reading });
    this.bar = this.#buildBar();
    this.element = this.#build();
  }

  #buildBar() {
    this.box = make("input", { type: "search", id: "kk-question", class: "kk-question", autocomplete: "off", maxlength: 1000,
      enterkeyhint: "search", "aria-keyshortcuts": "/", "data-say-label": "ask", onkeydown: (event) => this.#boxKey(event) });
    this.filter = make("select", { id: "kk-manual", class: "kk-manual", "data-say-label": "among", onchange: () => this.hits && this.#ask() });
    this.button = make("button", { class: "kk-button kk-main-button", type: "submit", "data-say": "ask_button" });
    return make("form", { class: "kk-ask", role: "search", onsubmit: (event) => {
      event.preventDefault();
      this.#ask();
    } }, this.box, this.filter, this.button);
  }

  #build() {
    this.list = make("div", { class: "kk-hits", role: "list", "data-say-label": "hits",
      onclick: (event) => this.#click(event), onfocusin: (event) => this.#focused(event) });
    this.nothing = make("div", { class: "kk-nothing", hidden: true });
    this.welcome = make("div", { class: "kk-welcome kk-first" });
    this.left = make("div", { class: "kk-left" }, this.nothing, this.list);
    this.hint = make("p", { class: "kk-note kk-read-hint", "data-say": "read_hint" });
    this.right = make("div", { class: "kk-right" }, this.hint, this.section.element);
    return make("div", { class: "kk-asked", "data-open": "no" }, this.welcome, this.left, this.right);
  }

  /** What can be asked: the current editions. */
  knows(editions) {
    this.editions = editions.filter(({ state }) => state === "current");
    const chosen = this.filter.value;
    const titles = [...this.editions].sort((one, other) => one.title.localeCompare(other.title, "ja"));
    this.filter.replaceChildren(make("option", { value: "", "data-say": "all_manuals" }),
      ...titles.map(({ manual, title }) => make("option", { value: manual, selected: manual === chosen }, title)));
    speak(this.bar);
    this.#show();
  }

  refresh() {
    this.box.placeholder = say("ask_hint");
    this.section.refresh();
    this.#showHits();
  }

  focus() {
    this.box.focus({ preventScroll: true });
    this.box.select();
  }

  async #ask() {
    const [question, manual] = [this.box.value.trim(), this.filter.value || null];
    if (!question) return;
    const number = this.number = (this.number ?? 0) + 1;
    this.button.setAttribute("aria-busy", "true");
    this.button.textContent = say("asking");
    try {
      const { hits } = await server.search(question, manual);
      if (number !== this.number) return;
      this.hits = hits;
      if (this.section.isOpen) this.section.close();
      this.#showHits();
      this.on.reading(null);
      this.on.announce(hits.length ? say("found", hits.length) : say("nothing_fits"));
      this.left.scrollTop = 0;
    } catch (error) {
      this.on.problem(error.message);
    } finally {
      if (number === this.number) {
        this.button.removeAttribute("aria-busy");
        this.button.textContent = say("ask_button");
      }
    }
  }

  #show() {
    this.welcome.hidden = this.hits !== null || this.section.isOpen;
    this.left.hidden = this.hits === null;
    this.right.hidden = !this.section.isOpen && !this.hits?.length;
    this.hint.hidden = this.section.isOpen;
    this.nothing.hidden = !this.hits || this.hits.length > 0;
    if (!this.welcome.hidden) this.#welcome();
    if (!this.nothing.hidden) this.#tryOther();
  }

  #showHits() {
    this.#show();
    const open = this.section.shown;
    this.rows = (this.hits ?? []).map((hit, index) => this.#row(hit, index, hit === open));
    this.list.replaceChildren(...this.rows);
  }

  #row(hit, index, open) {
    return make("div", { class: `kk-hit ${open ? "kk-open" : ""}`, role: "listitem", tabindex: index === 0 ? 0 : -1, "data-index": index },
      make("div", { class: "kk-hit-head" }, headings(hit.headings), hit.display ? judgement(hit, this.on.problem) : null),
      make("p", { class: "kk-source" }, [hit.edition.title, editionDate(hit.edition), pageOf(hit.page)].filter(Boolean).join("  ·  ")),
      snippet(hit.text, hit.reasons),
      reasons(hit.reasons));
  }

  /** Empty states say what to do next. */
  #welcome() {
    const empty = this.editions?.length === 0;
    const example = (text) => make("li", {}, make("button", { class: "kk-button kk-example", type: "button", onclick: () => {
      this.box.value = text;
      this.#ask();
    } }, text));
    this.welcome.replaceChildren(make("h2", {}, say(empty ? "no_manuals" : "ask_welcome")),
      make("p", { class: "kk-hint" }, say(empty ? "no_manuals_hint" : "ask_welcome_hint")),
      empty
        ? make("div", {}, make("button", { class: "kk-button kk-main-button", type: "button", onclick: () => this.on.library() }, say("go_to_library")))
        : make("ul", { class: "kk-examples" }, ...EXAMPLES.map(example)));
  }

  #tryOther() {
    const all = this.filter.value ? make("button", { class: "kk-button", type: "button", onclick: () => {
      this.filter.value = "";
      this.#ask();
    } }, say("ask_all")) : null;
    const [done, total] = ["embedded", "passages"].map((what) => this.editions.reduce((sum, one) => sum + one[what], 0));
    this.nothing.replaceChildren(make("h2", {}, say("nothing_fits")), make("p", {}, say("try_lead")),
      make("ul", {}, ...["try_other", "try_short", "try_library"].map((key) => make("li", {}, say(key)))),
      ...(done < total ? [make("p", { class: "kk-why" }, say("still_embedding", Math.floor((100 * done) / total)))] : []),
      make("div", { class: "kk-actions" }, ...[all, make("button", { class: "kk-button", type: "button", onclick: () => this.on.library() },
        say("go_to_library"))].filter(Boolean)));
  }

  /** Reads a passage that an address names. */
  async read(passage) {
    if (this.section.passage === passage && this.section.isOpen) return;
    await this.section.open(passage, null, { focus: false });
    this.#show();
  }

  async #open(row) {
    const hit = this.hits[row.dataset.index];
    if (!await this.section.open(hit.passage, hit)) return;
    this.on.reading(hit.passage);
    this.hint.hidden = true;
    for (const one of this.rows) one.classList.toggle("kk-open", one === row);
  }

  #closed() {
    const row = this.rows?.find((one) => one.classList.contains("kk-open"));
    row?.classList.remove("kk-open");
    if (!this.hits) this.#show();
    this.on.reading(null);
    this.hint.hidden = false;
    if (row?.isConnected) row.focus({ preventScroll: true });
    else this.focus();
  }

  #click(event) {
    const row = event.target.closest(".kk-hit");
    if (row && getSelection().isCollapsed) this.#open(row);
  }

  #focused(event) {
    const row = event.target.closest(".kk-hit");
    for (const one of this.rows) one.tabIndex = one === row ? 0 : -1;
  }

  #boxKey(event) {
    if (event.isComposing || event.key !== "ArrowDown" || !this.rows?.length) return;
    event.preventDefault();
    this.#move(1, -1);
  }

  #move(step, from = this.rows.indexOf(document.activeElement?.closest?.(".kk-hit") ?? this.rows.find((one) => one.classList.contains("kk-open")))) {
    const row = this.rows[from + step];
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
    return Boolean(row);
  }

  #judge(verdict) {
    const row = document.activeElement?.closest?.(".kk-hit");
    if (row) judge(this.hits[row.dataset.index], verdict, this.on.problem);
    else if (this.section.isOpen) this.section.judge(verdict);
  }

  get keys() {
    const reading = this.section.isOpen ? [["[ ]", "key_neighbours"], ["O", "key_file"]] : [];
    const listed = this.hits?.length ? [["J K", "key_hits"], ["Enter", "key_read"], ...reading, ["H", "helped"], ["W", "wrong"], ["Esc", "key_back"]] : reading;
    return listed;
  }

  key(event) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "h" || key === "w") {
      this.#judge(key === "h" ? "helped" : "wrong");
      return true;
    }
    if (this.section.key(event)) return true;
    if (key.startsWith("Arrow") && this.section.element.contains(document.activeElement)) return false;
    const row = document.activeElement?.closest?.(".kk-hit");
    const actions = { "/": () => this.focus(), j: () => this.#move(1), ArrowDown: () => this.#move(1), k: () => this.#move(-1),
      ArrowUp: () => this.#move(-1), Escape: () => this.focus(), Enter: () => row && this.#open(row) };
    if (!actions[key] || (key === "Enter" && !row)) return false;
    actions[key]();
    return true;
  }
}
