// Cases and bodies, and who belongs to them.

import { askFor } from "../dialogs.js";
import { ask, body } from "../server.js";
import { make, say, speak } from "../words.js";
import { cell, doing, small, table } from "./tables.js";

const KINDS = ["case", "body"];

export class Matters {
  constructor(shell, site) {
    this.shell = shell;
    this.me = site.me;
    this.matters = null;
    this.people = [];
    this.list = make("div", { class: "kk-list-of" });
    this.element = make("section", { class: "kk-managed" },
      make("div", { class: "kk-managed-head" }, make("p", { class: "kk-hint", "data-say": "matters_hint" }),
        make("button", { class: "kk-button kk-main-button", type: "button", "data-say": "add_matter", onclick: () => this.#add() })),
      this.list);
    speak(this.element);
  }

  async show() {
    await doing(this.shell, async () => {
      const [matters, people] = await Promise.all([ask("/api/matters/members"), ask("/api/people")]);
      [this.matters, this.people] = [await matters.json(), await people.json()];
    });
    this.draw();
  }

  draw() {
    if (!this.matters) return;
    const heads = ["head_kind", "head_matter", "head_members", "head_state", "head_do"];
    this.list.replaceChildren(table(heads, this.matters.map((one) => this.#row(one)), "no_matters"));
  }

  #row(matter) {
    const names = this.people.filter((one) => matter.members.includes(one.id)).map((one) => one.name);
    return make("tr", { class: matter.closed ? "kk-stopped" : "" },
      cell(say(`kind_of_${matter.kind}`)), make("th", { scope: "row" }, matter.name),
      cell(names.join(say("list_comma")) || say("nobody_yet")), cell(say(matter.closed ? "state_closed" : "state_open")),
      make("td", { class: "kk-row-actions" },
        small("change_members", () => this.#members(matter)),
        small("rename", () => this.#rename(matter)),
        small(matter.closed ? "reopen" : "close_matter", () => this.#close(matter))));
  }

  async #add() {
    const done = await askFor(this.shell, {
      title: say("add_matter"), yes: say("add_matter"),
      fields: [
        { name: "name", label: say("head_matter"), required: true },
        { name: "kind", kind: "choice", label: say("head_kind"), options: KINDS.map((one) => [one, say(`kind_of_${one}`)]), value: "case" },
      ],
      submit: (values) => ask("/api/matters", body("POST", values)),
    });
    if (done) await this.show();
  }

  async #rename(matter) {
    const done = await askFor(this.shell, {
      title: say("rename"), yes: say("save"), fields: [{ name: "name", label: say("head_matter"), value: matter.name, required: true }],
      submit: (values) => ask(`/api/matters/${matter.id}/name`, body("PUT", values)),
    });
    if (done) await this.show();
  }

  async #members(matter) {
    const others = this.people.filter((one) => one.id !== this.me.user && (one.active || matter.members.includes(one.id)));
    const done = await askFor(this.shell, {
      title: say("members_of", matter.name), text: say("members_text"), yes: say("save"),
      fields: [{ name: "members", kind: "checks", label: say("head_members"),
        options: others.map((one) => [one.id, `${one.name} (${one.login})`]), value: matter.members }],
      submit: async ({ members }) => {
        for (const { id } of others) {
          const was = matter.members.includes(id);
          if (was !== members.includes(id)) await ask(`/api/matters/${matter.id}/members/${id}`, { method: was ? "DELETE" : "PUT" });
        }
      },
    });
    if (done) await this.show();
  }

  async #close(matter) {
    await doing(this.shell, () => ask(`/api/matters/${matter.id}/closed`, body("PUT", { closed: !matter.closed })), () => this.show());
  }
}
