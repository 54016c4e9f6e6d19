// One file that somebody wants to import: its line in the list, and what is in it.

import { calendarDay, make, say, size, speak } from "../words.js";
import { matterChoice, RecordForm } from "./record.js";
import * as server from "./server.js";

export class ImportFile {
  /** States: sending, reading, ready, taking, done, failed. `on.changed(file)` when anything is new. */
  constructor(name, bytes, on) {
    this.name = name;
    this.bytes = bytes;
    this.on = on;
    this.state = "sending";
    this.forms = [];
    this.bar = make("progress", { max: 1, value: 0, "aria-label": name });
    this.word = make("span", { class: "kk-state" });
    this.button = make("button", { type: "button" }, make("span", { class: "kk-name" }, name), this.word, this.bar);
    this.item = make("li", {}, this.button);
    this.content = make("div", { class: "kk-import-content" });
    this.refresh();
  }

  async send(file) {
    await this.#trying(async () => {
      this.transfer = server.add(file, (share) => { this.bar.value = share; });
      const arrived = await this.transfer.finished;
      if (arrived) this.id = arrived.id;
      else this.dropped = true;
    });
  }

  /** Reads what waits on the server. */
  async look(matters) {
    this.matters = matters;
    this.#become("reading");
    await this.#trying(async () => {
      this.preview = await server.preview(this.id);
      this.forms = this.preview.shown.map((record) => new RecordForm(record, matters));
      this.#become(this.preview.records ? "ready" : "failed");
      if (!this.preview.records) await server.drop(this.id);  // nothing in it can be taken, ever
    });
  }

  get isReady() {
    return this.state === "ready";
  }

  async take() {
    const wishes = this.#wishes();
    this.#become("taking");
    await this.#trying(async () => {
      this.tally = await server.take(this.id, wishes, (share, { done }) => {
        this.done = done;
        this.bar.value = done / this.preview.records;
        this.word.textContent = say("import_taking", done, this.preview.records);
      });
      this.#become("done");
    }, "ready");
  }

  async drop() {
    this.dropped = true;
    if (this.state === "sending") this.transfer?.abort();
    if (this.id && this.state !== "done") await server.drop(this.id).catch(() => {});
  }

  /** What was said of the records, and of those that are not shown. */
  #wishes() {
    const every = this.every ? { kind: this.kind.value === "-" ? null : this.kind.value, matter: this.every.value === "-" ? null : this.every.value } : {};
    return { every, records: Object.fromEntries(this.forms.map((form) => [form.record.digest, this.#wish(form, every)])) };
  }

  /** Of a record that nobody opened, only what was said of all of them. */
  #wish(form, every) {
    if (form.opened) return form.wish;
    const nowhere = form.record.missing ? { matter: "" } : {};
    const said = Object.fromEntries(Object.entries(every).filter(([, value]) => value !== null));
    return { skip: form.skip.checked, ...nowhere, ...said };
  }

  async #trying(act, back = "failed") {
    try {
      this.problem = "";
      await act();
    } catch (error) {
      this.problem = error.message;
      this.#become(this.preview || back === "failed" ? back : "failed");
    }
  }

  #become(state) {
    this.state = state;
    if (state === "ready" || state === "failed") this.#build();
    this.refresh();
    this.on.changed(this);
  }

  /** Records, each to be opened where there are several. */
  #build() {
    if (!this.forms.length || this.built) return;
    this.built = true;
    if (this.forms.length === 1 && this.preview.records === 1) {
      this.forms[0].opened = true;
      this.body = make("div", {}, this.forms[0].element);
      return;
    }
    this.kind = make("select", { id: `kk-all-kind-${this.id}` }, make("option", { value: "-", "data-say": "import_as_read" }),
      ...["meeting", "call"].map((one) => make("option", { value: one, "data-say": `kind_${one}` })));
    this.every = matterChoice(this.matters, "", { asRead: true });
    this.every.id = `kk-all-matter-${this.id}`;
    this.more = make("p", { class: "kk-note" });
    this.body = make("div", {}, make("div", { class: "kk-import-line kk-import-every" },
      make("strong", { "data-say": "import_every" }),
      make("label", { for: this.kind.id, "data-say": "head_kind" }), this.kind,
      make("label", { for: this.every.id, "data-say": "head_matter" }), this.every),
    make("ul", { class: "kk-import-records" }, ...this.forms.map((form) => this.#entry(form))), this.more);
  }

  #entry(form) {
    const { record } = form;
    const summary = make("summary", {}, make("strong", {}, record.title), " ");
    form.facts = make("span", { class: "kk-state" });
    summary.append(form.facts);
    const details = make("details", { ontoggle: () => { form.opened ||= details.open; } }, summary, form.element);
    return make("li", {}, make("label", { class: "kk-filter" }, form.skip, make("span", { "data-say": "import_skip" })), details);
  }

  refresh() {
    this.bar.hidden = !["sending", "taking"].includes(this.state);
    this.item.className = `kk-import-${this.state}`;
    this.word.textContent = this.#word();
    this.content.replaceChildren(...this.#parts());
    for (const form of this.forms) {
      form.refresh();
      if (form.facts) form.facts.textContent = facts(form.record);
    }
    if (this.more) this.more.textContent = this.preview.records > this.forms.length ? say("import_more", this.preview.records - this.forms.length) : "";
    speak(this.content);
  }

  #word() {
    if (this.state === "ready") return say("import_ready", this.preview.records, this.preview.turns);
    if (this.state === "done") return say(this.tally.taken ? "import_taken" : "import_already", this.tally.taken || this.tally.already);
    return this.state === "taking" ? say("import_taking", this.done ?? 0, this.preview.records) : say(`import_${this.state}`);
  }

  #parts() {
    const head = make("h2", { tabindex: -1 }, this.name, make("small", {}, this.bytes ? size(this.bytes) : ""));
    const problem = this.problem ? [make("p", { class: "kk-wrong", role: "alert" }, this.problem)] : [];
    if (this.state === "done") return [head, ...this.#outcome()];
    if (!this.preview) return [head, ...problem, make("p", { class: "kk-note" }, say(`import_${this.state}`))];
    const told = [this.preview.known ? say("import_some_known", this.preview.known) : "",
      this.preview.missing && this.preview.records > 1 ? say("import_some_missing", this.preview.missing) : ""].filter(Boolean);
    return [head, ...problem, ...told.map((one) => make("p", { class: "kk-note" }, one)),
      ...refusals(this.preview.refused, this.preview.refused_all), ...(this.body ? [this.body] : [])];
  }

  #outcome() {
    const { taken, already, turns, first, refused, refused_all: all } = this.tally;
    const lines = [taken ? say("import_outcome_taken", taken, turns) : "", already ? say("import_outcome_already", already) : ""].filter(Boolean);
    return [...lines.map((one) => make("p", { class: "kk-outcome kk-intact", role: "status" }, one)), ...refusals(refused, all),
      ...(first ? [make("p", {}, make("a", { class: "kk-button", href: `#/recordings/${first}`, "data-say": "import_open" }))] : [])];
  }
}

function facts(record) {
  return [record.day ? calendarDay(record.day) : say("doubt_no_date_short"), say("import_turns", record.turns),
    record.known ? say("import_known_short") : "", record.missing ? say("import_missing_short", record.missing) : ""].filter(Boolean).join("  ·  ");
}

function refusals(refused, all) {
  if (!all) return [];
  const sentence = (one) => make("li", {}, document.documentElement.lang === "en" ? one.en : one.ja);
  return [make("ul", { class: "kk-cautions" }, ...refused.map(sentence),
    ...(all > refused.length ? [make("li", {}, say("import_more_refused", all - refused.length))] : []))];
}
