// The library: manuals with their editions, how far each is, and what can be done with it.

import { make, say, speak } from "../words.js";
import { ManualIntake } from "./intake.js";
import * as server from "./server.js";
import { editionDate } from "./text.js";

export class Shelf {
  /** `on.problem(sentence)`, `on.announce(sentence)`, `on.changed()`, `on.confirm(question)`, `on.compare(edition)`. */
  constructor(on) {
    this.on = on;
    this.counts = new Map();
    this.unfolded = new Set();
    this.intake = new ManualIntake({ added: () => on.changed() });
    this.element = this.#build();
  }

  #build() {
    this.troubles = make("section", { class: "kk-troubles", hidden: true });
    this.again = make("button", { class: "kk-button kk-small", type: "button", "data-say": "reindex", "data-say-title": "reindex_why",
      onclick: () => this.#reindex() });
    this.progress = make("progress", { max: 1, hidden: true, "data-say-label": "reindex" });
    this.total = make("p", { class: "kk-note" });
    this.rows = make("ul", { class: "kk-manuals", onfocusin: (event) => this.#focused(event) });
    return make("div", { class: "kk-body kk-library" },
      make("aside", { class: "kk-side" }, this.intake.element, this.troubles),
      make("main", { class: "kk-editions" },
        make("header", { class: "kk-editions-head" }, this.total, make("span", { class: "kk-gap" }), this.progress, this.again),
        this.rows));
  }

  show({ editions, troubles, folder, free, may_change: mayChange }) {
    this.mayChange = mayChange;
    this.intake.element.hidden = this.again.hidden = !mayChange;
    this.intake.free = free;
    this.editions = editions;
    this.folder = folder;
    this.intake.knows(editions);
    this.#showTroubles(troubles);
    this.#showRows();
  }

  /** How often each manual was shown, and helped. */
  count(sections) {
    this.counts = new Map();
    for (const { manual, shown, helped } of sections) {
      const sum = this.counts.get(manual) ?? { shown: 0, helped: 0 };
      this.counts.set(manual, { shown: sum.shown + shown, helped: sum.helped + helped });
    }
    this.#showRows();
  }

  refresh() {
    this.#showRows(true);
  }

  get isBusy() {
    return this.editions?.some(({ state, embedded, passages }) => state === "current" && embedded < passages);
  }

  #showTroubles(troubles) {
    this.troubles.hidden = troubles.length === 0;
    const shown = JSON.stringify([troubles, document.documentElement.lang]);
    if (shown === this.shownTroubles) return;
    this.shownTroubles = shown;
    this.troubles.replaceChildren(make("h3", {}, say("troubles")), make("p", { class: "kk-hint" }, say("troubles_in", this.folder)),
      make("ul", {}, ...troubles.map(({ path, error }) => make("li", {}, make("strong", {}, path), make("p", {}, error[document.documentElement.lang])))));
  }

  /** Rows are written anew only when something has changed, and the focus stays where it was. */
  #showRows(always = false) {
    if (!this.editions) return;
    const shown = JSON.stringify([this.editions, [...this.counts], [...this.unfolded]]);
    if (shown === this.shown && !always) return;
    this.shown = shown;
    const at = document.activeElement?.closest?.("[data-edition]")?.dataset.edition;
    const within = document.activeElement?.dataset?.do;
    const families = Map.groupBy(this.editions, ({ manual }) => manual);
    const current = this.editions.filter(({ state }) => state === "current");
    this.total.textContent = this.editions.length ? say("library_total", current.length, current.reduce((sum, one) => sum + one.passages, 0)) : say("no_manuals_hint");
    this.rows.replaceChildren(...[...families.values()].map((family) => this.#family(family)));
    this.list = [...this.rows.querySelectorAll("[data-edition]")];
    if (this.list[0]) this.list[0].tabIndex = 0;
    const row = this.list.find((one) => one.dataset.edition === at);
    if (row) (row.querySelector(`[data-do="${within}"]`) ?? row).focus({ preventScroll: true });
  }

  /** The edition that is searched, or the newest; the others under it. */
  #family(family) {
    const first = family.find(({ state }) => state === "current") ?? family[0];
    const others = family.filter((one) => one !== first);
    const open = this.unfolded.has(first.manual);
    const fold = others.length ? make("button", { class: "kk-button kk-small", type: "button", "data-do": "fold", "aria-expanded": String(open),
      onclick: () => this.#fold(first.manual) }, say(open ? "fold_editions" : "unfold_editions", others.length)) : null;
    return make("li", {}, this.#row(first, fold), ...(open ? others.map((one) => this.#row(one, null, true)) : []));
  }

  #row(edition, fold, older = false) {
    const { shown = 0, helped = 0 } = this.counts.get(edition.manual) ?? {};
    const button = (name, label, action, title) => make("button", { class: "kk-button kk-small", type: "button", "data-do": name, title,
      onclick: action }, say(label));
    const facts = [edition.file, editionDate(edition), say("passage_count", edition.passages),
      older ? null : shown ? say("shown_helped", shown, helped) : say("never_shown")];
    return make("div", { class: `kk-edition kk-edition-${edition.state} ${older ? "kk-older" : ""}`, "data-edition": edition.id, tabindex: -1, role: "group",
      "aria-label": edition.title },
    make("div", {},
      make("div", { class: "kk-edition-title" }, make("strong", {}, edition.title), make("span", { class: `kk-badge kk-badge-${edition.state}` }, say(`edition_${edition.state}`))),
      make("p", { class: "kk-source" }, facts.filter(Boolean).join("  ·  ")),
      edition.state === "current" && edition.embedded < edition.passages ? this.#embedding(edition) : null),
    make("div", { class: "kk-actions" },
      make("a", { class: "kk-button kk-small", "data-do": "file", href: server.fileAddress(edition), target: "_blank", rel: "noopener" },
        say(server.isPdf(edition.file) ? "open_file" : "save_file")),
      edition.before ? button("changes", "what_changed", () => this.on.compare(edition)) : null,
      this.mayChange ? this.#change(edition, button) : null,
      fold));
  }

  #change(edition, button) {
    return edition.state === "current" ? button("retire", "retire", () => this.#retire(edition), say("retire_why"))
      : button("restore", "restore", () => this.#restore(edition), say("restore_why"));
  }

  #embedding({ title, embedded, passages }) {
    return make("div", { class: "kk-embedding" }, make("span", {}, say("embedding", embedded, passages)),
      make("progress", { max: passages, value: embedded, "aria-label": title }));
  }

  #fold(manual) {
    if (!this.unfolded.delete(manual)) this.unfolded.add(manual);
    this.#showRows();
  }

  async #retire(edition) {
    const wanted = await this.on.confirm({ title: say("retire_title"), text: say("retire_text", edition.title), no: say("keep_searching"), yes: say("retire") });
    if (wanted) await this.#act(server.retire, edition, "is_retired");
  }

  #restore(edition) {
    return this.#act(server.restore, edition, "is_restored");
  }

  async #act(verb, edition, sentence) {
    try {
      await verb(edition.id);
      this.on.announce(say(sentence, edition.title));
    } catch (error) {
      this.on.problem(error.message);
    }
    await this.on.changed();
    this.#rowOf(edition)?.focus();
  }

  #rowOf(edition) {
    return this.list.find((one) => one.dataset.edition === edition.id);
  }

  async #reindex() {
    this.again.disabled = true;
    this.progress.hidden = false;
    try {
      const { editions } = await server.reindex((share) => { this.progress.value = share; });
      this.on.announce(say("reindexed", editions));
    } catch (error) {
      this.on.problem(error.message);
    }
    this.again.disabled = false;
    this.progress.hidden = true;
    speak(this.element);
  }

  #focused(event) {
    const row = event.target.closest("[data-edition]");
    for (const one of this.list) one.tabIndex = one === row ? 0 : -1;
  }

  #move(step) {
    const at = this.list.indexOf(document.activeElement?.closest?.("[data-edition]"));
    const row = this.list[at < 0 ? 0 : at + step];
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  get keys() {
    const change = this.mayChange ? [["X", "key_retire"]] : [];
    return [["J K", "key_editions"], ["O", "key_file"], ["C", "what_changed"], ...change, ["V", "key_fold"]];
  }

  key(event) {
    const row = document.activeElement?.closest?.("[data-edition]");
    const press = (...names) => () => names.map((name) => row?.querySelector(`[data-do="${name}"]`)).find(Boolean)?.click();
    const actions = { j: () => this.#move(1), ArrowDown: () => this.#move(1), k: () => this.#move(-1), ArrowUp: () => this.#move(-1),
      o: press("file"), c: press("changes"), x: press("retire", "restore"), v: press("fold") };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return false;
    action();
    return true;
  }
}
