// What narrows a search: the chips under the box.

import { make, say, speak } from "../words.js";

const ROLES = ["chair", "member", "official", "witness", "caller", "worker"];
const KINDS = ["meeting", "call"];

export class Narrowing {
  /** `on.changed()` when something was chosen. */
  constructor(on) {
    this.on = on;
    const text = (name, width) => make("input", { type: "text", name, class: `kk-chip-field ${width}`, autocomplete: "off", maxlength: 100,
      "data-say-label": `by_${name}`, onchange: () => this.#changed() });
    const choice = (name, values, prefix) => make("select", { name, "data-say-label": `by_${name}`, onchange: () => this.#changed() },
      make("option", { value: "", "data-say": "any" }), ...values.map((value) => make("option", { value, "data-say": `${prefix}${value}` })));
    this.fields = { from: text("from", "kk-short"), to: text("to", "kk-short"), speaker: text("speaker", ""),
      role: choice("role", ROLES, "role_"), kind: choice("kind", KINDS, "kind_"), matter: text("matter", "") };
    const chip = (label, ...fields) => make("div", { class: "kk-chip" }, make("span", { "data-say": label, "aria-hidden": "true" }), ...fields);
    this.clearButton = make("button", { class: "kk-button kk-small", type: "button", hidden: true, "data-say": "clear_filters",
      onclick: () => this.clear() });
    this.element = make("div", { class: "kk-chips", role: "group", "data-say-label": "narrow" },
      chip("by_period", this.fields.from, make("span", { "aria-hidden": "true" }, "〜"), this.fields.to),
      chip("by_speaker", this.fields.speaker), chip("by_role", this.fields.role),
      chip("by_kind", this.fields.kind), chip("by_matter", this.fields.matter), this.clearButton);
    this.record = null;
  }

  /** As the server takes them. */
  get filters() {
    const given = Object.entries(this.fields).map(([name, field]) => [name, field.value.trim()]).filter(([, value]) => value);
    return Object.fromEntries(this.record ? [...given, ["record", this.record.id]] : given);
  }

  set filters(filters) {
    for (const [name, field] of Object.entries(this.fields)) field.value = filters[name] ?? "";
    this.record = null;
    this.#mark();
  }

  /** Only in one recording, until that is taken back. */
  within(record) {
    this.record = record;
    this.#mark();
  }

  clear() {
    this.filters = {};
    this.on.changed();
  }

  refresh() {
    speak(this.element);
    this.fields.from.placeholder = say("from_hint");
    this.fields.to.placeholder = say("to_hint");
    for (const name of ["speaker", "matter"]) this.fields[name].placeholder = say("any");
    this.#mark();
  }

  #changed() {
    this.#mark();
    this.on.changed();
  }

  #mark() {
    for (const field of Object.values(this.fields)) field.closest(".kk-chip").classList.toggle("kk-set", this.#isSet(field));
    this.clearButton.hidden = Object.keys(this.filters).length === 0;
  }

  #isSet(field) {
    return [...field.closest(".kk-chip").querySelectorAll("input, select")].some((one) => one.value.trim());
  }
}
