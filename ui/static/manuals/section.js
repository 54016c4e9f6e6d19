// A section, whole, with the doors to its neighbours, the file it stands in, and what people say of it.

import { make, say } from "../words.js";
import { judge, judgement } from "./judgement.js";
import * as server from "./server.js";
import { editionDate, headings, pageOf, passageText } from "./text.js";

export class SectionView {
  /** `on.closed()` after Esc, `on.problem(sentence)`, `on.moved(passage)` when a neighbour is shown. */
  constructor(on) {
    this.on = on;
    this.element = make("article", { class: "kk-section", hidden: true });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Opens a passage in its section. `shown` is what led here: a hit, or a passage beside a turn. */
  async open(passage, shown = null, { focus = true } = {}) {
    const asked = this.asked = Symbol(passage);
    let section;
    try {
      section = await server.section(passage);
    } catch (error) {
      this.on.problem(error.message);
      return false;
    }
    if (this.asked !== asked) return false; // somebody closed it meanwhile, or went on
    [this.section, this.passage, this.shown] = [section, passage, shown];
    this.element.hidden = false;
    this.refresh();
    this.element.scrollTop = 0;
    const here = this.element.querySelector(".kk-here");
    if (here?.previousElementSibling) here.scrollIntoView({ block: "start" });
    if (focus) this.title.focus({ preventScroll: true });
    if (shown?.display) server.opened(shown.display).catch(() => {});
    return true;
  }

  close() {
    this.asked = null;
    this.element.hidden = true;
    this.section = this.shown = null;
    this.on.closed();
  }

  /** Also after a change of language. */
  refresh() {
    if (!this.section) return;
    const { edition, passages } = this.section;
    const path = headings(this.section.headings, "h2");
    this.title = path.querySelector("h2");
    this.title.tabIndex = -1;
    const old = edition.state === "current" ? null : make("p", { class: "kk-old" }, say(`about_${edition.state}`));
    const reasons = this.shown?.reasons ?? [];
    this.element.replaceChildren(
      make("header", {}, path,
        make("p", { class: "kk-source" }, [edition.title, editionDate(edition), this.#pages()].filter(Boolean).join("  ·  ")), old,
        make("div", { class: "kk-actions" }, this.#file(), this.shown?.display ? judgement(this.shown, this.on.problem) : null,
          make("span", { class: "kk-gap" }),
          make("button", { class: "kk-button kk-small", type: "button", "aria-keyshortcuts": "Escape", onclick: () => this.close() }, say("close")))),
      make("div", { class: "kk-passages" }, ...passages.map(({ id, text }) => make("div", {
        class: id === this.passage && this.shown ? "kk-passage kk-here" : "kk-passage" },
      ...passageText(text, id === this.passage ? reasons : [])))),
      make("nav", { class: "kk-neighbours", "aria-label": say("neighbours") },
        this.#door("before", "section_before", "["), this.#door("after", "section_after", "]")));
  }

  #pages() {
    const pages = this.section.passages.map(({ page }) => page).filter(Boolean);
    if (!pages.length) return "";
    const [first, last] = [pages[0], pages.at(-1)];
    return first === last ? say("page", first) : say("pages", first, last);
  }

  #file() {
    const { edition, passages } = this.section;
    const page = passages.find(({ id }) => id === this.passage)?.page ?? passages[0]?.page;
    const pdf = server.isPdf(edition.file);
    const label = pdf && page ? say("open_file_at", pageOf(page)) : say(pdf ? "open_file" : "save_file");
    this.file = make("a", { class: "kk-button kk-small", href: server.fileAddress(edition, page), target: "_blank", rel: "noopener",
      title: edition.file, "aria-keyshortcuts": "O" }, label);
    return this.file;
  }

  #door(side, label, key) {
    const door = this.section[side];
    return make("button", { class: `kk-door kk-door-${side}`, type: "button", disabled: !door, "aria-keyshortcuts": key,
      onclick: () => this.#go(side) }, make("span", {}, say(label)), make("strong", {}, door?.headings.at(-1) ?? "—"));
  }

  async #go(side) {
    const door = this.section?.[side];
    if (door && await this.open(door.passage)) this.on.moved?.(door.passage);
  }

  judge(verdict) {
    judge(this.shown, verdict, this.on.problem);
  }

  /** Keys of an open section; true when one was taken. */
  key(event) {
    const actions = { Escape: () => this.close(), "[": () => this.#go("before"), "]": () => this.#go("after"),
      o: () => this.file.click(), h: () => this.judge("helped"), w: () => this.judge("wrong") };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || !this.isOpen) return false;
    action();
    return true;
  }
}
