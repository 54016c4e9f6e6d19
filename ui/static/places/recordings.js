// Meetings and calls: intake and list at the left, the chosen recording at the right.

import { Choosing } from "../exports/choosing.js";
import { Intake } from "../intake.js";
import { RecordBox } from "../record.js";
import * as server from "../server.js";
import { TranscriptView } from "../transcript.js";
import { currentLanguage, day, make, say, speak, timeLeft } from "../words.js";

const BUSY = 1000;
const IDLE = 5000;

class Recordings {
  constructor(shell, site) {
    this.shell = shell;
    this.entries = [];
    this.chosen = chosenInAddress();
    this.intake = new Intake(site.models, { added: (id) => this.#added(id), problem: (sentence) => shell.problem(sentence) });
    this.view = new TranscriptView(site.formats, new RecordBox(shell, site.me, { moved: () => this.poll() }), {
      announce: (sentence) => shell.announce(sentence),
      problem: (sentence) => shell.problem(sentence), remove: () => this.#askToRemove(),
      keys: () => shell.showKeys() });
    this.element = this.#build();
    addEventListener("popstate", () => this.#goBack());
    document.addEventListener("visibilitychange", () => !document.hidden && this.poll());
    this.#start();
  }

  #build() {
    this.list = make("ul", { class: "kk-list", onclick: (event) => this.#pick(event) });
    this.choosing = new Choosing(this.shell, { entries: () => this.entries, changed: () => this.#showList() });
    this.none = make("p", { class: "kk-note", "data-say": "none_yet" });
    this.content = make("div", { class: "kk-content" });
    this.view.element.hidden = true;
    return make("div", { class: "kk-body" },
      make("aside", { class: "kk-side" }, this.intake.element,
        make("section", { class: "kk-shelf", "data-say-label": "recordings" },
          make("h2", { "data-say": "recordings" }), this.choosing.element, this.none, this.list)),
      make("main", { class: "kk-main" }, this.content, this.view.element));
  }

  async #start() {
    await this.poll();
    this.#tick();
  }

  /** The rest of the address may name a recording and a second of it. */
  mount([id, second]) {
    if (!id) return;
    this.shell.stand("recordings");
    this.#openAt(id, Number(second) || 0);
  }

  async #openAt(id, second) {
    const address = new URL(location);
    address.searchParams.set("recording", id);
    history.replaceState(history.state, "", address);
    this.chosen = id;
    await this.poll();
    if (this.view.entry?.id === id) this.view.goTo(second);
  }

  /** The work goes on and is watched; the sound is not heard in another place. */
  unmount() {
    this.view.player.pause();
  }

  home() {
    this.choose(null);
  }

  focus() {
    if (this.view.entry) this.view.title.focus({ preventScroll: true });
    else this.list.querySelector("button")?.focus({ preventScroll: true });
  }

  refresh() {
    this.view.refresh();
    this.#showList();
    if (!this.view.entry) this.#showCard(this.#entry);
  }

  get keys() {
    return this.view.entry ? this.view.keys : [];
  }

  key(event) {
    return Boolean(this.view.entry) && this.view.key(event);
  }

  #goBack() {
    const id = chosenInAddress();
    if (id !== this.chosen) this.choose(id, { remember: false });
  }

  async #tick() {
    const busy = this.entries.some((entry) => ["waiting", "running", "stopping"].includes(entry.state));
    await new Promise((resolve) => setTimeout(resolve, busy || this.lost ? BUSY : IDLE));
    if (!document.hidden) await this.poll();
    this.#tick();
  }

  /** Fetches the list and shows what has changed. */
  async poll() {
    try {
      const { recordings, free } = await server.list();
      if (this.lost) this.shell.calm();
      this.lost = false;
      this.intake.free = free;
      this.#tellChanges(recordings);
      this.entries = recordings;
    } catch (error) {
      this.lost = error.offline || error.status === 503; // the database does not answer
      this.shell.problem(error.message, { lost: this.lost });
      return;
    }
    this.#showList();
    await this.#showChosen();
  }

  #tellChanges(recordings) {
    for (const entry of recordings) {
      const before = this.entries.find((one) => one.id === entry.id);
      if (before && before.state !== entry.state) this.shell.announce(`${entry.name}: ${say(`state_${entry.state}`)}`);
    }
  }

  #showList() {
    this.choosing.show();
    const shown = JSON.stringify([this.entries, this.chosen, this.choosing.state, currentLanguage()]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.none.hidden = this.entries.length > 0;
    const items = new Map([...this.list.children].map((item) => [item.dataset.id, item]));
    this.list.replaceChildren(...this.entries.map((entry) => this.#item(entry, items.get(entry.id))));
  }

  /** Items stay the same elements, so the focus stays where it is. */
  #item(entry, item = make("li", { "data-id": entry.id },
    make("button", { type: "button" }, make("span", { class: "kk-name" }), make("span", { class: "kk-state" }), make("progress", { max: 1 })))) {
    const button = item.firstChild;
    const [name, state, bar] = button.children;
    name.textContent = entry.title;
    button.title = entry.name;
    state.textContent = this.#state(entry);
    bar.hidden = entry.state !== "running";
    bar.setAttribute("aria-label", entry.name);
    if (entry.progress) bar.value = entry.progress.share;
    else bar.removeAttribute("value");
    item.className = `kk-is-${entry.state}`;
    this.choosing.mark(button, entry);
    if (entry.id === this.chosen) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    return item;
  }

  #state(entry) {
    if (entry.state === "done") return day(entry.added);
    if (entry.state !== "running" || !entry.progress) return say(`state_${entry.state}`);
    const { stage, share, measured, left, held } = entry.progress;
    if (held) return say("held");
    if (!measured) return say(`stage_${stage}`);
    return [`${Math.round(share * 100)}%`, timeLeft(left)].filter(Boolean).join("  ");
  }

  #pick(event) {
    const item = event.target.closest("li");
    if (!item) return;
    if (this.choosing.isOn) this.choosing.toggle(item.dataset.id);
    else this.choose(item.dataset.id);
  }

  /** Shows a recording; the address remembers which. */
  async choose(id, { remember = true } = {}) {
    this.chosen = id;
    if (remember) {
      const address = new URL(location);
      if (id) address.searchParams.set("recording", id);
      else address.searchParams.delete("recording");
      history.pushState(null, "", address);
    }
    this.#showList();
    await this.#showChosen();
    if (this.view.entry) this.view.title.focus({ preventScroll: true });
  }

  get #entry() {
    return this.entries.find((entry) => entry.id === this.chosen);
  }

  async #showChosen() {
    const entry = this.#entry;
    if (entry?.state === "done") {
      if (this.view.entry?.id === entry.id) return;
      try {
        this.view.element.hidden = false;
        this.view.element.classList.add("kk-loading");  // it is laid out already, and not seen yet
        await this.view.show(entry).finally(() => this.view.element.classList.remove("kk-loading"));
        this.card = "";
        this.content.hidden = true;
        this.shell.showKeys();
        return;
      } catch (error) {
        this.shell.problem(error.message);
      }
    }
    this.view.hide();
    this.view.element.hidden = true;
    this.content.hidden = false;
    this.shell.showKeys();
    this.#showCard(entry);
  }

  /** What is shown while there is no transcript: only what has changed is written anew. */
  #showCard(entry) {
    const kind = `${entry?.id} ${entry?.state} ${this.entries.length > 0} ${currentLanguage()}`;
    if (kind !== this.card) {
      this.card = kind;
      this.content.replaceChildren(this.#makeCard(entry));
      speak(this.content);
    }
    if (!["running", "stopping"].includes(entry?.state)) return;
    const { stage, share, measured, left, held } = entry.progress ?? { stage: "prepare", share: 0 };
    this.content.querySelector(".kk-stage").textContent = say(held ? "held" : `stage_${stage}`);
    this.content.querySelector(".kk-percent").textContent = measured ? `${Math.round(share * 100)}%` : "";
    this.content.querySelector(".kk-left").textContent = timeLeft(left);
    this.content.querySelector("progress").value = share;
  }

  #makeCard(entry) {
    const button = (label, action, main = false) => make("button", { type: "button", "data-say": label,
      class: `kk-button ${main ? "kk-main-button" : ""}`, onclick: action });
    const act = (verb) => () => this.#act(verb);
    const card = (...inside) => make("section", { class: "kk-card" }, ...inside);
    const title = make("h2", { class: "kk-file" }, entry?.title ?? "");
    const removal = () => button("remove", () => this.#askToRemove());
    switch (entry?.state) {
      case "waiting":
        return card(title, make("p", { class: "kk-stage" }, say("state_waiting")), make("p", { "data-say": "wait_turn" }),
          make("div", { class: "kk-actions" }, button("cancel", act("cancel"))));
      case "running":
      case "stopping":
        return card(title,
          make("div", { class: "kk-progress-line" }, make("span", { class: "kk-stage" }), make("span", { class: "kk-gap" }),
            make("span", { class: "kk-percent" }), make("span", { class: "kk-left" })),
          make("progress", { class: "kk-alive", max: 1, "aria-label": entry.name }), make("p", { "data-say": "wait_note" }),
          make("div", { class: "kk-actions" }, entry.state === "stopping"
            ? make("p", { "data-say": "state_stopping" }) : button("cancel", act("cancel"))));
      case "failed":
        return card(title, make("p", { class: "kk-halted", "data-say": "failed_title" }),
          make("p", { class: "kk-why" }, entry.error[currentLanguage()] ?? say("failed_action")),
          make("div", { class: "kk-actions" }, button("retry", act("retry"), true), removal()));
      case "cancelled":
        return card(title, make("p", { class: "kk-halted", "data-say": "cancelled_title" }), make("p", { "data-say": "cancelled_text" }),
          make("div", { class: "kk-actions" }, button("retry", act("retry"), true), removal()));
      default:
        return this.#welcome();
    }
  }

  #welcome() {
    const steps = ["welcome_1", "welcome_2", "welcome_3"].map((step) => make("li", { "data-say": step }));
    return make("section", { class: "kk-welcome" }, make("h2", { "data-say": "welcome" }), make("ol", {}, ...steps),
      this.entries.length ? make("p", { class: "kk-note", "data-say": "welcome_pick" }) : null);
  }

  async #act(verb) {
    try {
      await server.act(this.chosen, verb);
    } catch (error) {
      this.shell.problem(error.message);
    }
    await this.poll();
  }

  async #askToRemove() {
    const entry = this.#entry;
    const wanted = await this.shell.confirm({ title: say("remove_title"), text: say("remove_text", entry.name),
      no: say("keep"), yes: say("remove") });
    if (!wanted) return;
    try {
      this.view.hide();
      await server.remove(entry.id);
      await this.choose(null);
    } catch (error) {
      this.shell.problem(error.message);
    }
    await this.poll();
  }

  async #added(id) {
    const free = !this.chosen || !this.view.entry;
    await this.poll();
    if (free) await this.choose(id);
  }
}

function chosenInAddress() {
  return new URL(location).searchParams.get("recording");
}

export const place = { id: "recordings", label: "place_recordings", rights: ["view"], make: (shell, site) => new Recordings(shell, site) };
