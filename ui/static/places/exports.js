// Exports of many records: how far each is, and its file for some hours.

import { cell, doing, small, table } from "../people/tables.js";
import { ask } from "../server.js";
import { currentLanguage, day, make, say, speak, timeLeft } from "../words.js";

const BUSY = 1000;
const IDLE = 10_000;
const HEADS = ["head_asked", "head_form", "head_records", "head_state", "head_do"];
const AT_WORK = ["waiting", "running", "stopping"];

class Exports {
  constructor(shell) {
    this.shell = shell;
    this.exports = [];
    this.list = make("div", { class: "kk-list-of" });
    this.element = make("section", { class: "kk-managed kk-exports" },
      make("h2", { tabindex: -1, "data-say": "place_exports" }), make("p", { class: "kk-hint", "data-say": "exports_hint" }), this.list);
    speak(this.element);
    this.#tick();
  }

  keys = [];

  mount() {
    this.mounted = true;
    return this.#load();
  }

  unmount() {
    this.mounted = false;
  }

  home() {
    this.#load();
  }

  focus() {
    this.element.querySelector("h2").focus({ preventScroll: true });
  }

  refresh() {
    speak(this.element);
    this.#draw();
  }

  key() {
    return false;
  }

  async #tick() {
    const busy = this.exports.some((one) => AT_WORK.includes(one.state));
    await new Promise((resolve) => setTimeout(resolve, busy ? BUSY : IDLE));
    if (this.mounted && !document.hidden) await this.#load();
    this.#tick();
  }

  #load() {
    return doing(this.shell, async () => {
      const { exports } = await (await ask("/api/exports")).json();
      this.#tell(exports);
      this.exports = exports;
    }, () => this.#draw());
  }

  #tell(exports) {
    for (const one of exports) {
      const before = this.exports.find(({ id }) => id === one.id);
      if (before && before.state !== one.state) this.shell.announce(this.#state(one));
    }
  }

  /** Only what has changed is drawn, and the focus stays where it is. */
  #draw() {
    const shown = JSON.stringify([this.exports, currentLanguage()]);
    if (shown === this.shown) return;
    this.shown = shown;
    const { id, does } = document.activeElement?.closest?.("[data-does]")?.dataset ?? {};
    this.list.replaceChildren(table(HEADS, this.exports.map((one) => this.#row(one)), "no_exports"));
    if (id) this.list.querySelector(`[data-id="${id}"][data-does="${does}"]`)?.focus({ preventScroll: true });
  }

  #row(one) {
    const working = AT_WORK.includes(one.state);
    return make("tr", { "data-export": one.id },
      cell(day(one.asked)), cell(say(`format_${one.form}`)), cell(say("export_records", one.records)),
      cell(this.#state(one), ...(working ? [this.#bar(one)] : []),
        one.state === "done" ? make("small", {}, say("export_until", day(one.expires))) : null,
        one.state === "failed" ? make("small", {}, one.error[currentLanguage()] ?? "") : null),
      make("td", { class: "kk-row-actions" }, ...this.#actions(one, working)));
  }

  #actions(one, working) {
    const button = (does, label, method, path = "") => {
      const made = small(label, () => doing(this.shell, () => ask(`/api/exports/${one.id}${path}`, { method }), () => this.#load()));
      Object.assign(made.dataset, { id: one.id, does });
      return made;
    };
    if (one.state === "stopping") return [];
    if (working) return [button("cancel", "cancel", "POST", "/cancel")];
    const again = button("retry", "retry", "POST", "/retry");
    const fetched = make("a", { class: "kk-button kk-small kk-main-button", href: `/api/exports/${one.id}/file`, download: "",
      "data-id": one.id, "data-does": "fetch" }, say("export_fetch"));
    return [one.state === "done" ? fetched : again, button("remove", "remove", "DELETE")];
  }

  #bar(one) {
    return make("progress", { max: one.records, value: one.made + one.failed, "aria-label": say("export_records", one.records) });
  }

  #state(one) {
    if (one.held) return say("held");
    if (one.state === "done") return one.failed ? say("export_done_but", one.failed) : say("export_done");
    if (one.state === "running") return [say("export_running", one.made + one.failed), timeLeft(one.left)].filter(Boolean).join("  ");
    return say(`state_${one.state}`);
  }
}

export const place = { id: "exports", label: "place_exports", rights: ["export"], make: (shell) => new Exports(shell) };
