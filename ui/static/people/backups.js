// Backups: the last one, whether it can be read, one more, and how to restore.

import { ask, body } from "../server.js";
import { currentLanguage, day, make, say, size, speak, timeLeft } from "../words.js";
import { cell, doing, small, table } from "./tables.js";

const HEADS = ["head_made", "head_file", "head_size", "head_verified", "head_by", "head_do"];
const OLD = 7 * 24 * 3600 * 1000;
const BUSY = 1000;

export class Backups {
  constructor(shell) {
    this.shell = shell;
    this.start = make("button", { class: "kk-button kk-main-button", type: "button", "data-say": "backup_now", onclick: () => this.#post("") });
    this.stop = make("button", { class: "kk-button", type: "button", "data-say": "cancel", onclick: () => this.#post("/stop") });
    this.last = make("p", { class: "kk-outcome" });
    this.stage = make("span", { class: "kk-stage" });
    this.left = make("span", { class: "kk-left" });
    this.bar = make("progress", { max: 1, "data-say-label": "tab_backup" });
    this.work = make("div", { class: "kk-backup-work", role: "status" }, make("div", { class: "kk-progress-line" }, this.stage, make("span", { class: "kk-gap" }), this.left), this.bar);
    this.problem = make("p", { class: "kk-wrong", role: "alert", hidden: true });
    this.list = make("div", { class: "kk-list-of" });
    this.command = make("code", { class: "kk-command", tabindex: 0 });
    this.restoring = make("details", { class: "kk-restoring" }, make("summary", { "data-say": "restore_how" }),
      make("p", { class: "kk-hint", "data-say": "restore_text" }), this.command, make("p", { class: "kk-hint", "data-say": "restore_key" }),
      make("p", { class: "kk-hint", "data-say": "backup_command" }), make("code", { class: "kk-command", tabindex: 0 }, "kikigaki backup /mnt/backup/ --passphrase"));
    this.where = make("p", { class: "kk-hint" });
    this.element = make("section", { class: "kk-managed" },
      make("div", { class: "kk-managed-head" }, make("p", { class: "kk-hint", "data-say": "backup_hint" }), make("div", { class: "kk-head-actions" }, this.start, this.stop)),
      this.last, this.work, this.problem, this.where, this.list, this.restoring);
    speak(this.element);
  }

  async show() {
    await this.#load();
    if (!this.ticking) this.#tick();
  }

  async #load() {
    await doing(this.shell, async () => { this.known = await (await ask("/api/backups")).json(); });
    this.draw();
  }

  /** While something is done, it is looked at; what is not seen asks nothing. */
  async #tick() {
    this.ticking = true;
    while (this.#busy && this.element.checkVisibility()) {
      await new Promise((resolve) => setTimeout(resolve, BUSY));
      if (!document.hidden) await this.#load();
    }
    this.ticking = false;
  }

  get #busy() {
    return ["waiting", "running"].includes(this.known?.job?.state);
  }

  async #post(what, options = { method: "POST" }) {
    await doing(this.shell, () => ask(`/api/backups${what}`, options), () => this.show());
  }

  draw() {
    if (!this.known) return;
    const { backups, job, folder, beside } = this.known;
    this.start.hidden = this.#busy;
    this.stop.hidden = this.work.hidden = !this.#busy;
    this.#tellLast(backups[0]);
    if (this.#busy) this.#tellWork(job);
    this.problem.hidden = job?.state !== "failed";
    this.problem.textContent = job?.error[currentLanguage()] ?? "";
    this.where.textContent = say("backup_where", folder) + (beside ? say("backup_beside") : "");
    this.where.className = beside ? "kk-hint kk-same-disk" : "kk-hint";
    this.list.replaceChildren(table(HEADS, backups.map((one) => this.#row(one)), "no_backups"));
    const newest = backups.find((one) => one.here) ?? backups[0];
    this.command.textContent = `KIKIGAKI_DATA_DIR=${say("restore_folder")} kikigaki restore ${quoted(newest?.path || newest?.name || say("restore_file"))}`;
  }

  /** What somebody wants to know first. */
  #tellLast(one) {
    const good = one?.verified && Date.now() - new Date(one.made) < OLD;
    this.last.className = `kk-outcome ${good ? "kk-intact" : "kk-caution"}`;
    if (!one) this.last.textContent = say("backup_none");
    else this.last.textContent = [say("backup_last", day(one.made), size(one.size)), this.#verified(one)].join(say("sentence_end")) + say("sentence_end");
  }

  /** Whether it can be read: a sentence, or a few words for the list. */
  #verified({ broken, verified }, way = "fully") {
    const [state, when] = broken ? ["broken", broken] : verified ? ["good", verified] : ["unknown", ""];
    return say(`legible_${way}_${state}`, when && day(when));
  }

  #tellWork({ state, stage, share, measured, left, held, stopping }) {
    const words = stopping ? "state_stopping" : held ? "held" : state === "waiting" || !stage ? "state_waiting" : `stage_${stage}`;
    this.stage.textContent = say(words);
    this.left.textContent = measured ? [`${Math.round(share * 100)}%`, timeLeft(left)].filter(Boolean).join("  ") : "";
    if (measured) this.bar.value = share;
    else this.bar.removeAttribute("value");
  }

  #row(one) {
    const file = [one.name, make("small", {}, one.path.slice(0, -one.name.length) || say("backup_elsewhere")),
      one.here ? null : make("small", { class: "kk-stays" }, say("backup_gone"))].filter(Boolean);
    return make("tr", {}, cell(day(one.made)), make("th", { scope: "row" }, ...file), cell(one.size ? size(one.size) : ""),
      make("td", { class: one.broken ? "kk-stays" : "" }, this.#verified(one, "briefly"), one.passphrase ? make("small", {}, say("backup_passphrase")) : ""),
      cell(one.by), make("td", { class: "kk-row-actions" },
        one.ours && !this.#busy ? small("backup_verify", () => this.#post("/verify", body("POST", { name: one.name }))) : ""));
  }
}

/** As a shell takes it. */
const quoted = (path) => (/^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
