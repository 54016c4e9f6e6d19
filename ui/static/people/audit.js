// The audit log: filtered, verified, as a table for spreadsheets. That somebody reads it is written into it.

import { ask } from "../server.js";
import { day, make, say, speak } from "../words.js";
import { cell, doing, table } from "./tables.js";

const ACTIONS = ["view", "play", "search", "add", "transcribe", "edit", "export", "print", "remove", "stop", "retry", "import",
  "sign_in", "sign_in_failed", "sign_out", "password", "rights", "break_glass", "dictionary", "manuals", "retention", "hold", "keys",
  "backup", "restore", "audit"];

export class AuditLog {
  constructor(shell) {
    this.shell = shell;
    this.rows = null;
    this.element = make("section", { class: "kk-managed" }, this.#filter(), this.#outcome(), this.#list());
    speak(this.element);
  }

  #filter() {
    const field = (label, control) => {
      control.id = `kk-log-${label}`;
      return make("div", { class: "kk-filter-field" }, make("label", { for: control.id, "data-say": label }), control);
    };
    this.names = make("datalist", { id: "kk-names" });
    this.fields = {
      user: make("input", { type: "search", list: "kk-names" }),
      action: make("select"),
      object: make("input", { type: "search" }),
      since: make("input", { type: "date" }),
      until: make("input", { type: "date" }),
    };
    this.#actions();
    this.csv = make("a", { class: "kk-button", download: true, "data-say": "audit_csv" });
    return make("form", { class: "kk-filters", onsubmit: (event) => {
      event.preventDefault();
      this.show();
    } }, this.names, field("filter_user", this.fields.user), field("filter_action", this.fields.action),
      field("filter_object", this.fields.object), field("filter_since", this.fields.since), field("filter_until", this.fields.until),
      make("div", { class: "kk-filter-do" },
        make("button", { class: "kk-button kk-main-button", type: "submit", "data-say": "filter_do" }), this.csv,
        make("button", { class: "kk-button", type: "button", "data-say": "verify", onclick: () => this.#verify() })));
  }

  #outcome() {
    this.outcome = make("p", { class: "kk-outcome", role: "status", hidden: true });
    return this.outcome;
  }

  #list() {
    this.list = make("div", { class: "kk-list-of kk-log" });
    return this.list;
  }

  #actions() {
    const chosen = this.fields.action.value;
    this.fields.action.replaceChildren(make("option", { value: "" }, say("every_action")),
      ...ACTIONS.map((one) => make("option", { value: one, selected: one === chosen }, say(`act_${one}`))));
  }

  #query(more = {}) {
    const values = Object.entries(this.fields).map(([name, { value }]) => [name, value.trim()]);
    return new URLSearchParams([...values.filter(([, value]) => value), ...Object.entries(more)]);
  }

  async show() {
    await doing(this.shell, async () => {
      const { rows, more } = await (await ask(`/api/audit?${this.#query()}`)).json();
      [this.rows, this.more] = [rows, more];
    });
    this.draw();
  }

  async #older() {
    await doing(this.shell, async () => {
      const { rows, more } = await (await ask(`/api/audit?${this.#query({ before: this.rows.at(-1).seq })}`)).json();
      [this.rows, this.more] = [[...this.rows, ...rows], more];
    });
    this.draw();
  }

  draw() {
    this.#actions();
    this.csv.href = `/api/audit.csv?${this.#query()}`;
    if (!this.rows) return;
    this.names.replaceChildren(...[...new Set(this.rows.map((row) => row.name))].filter(Boolean).map((name) => make("option", { value: name })));
    const heads = ["head_number", "head_when", "head_who", "head_act", "head_object", "head_details"];
    this.list.replaceChildren(table(heads, this.rows.map((row) => this.#row(row)), "no_rows"),
      ...(this.more ? [make("button", { class: "kk-button", type: "button", onclick: () => this.#older() }, say("older_rows"))] : []));
  }

  #row(row) {
    const who = [row.name || say("nobody"), make("small", {}, [say(`way_${row.way}`), row.address].filter(Boolean).join(" · "))];
    return make("tr", { class: `kk-act-${row.action}` }, cell(String(row.seq)), cell(day(row.at)), cell(...who),
      cell(say(`act_${row.action}`)), cell(row.object), cell(details(row.details)));
  }

  async #verify() {
    await doing(this.shell, async () => {
      const found = await (await ask("/api/audit/verify", { method: "POST" })).json();
      this.outcome.className = `kk-outcome ${found.intact ? "kk-intact" : "kk-broken"}`;
      this.outcome.textContent = found.intact ? say("log_intact", found.rows, found.head) : say(`fault_${found.fault}`, found.row);
      this.outcome.hidden = false;
    });
  }
}

const ROLE_LISTS = ["roles", "before", "after"];

/** What the log tells beside the rest; names that this page does not know are shown as they are. */
function details(told) {
  return Object.entries(told).map(([name, value]) => {
    if (name === "change") return say(`changed_${value}`).replace(/^changed_/, "");
    if (name === "state") return `${say("detail_state")}: ${say(`step_${value}`).replace(/^step_/, "")}`;
    const words = ROLE_LISTS.includes(name) ? value.split(" ").map((one) => say(`role_${one}`).replace(/^role_/, "")).join(" ") : value;
    return `${say(`detail_${name}`).replace(/^detail_/, "")}: ${words}`;
  }).join(" / ");
}
