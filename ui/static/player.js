// The sound: play, pause, skip, speed, and where it is now.

import { clock, make, say } from "./words.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const SKIP = 5;

export class Player {
  /** `on.moved(seconds)` about as often as the screen is drawn, `on.failed()` when it cannot play. */
  constructor(on) {
    this.on = on;
    this.audio = make("audio", { preload: "auto" });
    this.audio.preservesPitch = true;
    const button = (label, key, text, action) => make("button", { class: "kk-button kk-small", type: "button",
      "data-say-label": label, "data-say-title": label, "aria-keyshortcuts": key, onclick: action }, text);
    this.toggleButton = make("button", { class: "kk-button kk-play", type: "button",
      "aria-keyshortcuts": "Space", onclick: () => this.toggle() });
    this.time = make("span", { class: "kk-time" });
    this.speed = make("select", { class: "kk-speed", "data-say-label": "speed", onchange: () => this.#apply() },
      ...SPEEDS.map((speed) => make("option", { value: speed, selected: speed === 1 }, `${speed.toFixed(2)}×`)));
    this.element = make("div", { class: "kk-player" }, this.audio,
      button("back5", "ArrowLeft", "−5", () => this.skip(-SKIP)), this.toggleButton,
      button("ahead5", "ArrowRight", "+5", () => this.skip(SKIP)), this.time, this.speed);
    for (const event of ["play", "pause", "ended"]) this.audio.addEventListener(event, () => this.refresh());
    for (const event of ["seeking", "timeupdate", "loadedmetadata"]) this.audio.addEventListener(event, () => this.#moved());
    this.audio.addEventListener("play", () => this.#whilePlaying());
    this.audio.addEventListener("error", () => this.audio.getAttribute("src") && this.on.failed());
  }

  load(address, duration) {
    this.duration = duration;
    this.audio.src = address;
    this.refresh();
  }

  unload() {
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
  }

  get now() {
    return this.audio.currentTime;
  }

  seek(seconds) {
    this.audio.currentTime = Math.max(0, Math.min(this.duration, seconds));
    this.#moved();
  }

  async playFrom(seconds) {
    this.seek(seconds);
    await this.#play();
  }

  toggle() {
    if (this.audio.paused) this.#play();
    else this.pause();
  }

  pause() {
    this.audio.pause();
  }

  skip(seconds) {
    this.seek(this.now + seconds);
  }

  faster(steps) {
    const at = this.speed.selectedIndex + steps;
    this.speed.selectedIndex = Math.max(0, Math.min(SPEEDS.length - 1, at));
    this.#apply();
  }

  /** Also after a change of language. */
  refresh() {
    const label = say(this.audio.paused ? "play" : "pause");
    this.toggleButton.textContent = this.audio.paused ? "▶" : "❚❚";
    this.toggleButton.title = label;
    this.toggleButton.setAttribute("aria-label", label);
    this.#moved();
  }

  async #play() {
    try {
      await this.audio.play();
    } catch (error) {
      if (error.name !== "AbortError") this.on.failed();
    }
  }

  #apply() {
    this.audio.playbackRate = Number(this.speed.value);
  }

  #whilePlaying() {
    if (this.audio.paused) return;
    this.#moved();
    requestAnimationFrame(() => this.#whilePlaying());
  }

  #moved() {
    this.time.textContent = `${clock(this.now)} / ${clock(this.duration ?? 0)}`;
    this.on.moved(this.now);
  }
}
