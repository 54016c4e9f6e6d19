// Beside a transcript: the sections of manuals that fit what is being said.

import { SectionView } from "./manuals/section.js";
import { dateOf, headings, pageOf, reasons } from "./manuals/text.js";
import * as server from "./server.js";
import { clock, make, say } from "./words.js";

const PLACES = 3;
const WORDS = 4;

export class Beside {
  /** `on.problem(sentence)`, `on.announce(sentence)`, `on.reading(open)`, `on.found(passages)`, `on.back()` to the turns. */
  constructor(on) {
    this.on = on;
    this.section = new SectionView({ problem: on.problem, closed: () => this.#closed() });
    this.element = make("section", { class: "kk-beside", "data-say-label": "beside" });
  }

  show(recording, { passages, searched, turns }) {
    if (this.section.isOpen) this.section.close();
    const order = new Map(turns.map((turn, index) => [turn.id, index]));
    this.recording = recording;
    this.searched = searched;
    this.passages = passages.map((passage, number) => ({ ...passage, number, index: order.get(passage.turn) ?? 0 }));
    this.index = -1;
    this.finding = null;
    this.refresh();
  }

  refresh() {
    if (!this.passages) return;
    this.drawn = null;
    this.section.refresh();
    this.#draw();
  }

  /** A turn is played or chosen. What stands there stays until the talk brings something else. */
  at(index) {
    if (!this.passages || index < 0 || index === this.index) return;
    this.index = index;
    this.#draw();
  }

  #fitting() {
    return this.passages.filter((one) => one.index <= this.index).slice(-PLACES).reverse();
  }

  #draw() {
    const fitting = this.#fitting();
    const drawn = JSON.stringify([fitting.map(({ number, index }) => [number, index === this.index]), this.passages.length, this.searched, this.index < 0]);
    if (this.finding !== null || drawn === this.drawn) return;
    this.drawn = drawn;
    const title = make("h3", {}, say("beside"));
    if (!this.passages.length) {
      this.element.replaceChildren(title, make("p", { class: "kk-hint" }, say(this.searched ? "beside_none" : "beside_ask")), this.#button());
      return;
    }
    const hint = fitting.length ? null : make("p", { class: "kk-hint" }, say("beside_hint", this.passages.length));
    this.element.replaceChildren(title, ...[hint].filter(Boolean),
      make("ul", { class: "kk-fitting" }, ...fitting.map((one) => make("li", {}, this.#card(one)))), this.#button("kk-small"));
    fitting.forEach((one, place) => this.#note(one, place + 1));
  }

  #card(one) {
    const here = one.index === this.index;
    return make("button", { class: `kk-card-button ${here ? "kk-now" : ""}`, type: "button", "data-number": one.number, onclick: () => this.#open(one) },
      headings(one.headings, "strong"),
      make("span", { class: "kk-source kk-short", title: [one.title, one.date && say("edition_of", dateOf(one.date))].filter(Boolean).join("  ·  ") },
        [pageOf(one.page), one.title].filter(Boolean).join("  ·  ")),
      reasons(one.reasons, WORDS), make("span", { class: "kk-source" }, here ? say("beside_here") : say("beside_since", clock(one.second))));
  }

  #button(kind = "") {
    return make("button", { class: `kk-button ${kind}`, type: "button", onclick: () => this.#find() }, say(this.searched ? "beside_again" : "beside_find"));
  }

  /** Looks through the whole talk; shows how far it is. */
  async #find() {
    const recording = this.recording;
    const bar = make("progress", { max: 1, value: 0, "aria-label": say("stage_annotate") });
    this.finding = recording;
    this.element.replaceChildren(make("h3", {}, say("beside")), make("p", { class: "kk-hint" }, say("stage_annotate")), bar);
    try {
      const { passages } = await server.findPassages(recording, (share) => { bar.value = share; });
      if (this.recording === recording) this.on.found(passages);
      this.on.announce(say("beside_found", passages.length));
    } catch (error) {
      this.on.problem(error.message);
    }
    if (this.recording !== recording) return;
    this.finding = this.drawn = null;
    this.#draw();
  }

  /** Once for each opening of the recording it is noted that somebody has seen it. */
  #note(one, rank) {
    one.noting ??= server.passageShown(this.recording, one.number, rank).catch(() => null)
      .then((display) => { one.display = display; });
  }

  async #open(one) {
    this.opened = one;
    await one.noting;
    if (await this.section.open(one.passage, one)) this.on.reading(true);
  }

  #closed() {
    this.on.reading(false);
    const card = this.element.querySelector(`[data-number="${this.opened?.number}"]`);
    if (card) card.focus({ preventScroll: true });
    else this.on.back();
  }

  /** Brings the focus here; false where nothing stands here. */
  focus() {
    const first = this.element.querySelector("button");
    first?.focus({ preventScroll: true });
    return Boolean(first);
  }

  get keys() {
    if (this.section.isOpen) return [["[ ]", "key_neighbours"], ["O", "key_file"], ["H", "helped"], ["W", "wrong"], ["Esc", "key_back"]];
    return this.passages?.length ? [["M", "key_beside"]] : [];
  }

  key(event) {
    return this.section.isOpen && this.section.key(event);
  }
}
