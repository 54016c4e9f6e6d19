// Where manuals are dropped; each file has its own line with what became of it.

import { takeDrops } from "../drops.js";
import { Refusal } from "../server.js";
import { make, say, size, speak } from "../words.js";
import * as server from "./server.js";

export class ManualIntake {
  /** `on.added()` when the library has changed. */
  constructor(on) {
    this.on = on;
    this.free = Infinity;
    this.waiting = [];
    this.element = this.#build();
    takeDrops(this.zone, (files) => this.take(files));
  }

  #build() {
    this.files = make("input", { type: "file", multiple: true, id: "kk-manual-files", class: "kk-unseen",
      accept: ".docx,.pdf,.xlsx,.md,.html,.htm,.txt", onchange: () => {
        this.take(this.files.files);
        this.files.value = "";
      } });
    this.zone = make("div", { class: "kk-drop" }, make("strong", { "data-say": "drop_manuals" }),
      make("label", { for: "kk-manual-files", class: "kk-button kk-small", "data-say": "choose" }),
      make("span", { class: "kk-hint", "data-say": "drop_manuals_hint" }));
    this.manual = make("select", { id: "kk-manual-of" });
    this.date = make("input", { type: "date", id: "kk-manual-date" });
    this.lines = make("ul", { class: "kk-uploads", "aria-live": "polite" });
    const field = (label, input) => make("div", { class: "kk-field" }, make("label", { for: input.id, "data-say": label }), input);
    return make("section", { class: "kk-intake", "data-say-label": "add_manual" }, this.files, this.zone,
      field("edition_of_manual", this.manual), field("edition_date", this.date), this.lines);
  }

  /** The manuals that a file can be an edition of. */
  knows(editions) {
    const chosen = this.manual.value;
    const titles = new Map(editions.toReversed().map(({ manual, title }) => [manual, title]));
    this.manual.replaceChildren(make("option", { value: "", "data-say": "by_file_name" }),
      ...[...titles].map(([key, title]) => make("option", { value: key, selected: key === chosen }, title)));
    speak(this.manual);
  }

  /** Queues files; they are sent one after the other, and what was said of the edition holds for these only. */
  take(files) {
    const wish = { manual: this.manual.value, date: this.date.value };
    this.manual.value = this.date.value = "";
    for (const file of files) {
      const line = make("li", {}, make("span", { class: "kk-name" }, file.name), make("span", { class: "kk-state", "data-say": "uploading" }),
        make("progress", { max: 1, value: 0, "aria-label": file.name }));
      speak(line);
      this.lines.append(line);
      this.waiting.push({ file, wish, line });
    }
    if (!this.sending) this.#next();
  }

  async #next() {
    this.sending = this.waiting.shift() ?? null;
    if (!this.sending) return;
    const { file, wish, line } = this.sending;
    const bar = line.querySelector("progress");
    try {
      if (file.size > this.free) throw new Refusal(say("no_room_manual", file.name, size(file.size), size(this.free)));
      const taken = await server.add(file, wish, (share) => this.#show(line, bar, share)).finished;
      this.#end(line, ...outcome(taken));
    } catch (error) {
      this.#end(line, error.message, "failed");
    }
    this.on.added();
    this.#next();
  }

  /** When everything was sent it is read, and nobody can tell for how long. */
  #show(line, bar, share) {
    if (share < 1) bar.value = share;
    else {
      bar.removeAttribute("value");
      bar.classList.add("kk-alive");
      line.querySelector(".kk-state").textContent = say("reading_manual");
    }
  }

  #end(line, sentence, kind) {
    line.className = `kk-taken kk-taken-${kind}`;
    line.replaceChildren(make("span", { class: "kk-name" }, line.querySelector(".kk-name").textContent),
      make("button", { class: "kk-button kk-small", type: "button", onclick: () => line.remove() }, say("close")),
      make("p", {}, sentence));
  }
}

function outcome({ outcome: what, edition, replaced }) {
  if (what === "already") return [say("taken_already", say(`edition_${edition.state}`)), "already"];
  if (edition.state === "superseded") return [say("taken_older"), "already"];
  return [say(replaced ? "taken_new_edition" : "taken", edition.passages), "added"];
}
