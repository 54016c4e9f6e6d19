// What was found, by recording: who said it, when, with the words lit up; a press plays that second.

import { soundAddress } from "../server.js";
import { clock, day, make, say } from "../words.js";

const AFTER = 0.6;

export class Hits {
  /** `on.open(recording, second)`, `on.all(recording)` to see all of one recording, `on.more()`, `on.problem(sentence)`. */
  constructor(on) {
    this.on = on;
    this.list = make("div", { class: "kk-found", onclick: (event) => this.#click(event), onfocusin: (event) => this.#focused(event) });
    this.moreButton = make("button", { class: "kk-button", type: "button", hidden: true, "data-say": "more_recordings", onclick: () => on.more() });
    this.element = make("div", { class: "kk-found-box" }, this.list, this.moreButton);
    this.audio = make("audio", { preload: "none" });
    this.audio.addEventListener("timeupdate", () => this.audio.currentTime > this.until && this.audio.pause());
    for (const event of ["play", "pause", "ended"]) this.audio.addEventListener(event, () => this.#light());
    this.audio.addEventListener("error", () => this.playing && on.problem(say("failed_sound")));
    this.groups = [];
  }

  show(groups, more) {
    this.stop();
    this.groups = groups;
    this.more = more;
    this.list.replaceChildren(...groups.map((group) => this.#group(group)));
    this.rows = [...this.list.querySelectorAll(".kk-found-turn")];
    this.rows[0]?.setAttribute("tabindex", "0");
    this.moreButton.hidden = !more;
  }

  refresh() {
    const at = this.rows?.indexOf(document.activeElement) ?? -1;
    this.show(this.groups, this.more);
    this.rows[at]?.focus({ preventScroll: true });
  }

  #group(group) {
    const facts = [group.occurred ? day(group.occurred) : "", group.kind ? say(`kind_${group.kind}`) : "", group.matter_name];
    const rest = group.total - group.hits.length;
    return make("section", { class: "kk-found-record", "data-recording": group.recording },
      make("header", {}, make("h3", {}, group.title), make("span", { class: "kk-facts" }, facts.filter(Boolean).join("  ·  ")),
        make("span", { class: "kk-gap" }), make("span", { class: "kk-times" }, say("times_found", group.total))),
      make("div", { role: "list" }, ...group.hits.map((hit) => this.#turn(group, hit))),
      rest > 0 ? make("button", { class: "kk-link", type: "button", onclick: () => this.on.all({ id: group.recording, title: group.title }) },
        say("see_all", rest)) : null);
  }

  #turn(group, hit) {
    const who = speaker(hit);
    const row = make("div", { class: "kk-found-turn", role: "listitem", tabindex: -1 },
      make("button", { class: "kk-button kk-small kk-hear", type: "button", tabindex: -1, "aria-label": say("hear_at", clock(hit.start)) },
        make("span", { class: "kk-hear-mark", "aria-hidden": "true" }, "▶"), clock(hit.start)),
      make("span", { class: "kk-who", title: who }, who),
      make("p", { class: "kk-snippet" }, hit.cut_before ? "…" : "", ...lit(hit.snippet, hit.spans), hit.cut_after ? "…" : "",
        hit.by === "meaning" ? make("span", { class: "kk-reason kk-by-meaning" }, say("near_meaning")) : null));
    row.hit = { ...hit, recording: group.recording };
    return row;
  }

  #click(event) {
    const row = event.target.closest(".kk-found-turn");
    if (!row || !getSelection().isCollapsed) return;
    row.focus({ preventScroll: true });
    if (event.target.closest(".kk-hear")) this.hear(row);
    else this.#open(row);
  }

  #focused(event) {
    const row = event.target.closest(".kk-found-turn");
    if (row) for (const one of this.rows) one.tabIndex = one === row ? 0 : -1;
  }

  #open({ hit }) {
    this.on.open(hit.recording, hit.start);
  }

  /** Plays a turn here, or stops it. */
  async hear(row) {
    if (this.playing === row && !this.audio.paused) {
      this.audio.pause();
      return;
    }
    const address = soundAddress(row.hit.recording);
    this.playing = row;
    if (this.audio.getAttribute("src") !== address) this.audio.src = address;
    this.audio.currentTime = row.hit.start;
    this.until = row.hit.end + AFTER;
    await this.audio.play().catch((error) => error.name !== "AbortError" && this.on.problem(say("failed_sound")));
  }

  stop() {
    this.audio.pause();
    this.playing = null;
  }

  #light() {
    for (const row of this.rows ?? []) {
      const heard = row === this.playing && !this.audio.paused;
      row.classList.toggle("kk-playing", heard);
      row.querySelector(".kk-hear-mark").textContent = heard ? "❚❚" : "▶";
    }
  }

  get isEmpty() {
    return this.groups.length === 0;
  }

  get #row() {
    return document.activeElement?.closest?.(".kk-found-turn");
  }

  move(step) {
    const from = this.#row ? this.rows.indexOf(this.#row) : -1;
    const row = this.rows?.[Math.max(0, from + step)];
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
    return Boolean(row);
  }

  key(key) {
    const row = this.#row;
    const actions = { j: () => this.move(1), ArrowDown: () => this.move(1), k: () => this.move(-1), ArrowUp: () => this.move(-1),
      " ": () => row && this.hear(row), Enter: () => row && this.#open(row) };
    if (!actions[key] || this.isEmpty || ([" ", "Enter"].includes(key) && !row)) return false;
    actions[key]();
    return true;
  }
}

/** 青木一郎(委員長); the role once, where people are called by it. */
function speaker({ speaker: name, role }) {
  const named = role ? say(`role_${role}`).replace(/^role_/, "") : "";
  return named && !name.includes(named) ? `${name}(${named})` : name;
}

/** The text with the characters lit that were asked for. */
function lit(text, spans) {
  const points = [...text];
  const pieces = [];
  let at = 0;
  for (const [start, end] of spans) {
    pieces.push(points.slice(at, start).join(""), make("mark", {}, points.slice(start, end).join("")));
    at = end;
  }
  return [...pieces, points.slice(at).join("")].filter((piece) => piece !== "");
}
