// Where recordings are dropped, and what is known about them beforehand.

import { takeDrops } from "./drops.js";
import { matters, Refusal, upload } from "./server.js";
import { make, say, size, speak } from "./words.js";

export class Intake {
  /** `on.added(id)` when a recording has arrived, `on.problem(sentence)` when not. */
  constructor(models, on) {
    this.on = on;
    this.free = Infinity;
    this.waiting = [];
    this.sending = null;
    this.element = this.#build(models);
    takeDrops(this.zone, (files) => this.take(files));
  }

  #build(models) {
    this.files = make("input", { type: "file", multiple: true, id: "kk-files", class: "kk-unseen",
      onchange: () => { this.take(this.files.files); this.files.value = ""; } });
    this.zone = make("div", { class: "kk-drop" },
      make("strong", { "data-say": "drop" }),
      make("label", { for: "kk-files", class: "kk-button kk-small", "data-say": "choose" }),
      make("span", { class: "kk-hint", "data-say": "drop_hint" }));
    const kinds = ["auto", "meeting", "call"].map((kind) => make("label", { class: "kk-pill" },
      make("input", { type: "radio", name: "kk-kind", value: kind === "auto" ? "" : kind, checked: kind === "auto" }),
      make("span", { "data-say": `kind_${kind}` })));
    this.count = make("select", { id: "kk-count", onchange: () => this.#showCount() },
      ...["auto", "exact", "range"].map((way) => make("option", { value: way, "data-say": `count_${way}` })));
    const number = (value, label) => make("input", { type: "number", min: 1, max: 40, value, "data-say-label": label });
    [this.least, this.most] = [number(2, "count_least"), number(6, "count_most")];
    this.upTo = make("span", {}, "–");
    this.bounds = make("span", { class: "kk-bounds", hidden: true }, this.least, this.upTo, this.most,
      make("span", { "data-say": "people" }));
    this.model = make("select", { id: "kk-model" }, make("option", { value: "auto", "data-say": "weights_auto" }),
      ...models.map((name) => make("option", { value: name }, name)));
    this.matter = make("select", { id: "kk-matter" }, make("option", { value: "", "data-say": "matter_none" }));
    this.matters = make("div", { class: "kk-field", hidden: true }, make("label", { for: "kk-matter", "data-say": "head_matter" }), this.matter);
    this.#offerMatters();
    this.manuals = make("input", { type: "checkbox", id: "kk-with-manuals" });
    this.uploads = make("ul", { class: "kk-uploads" });
    return make("section", { class: "kk-intake", "data-say-label": "add" },
      this.files, this.zone,
      make("fieldset", {}, make("legend", { "data-say": "kind" }), make("div", { class: "kk-pills" }, ...kinds)),
      make("div", { class: "kk-field" }, make("label", { for: "kk-count", "data-say": "count" }), this.count, this.bounds),
      models.length > 1
        ? make("div", { class: "kk-field" }, make("label", { for: "kk-model", "data-say": "weights" }), this.model)
        : null,
      this.matters,
      make("label", { class: "kk-filter", for: "kk-with-manuals" }, this.manuals, make("span", { "data-say": "with_manuals" })),
      this.uploads);
  }

  /** Cases and bodies that recordings can be put into, where there are any. */
  async #offerMatters() {
    const open = (await matters().catch(() => [])).filter((one) => !one.closed);
    this.matter.append(...open.map(({ id, name }) => make("option", { value: id }, name)));
    this.matters.hidden = open.length === 0;
  }

  #showCount() {
    this.bounds.hidden = this.count.value === "auto";
    this.upTo.hidden = this.most.hidden = this.count.value !== "range";
  }

  #options() {
    const [least, most] = [this.least.value, this.most.value];
    const counts = { auto: "", exact: least, range: `${least}-${most}` };
    return {
      kind: this.element.querySelector("[name=kk-kind]:checked").value,
      speakers: counts[this.count.value],
      model: this.model.value,
      manuals: this.manuals.checked,
      matter: this.matter.value,
    };
  }

  /** Queues files; they are sent one after the other. */
  take(files) {
    const options = this.#options();
    for (const file of files) {
      const item = make("li", {}, make("span", { class: "kk-name" }, file.name),
        make("span", { class: "kk-state", "data-say": "uploading" }),
        make("progress", { max: 1, value: 0, "aria-label": file.name }),
        make("button", { class: "kk-button", type: "button", "data-say": "cancel", onclick: () => this.#drop(entry) }));
      const entry = { file, options, item };
      speak(item);
      this.uploads.append(item);
      this.waiting.push(entry);
    }
    if (!this.sending) this.#next();
  }

  #drop(entry) {
    if (this.sending === entry) entry.transfer.abort();
    this.waiting = this.waiting.filter((one) => one !== entry);
    entry.item.remove();
  }

  async #next() {
    this.sending = this.waiting.shift() ?? null;
    if (!this.sending) return;
    const { file, options, item } = this.sending;
    try {
      if (file.size > this.free) throw new Refusal(say("no_room", file.name, size(file.size), size(this.free)));
      const bar = item.querySelector("progress");
      this.sending.transfer = upload(file, options, (share) => { bar.value = share; });
      const id = await this.sending.transfer.finished;
      if (id) this.on.added(id);
    } catch (error) {
      this.on.problem(error.message);
    }
    item.remove();
    this.#next();
  }
}
