// One finished recording: player, timeline, turns, speakers, documents.

import { Beside } from "./beside.js";
import { Player } from "./player.js";
import { printOut } from "./print.js";
import * as server from "./server.js";
import { COLOURS, Timeline } from "./timeline.js";
import { Turns } from "./turns.js";
import { clock, day, make, say, speak } from "./words.js";

const KEYS = [["Space", "key_play"], ["← →", "key_skip"], ["J K", "key_move"], ["Enter", "key_turn"],
  ["N", "key_next"], [", .", "key_speed"], ["F", "key_follow"], ["P", "print"]];
const ORDER = ["docx", "txt", "srt", "vtt", "csv", "json", "rttm"];

export class TranscriptView {
  /** `record` is the box beside it. `on.announce(sentence)` for what should be read aloud, `on.problem(sentence)`, `on.remove()`, `on.keys()` when they change. */
  constructor(formats, record, on) {
    this.record = record;
    this.formats = [...formats].sort((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other));
    this.on = on;
    this.player = new Player({ moved: (seconds) => this.#moved(seconds), failed: () => on.problem(say("failed_sound")) });
    this.timeline = new Timeline({ seek: (seconds) => this.player.seek(seconds), tell: (seconds) => this.#tell(seconds) });
    this.turns = new Turns({ play: (seconds) => this.player.playFrom(seconds), at: (index) => this.beside.at(index) });
    this.beside = new Beside({ problem: on.problem, announce: on.announce, reading: (open) => this.#read(open),
      found: (passages) => this.#found(passages), back: () => this.turns.focus() });
    this.element = this.#build();
  }

  #build() {
    this.title = make("h2", { tabindex: -1 });
    this.facts = make("p", { class: "kk-facts" });
    this.documents = make("div", { class: "kk-documents", role: "group", "data-say-label": "documents" });
    this.only = make("input", { type: "checkbox", id: "kk-only", onchange: () => this.turns.filter(this.only.checked) });
    this.checks = make("span", { class: "kk-count" });
    this.filter = make("label", { class: "kk-filter", for: "kk-only" }, this.only, make("span", { "data-say": "only_checks" }), this.checks);
    this.player.element.append(make("span", { class: "kk-gap" }), this.filter);
    this.speakers = make("ul", { class: "kk-speakers" });
    this.names = make("datalist", { id: "kk-known-names" });
    this.notes = make("div", { class: "kk-notes" });
    this.withheld = make("details", { class: "kk-withheld" });
    const head = make("header", { class: "kk-title" }, make("div", {}, this.title, this.facts), this.documents);
    const side = make("aside", { class: "kk-people" }, this.record.element, this.beside.element, make("h3", { "data-say": "speakers" }), this.speakers, this.names,
      make("p", { class: "kk-hint", "data-say": "speakers_hint" }), this.withheld, this.notes,
      make("button", { class: "kk-button kk-remove", type: "button", "data-say": "remove", onclick: () => this.on.remove() }));
    return make("article", { class: "kk-transcript" }, head,
      this.deck = make("div", { class: "kk-deck" }, this.player.element, this.timeline.element),
      this.columns = make("div", { class: "kk-columns" }, this.turns.element, side, this.beside.section.element));
  }

  async show(entry) {
    const [transcript, peaks] = await Promise.all([
      server.transcript(entry.id),
      server.peaks(entry.id).catch(() => new Uint8Array()),
    ]);
    this.transcript = transcript;
    this.only.checked = false;
    this.timeline.show(transcript, peaks);
    this.turns.show(transcript);
    this.entry = entry;
    this.beside.show(entry.id, transcript);
    this.record.show(entry);
    this.deck.hidden = entry.origin === "import";  // it was brought without sound
    if (entry.origin !== "import") this.player.load(server.soundAddress(entry.id), transcript.duration);
    this.refresh();
  }

  /** The turn that is said at `second` is shown and has the focus; Enter or Space plays it. */
  goTo(second) {
    if (this.entry.origin !== "import") this.player.seek(second);
    this.turns.goTo(second);
  }

  hide() {
    if (this.entry) this.player.unload();
    this.entry = null;
  }

  /** Writes everything that has words in it anew. */
  refresh() {
    if (!this.entry) return;
    speak(this.element);
    const { transcript, entry } = this;
    this.title.textContent = entry.title;
    this.title.title = entry.name;
    this.facts.textContent = [say(`kind_${transcript.kind}`), `${say("length")} ${clock(transcript.duration)}`,
      say("found_speakers", transcript.speakers.length), day(entry.added)].join("  ·  ");
    this.documents.replaceChildren(...this.formats.map((form) => make("a", {
      class: `kk-button ${form === "docx" ? "kk-main-button" : ""}`, "data-format": form,
      title: say(`about_${form}`), href: server.documentAddress(entry.id, form), download: true }, say(`format_${form}`))),
    make("button", { class: "kk-button kk-print", type: "button", title: say("about_print"), "aria-keyshortcuts": "P",
      onclick: () => this.print() }, say("print")));
    this.element.dataset.printHint = say("print_hint");
    const checks = transcript.turns.filter((turn) => turn.check).length;
    this.checks.textContent = checks;
    this.only.disabled = checks === 0;
    this.player.refresh();
    this.turns.refresh();
    this.beside.refresh();
    this.record.refresh();
    this.#showSpeakers();
    this.#showWithheld();
    this.#showNotes();
    this.timeline.draw();
  }

  async print() {
    try {
      await printOut(this.entry.id);
    } catch (error) {
      this.on.problem(error.message);
    }
  }

  #showSpeakers() {
    this.names.replaceChildren(...this.transcript.known_names.map((name) => make("option", { value: name })));
    const total = this.transcript.speakers.reduce((sum, speaker) => sum + speaker.seconds, 0) || 1;
    this.speakers.replaceChildren(...this.transcript.speakers.map((speaker, index) => {
      const colour = COLOURS[index % COLOURS.length];
      const share = Math.round((speaker.seconds / total) * 100);
      const name = make("input", { class: "kk-name-field", list: "kk-known-names", value: speaker.name, maxlength: 60, spellcheck: "false",
        autocomplete: "off", "aria-label": say("name_of", speaker.name), "data-speaker": speaker.id,
        onkeydown: (event) => this.#nameKey(event, speaker), onchange: () => this.#rename(speaker, name) });
      return make("li", { style: `--speaker: ${colour}` }, name,
        make("span", { class: "kk-share" }, `${clock(speaker.seconds)}  ${share}%`),
        make("span", { class: "kk-share-bar", style: `--share: ${share}%` }));
    }));
  }

  #nameKey(event, speaker) {
    if (event.isComposing) return;
    if (event.key === "Escape") event.target.value = speaker.name;
    if (event.key === "Enter" || event.key === "Escape") event.target.blur();
  }

  async #rename(speaker, field) {
    const { id } = this.entry;
    try {
      await server.rename(id, speaker.id, field.value);
      const { speakers } = await server.transcript(id);
      if (this.entry?.id !== id) return;
      for (const one of this.transcript.speakers) one.name = speakers.find((other) => other.id === one.id).name;
      this.turns.refresh();
      field.value = speaker.name;
      field.setAttribute("aria-label", say("name_of", speaker.name));
      this.on.announce(say("renamed", speaker.name));
    } catch (error) {
      field.value = speaker.name;
      this.on.problem(error.message);
    }
  }

  #showWithheld() {
    const { withheld } = this.transcript;
    this.withheld.hidden = withheld.length === 0;
    this.withheld.replaceChildren(
      make("summary", {}, `${say("withheld")} (${withheld.length})`),
      make("p", { class: "kk-hint" }, say("withheld_why")),
      make("ul", {}, ...withheld.map((segment) => make("li", {},
        make("button", { class: "kk-button kk-small", type: "button", onclick: () => this.player.playFrom(segment.start) },
          `▶ ${clock(segment.start)}`),
        make("span", { class: "kk-quote" }, segment.text),
        make("small", {}, segment.flags.map((flag) => say(`flag_${flag}`)).join("、"))))));
  }

  #showNotes() {
    const { transcript } = this;
    const tasks = { recognition: "heard_with", diarization: "voices_with" };
    const models = transcript.models.map((model) =>
      make("p", {}, `${say(tasks[model.task] ?? model.task)}: ${model.name}${model.licence ? ` (${model.licence})` : ""}`));
    const advice = transcript.embedded
      ? make("p", { class: "kk-advice" }, say("advice"), " ", ...this.#advice())
      : null;
    const truncated = transcript.truncated ? make("p", { class: "kk-warning" }, say("truncated")) : null;
    this.notes.replaceChildren(...[truncated, ...models, advice].filter(Boolean));
  }

  #advice() {
    const [before, after] = say("advice_how", "\u0000").split("\u0000");
    return [before, make("code", {}, say("advice_command")), after];
  }

  /** A section is read in the place of the speakers; the turns stay where they are. */
  #read(open) {
    this.columns.classList.toggle("kk-reading", open);
    this.turns.stay();
    this.on.keys();
  }

  #found(passages) {
    Object.assign(this.transcript, { passages, searched: true });
    this.turns.markPassages();
    this.beside.show(this.entry.id, this.transcript);
    this.beside.at(this.turns.current);
    this.on.keys();
  }

  get keys() {
    return [...(this.beside.section.isOpen ? KEYS.slice(0, 3) : KEYS), ...this.beside.keys];
  }

  #moved(seconds) {
    if (!this.entry) return;
    this.timeline.move(seconds);
    this.turns.mark(seconds);
  }

  #tell(seconds) {
    const turn = this.transcript.turns[this.turns.at(seconds)];
    if (!turn) return "";
    const speaker = this.transcript.speakers.find((one) => one.id === turn.speaker);
    return `${speaker?.name ?? ""} ${turn.text.slice(0, 24)}`;
  }

  /** Keys that work anywhere in the view; true when one was taken. */
  key(event) {
    if (this.beside.key(event)) return true;
    const actions = {
      " ": () => this.player.toggle(), ArrowLeft: () => this.player.skip(-5), ArrowRight: () => this.player.skip(5),
      ArrowUp: () => this.turns.move(-1), ArrowDown: () => this.turns.move(1),
      k: () => this.turns.move(-1), j: () => this.turns.move(1), n: () => this.turns.moveToCheck(),
      f: () => this.turns.follow(), ",": () => this.player.faster(-1), ".": () => this.player.faster(1),
      Enter: () => this.turns.playFocused(), m: () => this.beside.focus(),
      p: () => { this.print(); },
    };
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return false;
    return action() !== false;
  }
}
