// Accounts: who may sign in, and as what.

import { askFor, tellOnce } from "../dialogs.js";
import { ask, body } from "../server.js";
import { make, say, speak } from "../words.js";
import { cell, doing, small, table } from "./tables.js";

export const ROLES = ["caseworker", "clerk", "supervisor", "manager", "auditor", "administrator"];
const address = (person, what) => `/api/people/${person.id}/${what}`;

export class Accounts {
  constructor(shell, site) {
    this.shell = shell;
    this.me = site.me;
    this.people = null;
    this.list = make("div", { class: "kk-list-of" });
    this.element = make("section", { class: "kk-managed" },
      make("div", { class: "kk-managed-head" }, make("p", { class: "kk-hint", "data-say": "accounts_hint" }),
        make("button", { class: "kk-button kk-main-button", type: "button", "data-say": "add_account", onclick: () => this.#add() })),
      this.list);
    speak(this.element);
  }

  async show() {
    await doing(this.shell, async () => {
      this.people = await (await ask("/api/people")).json();
    });
    this.draw();
  }

  draw() {
    if (!this.people) return;
    const heads = ["head_name", "head_login", "head_roles", "head_state", "head_do"];
    this.list.replaceChildren(table(heads, this.people.map((one) => this.#row(one)), "no_accounts"));
  }

  #row(person) {
    const own = person.id === this.me.user;
    const roles = person.roles.map((role) => say(`role_${role}`)).join(say("list_comma")) || say("no_roles_short");
    return make("tr", { class: person.active ? "" : "kk-stopped" },
      make("th", { scope: "row" }, person.name), cell(person.login), cell(roles), cell(this.#state(person)),
      make("td", { class: "kk-row-actions" },
        own ? null : small("change_roles", () => this.#roles(person)),
        small("reset_password", () => this.#reset(person)),
        own ? null : small(person.active ? "deactivate" : "activate", () => this.#active(person))));
  }

  #state(person) {
    if (!person.active) return say("state_stopped");
    if (person.waiting) return say("state_first_password");
    return person.own_password ? say("state_active") : say("state_elsewhere");
  }

  async #add() {
    let made;
    const done = await askFor(this.shell, {
      title: say("add_account"), yes: say("add_account"),
      fields: [
        { name: "name", label: say("head_name"), required: true },
        { name: "login", label: say("head_login"), required: true, hint: say("login_hint") },
        { name: "roles", kind: "checks", label: say("head_roles"), options: roleOptions(), value: [] },
        { name: "password", kind: "check", label: say("with_password"), value: true, hint: say("with_password_hint") },
      ],
      submit: async (values) => {
        made = { ...values, ...(await (await ask("/api/people", body("POST", values))).json()) };
      },
    });
    if (!done) return;
    if (made.password) await this.#tell(made);
    if (!this.people.length) location.reload();
    else await this.show();
  }

  #tell({ name, password }) {
    return tellOnce(this.shell, { title: say("first_password_of", name), text: say("first_password_text"), secret: password });
  }

  async #roles(person) {
    const done = await askFor(this.shell, {
      title: say("roles_of", person.name), yes: say("save"),
      fields: [{ name: "roles", kind: "checks", label: say("head_roles"), options: roleOptions(), value: person.roles }],
      submit: (values) => ask(address(person, "roles"), body("PUT", values)),
    });
    if (done) await this.show();
  }

  async #reset(person) {
    const sure = await this.shell.confirm({ title: say("reset_password_of", person.name), text: say("reset_password_text"),
      no: say("cancel_form"), yes: say("reset_password") });
    if (!sure) return;
    await doing(this.shell, async () => {
      const { password } = await (await ask(address(person, "password"), { method: "POST" })).json();
      await this.#tell({ name: person.name, password });
    }, () => this.show());
  }

  async #active(person) {
    const sure = !person.active || await this.shell.confirm({ title: say("deactivate_of", person.name),
      text: say("deactivate_text"), no: say("cancel_form"), yes: say("deactivate") });
    if (!sure) return;
    await doing(this.shell, () => ask(address(person, "active"), body("PUT", { active: !person.active })), () => this.show());
  }
}

const roleOptions = () => ROLES.map((role) => [role, `${say(`role_${role}`)} — ${say(`role_why_${role}`)}`]);
