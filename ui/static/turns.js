// The turns: what was said, by whom, when, and what is worth a second look.

import { COLOURS } from "./timeline.js";
import { clock, make, say } from "./words.js";

const UNSURE = 0.4;
const LINGER = 1;
const CHUNK = 25;

export class Turns {
  /** `on.play(seconds)` when somebody wants to hear a turn, `on.at(index)` when one is played or chosen. */
  constructor(on) {
    this.on = on;
    this.list = make("div", { class: "kk-turns", role: "list", "data-say-label": "turns",
      onclick: (event) => this.#click(event), onfocusin: (event) => this.#focused(event) });
    this.nothing = make("p", { class: "kk-note", hidden: true });
    this.back = make("button", { class: "kk-button kk-back", type: "button", hidden: true, "data-say": "follow",
      "aria-keyshortcuts": "F", onclick: () => this.follow() });
    this.scroller = make("div", { class: "kk-scroller" }, this.nothing, this.list, this.back);
    for (const event of ["wheel", "touchmove"]) {
      this.scroller.addEventListener(event, () => this.#leave(), { passive: true });
    }
    this.scroller.addEventListener("pointerdown", (event) => {
      if (event.target === this.scroller) this.#leave();
    });
    this.element = this.scroller;
    this.following = true;
  }

  show(transcript) {
    this.transcript = transcript;
    this.turns = transcript.turns;
    this.lanes = new Map(transcript.speakers.map((speaker, index) => [speaker.id, index]));
    this.current = -1;
    this.following = true;
    this.back.hidden = true;
    const names = this.#names();
    this.rows = this.turns.map((turn, index) => this.#row(turn, index, names));
    this.list.replaceChildren(...this.#chunks());
    this.markPassages();
    this.rows[0]?.setAttribute("tabindex", "0");
    this.focusable = this.rows[0];
    this.filter(false);
  }

  /** Turns beside which a section of a manual stands. */
  markPassages() {
    const with_ = new Set(this.transcript.passages.map(({ turn }) => turn));
    this.turns.forEach((turn, index) => this.rows[index].classList.toggle("kk-has-passages", with_.has(turn.id)));
  }

  /** After the lines were broken anew: what is played, or chosen, can be seen still. */
  stay() {
    (this.rows?.[this.current] ?? this.focusable)?.scrollIntoView({ block: "nearest" });
  }

  /** Takes the focus back to where it was among the turns. */
  focus() {
    this.focusable?.focus({ preventScroll: true });
  }

  /** What is far from the view is neither laid out nor drawn, a chunk at a time. */
  #chunks() {
    const chunks = [];
    for (let first = 0; first < this.rows.length; first += CHUNK) {
      chunks.push(make("div", { class: "kk-chunk", role: "none" }, ...this.rows.slice(first, first + CHUNK)));
    }
    return chunks;
  }

  #names() {
    return new Map(this.transcript.speakers.map((speaker) => [speaker.id, speaker.name]));
  }

  #row(turn, index, names) {
    const colour = COLOURS[(this.lanes.get(turn.speaker) ?? 0) % COLOURS.length];
    const row = make("div", { class: "kk-turn", role: "listitem", tabindex: -1, "data-index": index, style: `--speaker: ${colour}` },
      make("time", {}, clock(turn.start)), make("span", { class: "kk-who" }));
    const text = make("p", { class: "kk-text" });
    row.append(text);
    this.#name(row, turn, names);
    row.classList.toggle("kk-check", turn.check);
    row.classList.toggle("kk-quiet", turn.flags.includes("backchannel"));
    this.#write(text, turn, false);
    return row;
  }

  #name(row, turn, names) {
    const who = row.children[1];
    who.textContent = who.title = names.get(turn.speaker) ?? turn.speaker;
  }

  /** The words of a turn; each on its own while the turn is played. */
  #write(text, turn, playing) {
    text.replaceChildren();
    const reasons = turn.flags.map((flag) => say(`flag_${flag}`));
    text.title = reasons.join("\n");
    text.classList.toggle("kk-doubtful", turn.check && !isOnlyOverlap(turn));
    if (turn.flags.includes("unrecognized")) text.append(make("em", {}, say("unrecognized")));
    if (turn.flags.includes("overlap")) text.append(make("small", { class: "kk-mark" }, say("overlap")), " ");
    const words = alignWords(turn);
    if (!words) text.append(turn.text);
    else for (const piece of playing ? words : joinSure(words)) text.append(this.#word(piece, playing));
  }

  #word([start, , text, probability], playing) {
    const unsure = probability < UNSURE;
    if (!playing && !unsure) return text;
    const word = make("span", playing ? { "data-start": start } : {}, text);
    if (unsure) {
      word.className = "kk-unsure";
      word.title = say("word_unsure", Math.round(probability * 100));
    }
    return word;
  }

  /** Writes names and reasons anew: after a change of name or language. */
  refresh() {
    const names = this.#names();
    this.turns.forEach((turn, index) => {
      const row = this.rows[index];
      this.#name(row, turn, names);
      this.#write(row.lastChild, turn, index === this.current);
    });
    this.nothing.textContent = say(this.turns.length ? "no_checks" : "no_turns");
  }

  /** Shows only the turns worth a check, or all. */
  filter(only) {
    this.list.classList.toggle("kk-only-checks", only);
    const shown = only ? this.turns.some((turn) => turn.check) : this.turns.length > 0;
    this.nothing.hidden = shown;
    this.nothing.textContent = say(this.turns.length ? "no_checks" : "no_turns");
  }

  /** Marks what is said at `seconds`. */
  mark(seconds) {
    if (!this.turns) return;
    const index = this.at(seconds);
    if (index !== this.current) this.#switch(index);
    if (index < 0) return;
    const words = this.rows[index].querySelectorAll("[data-start]");
    let spoken = null;
    for (const word of words) if (Number(word.dataset.start) <= seconds) spoken = word;
    if (spoken === this.spoken) return;
    this.spoken?.classList.remove("kk-spoken");
    spoken?.classList.add("kk-spoken");
    this.spoken = spoken;
  }

  #switch(index) {
    const before = this.rows[this.current];
    before?.classList.remove("kk-playing");
    before?.removeAttribute("aria-current");
    if (before) this.#write(before.lastChild, this.turns[this.current], false);
    this.current = index;
    const row = this.rows[index];
    if (!row) return;
    row.classList.add("kk-playing");
    row.setAttribute("aria-current", "true");
    this.#write(row.lastChild, this.turns[index], true);
    if (this.following) this.#bring(row);
    this.on.at(index);
  }

  /** The turn at `seconds`: the last that has begun, if it still goes on or has just ended. */
  at(seconds) {
    let [low, high] = [0, this.turns.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.turns[middle].start <= seconds + 0.01) low = middle + 1;
      else high = middle;
    }
    for (let index = low - 1; index >= Math.max(0, low - 8); index--) {
      if (seconds < this.turns[index].end) return index;
    }
    return low > 0 && seconds < this.turns[low - 1].end + LINGER ? low - 1 : -1;
  }

  #bring(row) {
    const [box, view] = [row.getBoundingClientRect(), this.scroller.getBoundingClientRect()];
    if (box.top >= view.top + 24 && box.bottom <= view.bottom - 60) return;
    const near = Math.abs(box.top - view.top) < view.height * 2;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    row.scrollIntoView({ block: "center", behavior: near && !calm ? "smooth" : "auto" });
  }

  #leave() {
    if (this.current < 0) return;
    this.following = false;
    this.back.hidden = false;
  }

  /** Scrolls along with the sound again. */
  follow() {
    this.following = true;
    this.back.hidden = true;
    if (this.rows[this.current]) this.#bring(this.rows[this.current]);
  }

  /** Shows the turn that is said at `seconds`, and gives it the focus. */
  goTo(seconds) {
    const row = this.rows[Math.max(0, this.at(seconds))];
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "center" });
  }

  #click(event) {
    const row = event.target.closest(".kk-turn");
    if (!row || !getSelection().isCollapsed) return;
    const word = event.target.closest("[data-start]");
    this.play(row, word ? Number(word.dataset.start) : undefined);
  }

  play(row, seconds = this.turns[row.dataset.index].start) {
    this.following = true;
    this.back.hidden = true;
    row.focus({ preventScroll: true });
    this.on.play(seconds);
  }

  /** One row at a time is in the order of Tab; arrows move among them. */
  #focused(event) {
    const row = event.target.closest(".kk-turn");
    if (!row) return;
    this.focusable?.setAttribute("tabindex", "-1");
    row.setAttribute("tabindex", "0");
    this.focusable = row;
    this.on.at(Number(row.dataset.index));
  }

  /** Moves the focus by `step` shown turns that fit `wanted`. */
  move(step, wanted = () => true) {
    const only = this.list.classList.contains("kk-only-checks");
    const from = document.activeElement?.closest?.(".kk-turn") ?? this.rows[this.current];
    let index = from ? Number(from.dataset.index) + step : 0;
    while (this.turns[index] && ((only && !this.turns[index].check) || !wanted(this.turns[index]))) index += step;
    const row = this.rows[index];
    if (!row) return;
    if (this.current >= 0 && index !== this.current) this.#leave();
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  moveToCheck() {
    this.move(1, (turn) => turn.check);
  }

  /** Plays the focused turn; false when none has the focus. */
  playFocused() {
    const row = document.activeElement?.closest?.(".kk-turn");
    if (row) this.play(row);
    return Boolean(row);
  }
}

function isOnlyOverlap(turn) {
  return turn.flags.every((flag) => flag === "overlap" || flag === "backchannel");
}

/** The words of a turn without the space around it, or null where they are not its text. */
function alignWords(turn) {
  if (!turn.words.length) return null;
  const words = turn.words.map((word) => [...word]);
  words[0][2] = words[0][2].trimStart();
  words.at(-1)[2] = words.at(-1)[2].trimEnd();
  return words.map((word) => word[2]).join("") === turn.text.trim() ? words : null;
}

/** Neighbours the recogniser was sure of become one piece: hours of words stay light. */
function joinSure(words) {
  const pieces = [];
  for (const [start, end, text, probability] of words) {
    const last = pieces.at(-1);
    if (last && last[3] >= UNSURE && probability >= UNSURE) last[2] += text;
    else pieces.push([start, end, text, probability]);
  }
  return pieces;
}
