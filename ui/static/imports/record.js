// One record as its document tells it: what was read, to be looked at and mended before it is taken.

import { make, say, speak } from "../words.js";

const KINDS = ["meeting", "call"];
const ROLES = ["chair", "member", "official", "witness", "caller", "worker"];
let last = 0;

export class RecordForm {
  /** `matters` are those that records can be put into. */
  constructor(record, matters) {
    this.record = record;
    const field = (label, control, ...more) => {
      control.id = `kk-import-${(last += 1)}`;
      return make("div", { class: "kk-form-field" }, make("label", { for: control.id, "data-say": label }), control, ...more);
    };
    this.skip = make("input", { type: "checkbox", checked: false, onchange: () => this.#dim() });
    this.title = make("input", { type: "text", value: record.title, maxlength: 200, spellcheck: "false" });
    this.day = make("input", { type: "date", value: record.day ?? "", max: "9998-12-31" });
    this.time = make("input", { type: "time", value: (record.time ?? "").slice(0, 5) });
    this.kind = make("select", {}, ...KINDS.map((one) => make("option", { value: one, selected: one === record.kind, "data-say": `kind_${one}` })));
    this.matter = matterChoice(matters, record.matter);
    this.roles = new Map();
    this.fields = make("div", { class: "kk-import-fields" }, field("head_title", this.title),
      make("div", { class: "kk-import-line" }, field("head_date", this.day), field("import_time", this.time),
        field("head_kind", this.kind), field("head_matter", this.matter)));
    this.cautions = make("ul", { class: "kk-cautions" });
    this.speakers = make("div", { class: "kk-import-speakers" });
    this.first = make("div", { class: "kk-import-first" });
    this.element = make("div", { class: "kk-import-record" }, this.cautions, this.fields, this.speakers, this.first);
    this.refresh();
  }

  refresh() {
    const { doubts, missing, known, body, matter } = this.record;
    const cautions = [known ? say("import_known") : "", missing ? say("import_missing", missing) : "",
      body && !matter && !missing ? say("import_body", body) : "",
      ...doubts.map((one) => say(`doubt_${one}`))].filter(Boolean);
    this.cautions.replaceChildren(...cautions.map((one) => make("li", {}, one)));
    this.speakers.replaceChildren(make("h4", {}, say("import_speakers", this.record.speakers.length)),
      make("ul", {}, ...this.record.speakers.map((one) => this.#speaker(one))));
    this.first.replaceChildren(make("h4", {}, say("import_first", this.record.turns)), make("dl", {}, ...this.record.first.flatMap(
      (turn) => [make("dt", {}, turn.speaker), make("dd", {}, turn.text)])));
    speak(this.element);
  }

  #speaker(one) {
    const chosen = this.roles.get(one.id) ?? one.role;
    const own = chosen && !ROLES.includes(chosen) ? [make("option", { value: chosen, selected: true }, chosen)] : [];
    const role = make("select", { "aria-label": say("import_role_of", one.name), onchange: () => this.roles.set(one.id, role.value) },
      make("option", { value: "", selected: !chosen }, say("import_no_role")), ...own,
      ...ROLES.map((name) => make("option", { value: name, selected: name === chosen }, say(`role_${name}`))));
    return make("li", {}, make("span", { class: "kk-name" }, one.name || say("import_nameless")), make("span", { class: "kk-state" }, say("import_turns", one.turns)), role);
  }

  #dim() {
    this.fields.inert = this.speakers.inert = this.skip.checked;
    this.element.classList.toggle("kk-skipped", this.skip.checked);
  }

  /** What somebody says of it, for the server. */
  get wish() {
    const time = this.time.value === (this.record.time ?? "").slice(0, 5) ? this.record.time : this.time.value || null;
    return { skip: this.skip.checked, title: this.title.value, day: this.day.value || null, time,
      undated: !this.day.value, kind: this.kind.value, matter: this.matter.value, roles: Object.fromEntries(this.roles) };
  }
}

/** Cases and bodies to choose from. `asRead` is offered where each record may have one of its own. */
export function matterChoice(matters, chosen, { asRead = false } = {}) {
  const open = matters.filter((one) => !one.closed || one.id === chosen);
  return make("select", {}, ...(asRead ? [make("option", { value: "-", selected: true, "data-say": "import_as_read" })] : []),
    make("option", { value: "", selected: !asRead && !chosen, "data-say": "matter_none" }),
    ...open.map((one) => make("option", { value: one.id, selected: !asRead && one.id === chosen }, one.name)));
}
