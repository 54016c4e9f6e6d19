// The recording at a glance: its outline in the colours of the speakers, a lane for each of them.

import { clock, make } from "./words.js";

const PEAKS_PER_SECOND = 20;
const WAVE = 46;
const SHORTEST_VIEW = 10;

export const COLOURS = [
  "#0f62ae", "#b3470b", "#3c7a1a", "#8a3ab9", "#a8195f",
  "#6b5a00", "#0a7480", "#5b5f66", "#7a3b2e", "#3a4bc4",
];

export class Timeline {
  /** `seek(seconds)` is called when somebody clicks; `tell(seconds)` gives what is said there. */
  constructor({ seek, tell }) {
    this.seek = seek;
    this.tell = tell;
    this.canvas = make("canvas", { class: "kk-canvas" });
    this.head = make("div", { class: "kk-head" });
    this.tip = make("div", { class: "kk-tip", hidden: true });
    this.stage = make("div", { class: "kk-timeline", role: "slider", tabindex: 0, "data-say-label": "timeline",
      onpointerdown: (event) => this.#press(event), onpointermove: (event) => this.#hover(event),
      onpointerleave: () => { this.tip.hidden = true; }, onkeydown: (event) => this.#key(event),
      onwheel: (event) => this.#wheel(event) },
      this.canvas, this.head, this.tip);
    const button = (label, text, action) => make("button", { class: "kk-button kk-small", type: "button",
      "data-say-label": label, "data-say-title": label, onclick: action }, text);
    this.zooms = make("div", { class: "kk-zooms" },
      button("zoom_in", "＋", () => this.zoom(0.5)), button("zoom_out", "－", () => this.zoom(2)),
      button("zoom_all", "⟷", () => this.zoom(Infinity)));
    this.element = make("div", { class: "kk-timeline-row" }, this.stage, this.zooms);
    new ResizeObserver(() => this.draw()).observe(this.stage);
  }

  show(transcript, peaks) {
    this.transcript = transcript;
    this.peaks = peaks;
    this.lanes = new Map(transcript.speakers.map((speaker, index) => [speaker.id, index]));
    this.view = [0, transcript.duration];
    this.now = 0;
    this.stage.setAttribute("aria-valuemin", 0);
    this.stage.setAttribute("aria-valuemax", Math.round(transcript.duration));
    this.draw();
  }

  get #pixelsPerSecond() {
    return this.width / (this.view[1] - this.view[0]);
  }

  /** Everything but the playhead: it alone moves while the sound plays. */
  draw() {
    if (!this.transcript || !this.stage.clientWidth) return;
    const count = Math.max(1, this.lanes.size);
    this.lane = Math.max(4, Math.min(10, Math.floor(50 / count)));
    this.width = this.stage.clientWidth;
    this.height = WAVE + 6 + count * (this.lane + 2);
    const ratio = devicePixelRatio || 1;
    Object.assign(this.canvas, { width: this.width * ratio, height: this.height * ratio });
    this.canvas.style.height = `${this.height}px`;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const owners = this.#drawLanes(pen);
    this.#drawWave(pen, owners);
    this.#drawChecks(pen);
    this.#placeHead();
  }

  /** Draws who speaks when; gives the speaker of every pixel. */
  #drawLanes(pen) {
    const owners = new Int8Array(this.width).fill(-1);
    pen.fillStyle = "#eef1f4";
    for (const lane of this.lanes.values()) pen.fillRect(0, this.#laneTop(lane), this.width, this.lane);
    for (const [start, end, speaker] of this.transcript.speech) {
      const [left, right] = [this.#x(start), this.#x(end)];
      if (right < 0 || left > this.width) continue;
      const lane = this.lanes.get(speaker) ?? 0;
      pen.fillStyle = COLOURS[lane % COLOURS.length];
      pen.fillRect(left, this.#laneTop(lane), Math.max(1, right - left), this.lane);
      owners.fill(lane, Math.max(0, Math.floor(left)), Math.max(0, Math.ceil(right)));
    }
    return owners;
  }

  #drawWave(pen, owners) {
    if (!this.peaks?.length) return;
    const loudest = Math.max(40, this.peaks.reduce((most, one) => Math.max(most, one), 0));
    const perPixel = PEAKS_PER_SECOND / this.#pixelsPerSecond;
    const first = this.view[0] * PEAKS_PER_SECOND;
    for (let x = 0; x < this.width; x++) {
      const from = Math.floor(first + x * perPixel);
      const to = Math.max(from + 1, Math.floor(first + (x + 1) * perPixel));
      let peak = 0;
      for (let index = from; index < to && index < this.peaks.length; index++) peak = Math.max(peak, this.peaks[index]);
      const tall = Math.max(1, (peak / loudest) * WAVE);
      pen.fillStyle = owners[x] < 0 ? "#c3cad1" : COLOURS[owners[x] % COLOURS.length];
      pen.fillRect(x, (WAVE - tall) / 2, 1, tall);
    }
  }

  #drawChecks(pen) {
    pen.fillStyle = "#8a4b00";
    for (const turn of this.transcript.turns) {
      if (turn.check) pen.fillRect(this.#x(turn.start) - 1, WAVE + 1, 3, 3);
    }
  }

  #laneTop(lane) {
    return WAVE + 6 + lane * (this.lane + 2);
  }

  #x(seconds) {
    return (seconds - this.view[0]) * this.#pixelsPerSecond;
  }

  /** Shows the playhead at `seconds`; turns the page when it leaves the view. */
  move(seconds) {
    const followed = this.#isInView(this.now);
    this.now = seconds;
    if (followed && !this.#isInView(seconds)) {
      const length = this.view[1] - this.view[0];
      this.#look(seconds - length * 0.05, length);
    }
    this.#placeHead();
  }

  #isInView(seconds) {
    return seconds >= this.view[0] && seconds <= this.view[1];
  }

  #placeHead() {
    this.head.hidden = !this.#isInView(this.now);
    this.head.style.transform = `translateX(${this.#x(this.now)}px)`;
    this.stage.setAttribute("aria-valuenow", Math.round(this.now));
    this.stage.setAttribute("aria-valuetext", clock(this.now));
  }

  /** `factor` below 1 comes nearer; the playhead, or `centre`, stays where it is. */
  zoom(factor, centre = this.now) {
    const [from, to] = this.view;
    const length = Math.max(SHORTEST_VIEW, Math.min(this.transcript.duration, (to - from) * factor));
    const inside = centre >= from && centre <= to ? (centre - from) / (to - from) : 0.5;
    this.#look(centre - inside * length, length);
  }

  #look(from, length) {
    const whole = this.transcript.duration;
    const shown = Math.min(length, whole);
    const start = Math.max(0, Math.min(whole - shown, from));
    this.view = [start, start + shown];
    this.draw();
  }

  #seconds(event) {
    const inside = event.clientX - this.stage.getBoundingClientRect().left;
    return Math.max(0, Math.min(this.transcript.duration, this.view[0] + inside / this.#pixelsPerSecond));
  }

  #press(event) {
    if (event.button === 0) this.seek(this.#seconds(event));
  }

  #hover(event) {
    const seconds = this.#seconds(event);
    this.tip.textContent = `${clock(seconds)} ${this.tell(seconds)}`.trim();
    this.tip.hidden = false;
    const x = this.#x(seconds);
    this.tip.style.left = `${Math.min(x, this.width - this.tip.offsetWidth)}px`;
    if (event.buttons === 1) this.seek(seconds);
  }

  #wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 0.7 : 1.4, this.#seconds(event));
  }

  #key(event) {
    const steps = { Home: 0, End: this.transcript.duration };
    if (event.key in steps) {
      event.preventDefault();
      this.seek(steps[event.key]);
    } else if (event.key === "+") this.zoom(0.5);
    else if (event.key === "-") this.zoom(2);
  }
}
