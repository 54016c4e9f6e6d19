// Administration: accounts and their roles, matters and their members, retention, backups, the audit log.

import { Accounts } from "../people/accounts.js";
import { AuditLog } from "../people/audit.js";
import { Backups } from "../people/backups.js";
import { Matters } from "../people/matters.js";
import { Retention } from "../retention/retention.js";
import { make, speak } from "../words.js";

const VIEWS = [
  { id: "accounts", label: "tab_accounts", right: "people", View: Accounts },
  { id: "matters", label: "tab_matters", right: "people", View: Matters },
  { id: "retention", label: "tab_retention", right: "retention", View: Retention },
  { id: "backup", label: "tab_backup", right: "backup", View: Backups },
  { id: "audit", label: "tab_audit", right: "audit", View: AuditLog },
];

class People {
  constructor(shell, site) {
    this.shell = shell;
    this.views = VIEWS.filter(({ right }) => site.me.rights.includes(right))
      .map(({ id, label, View }) => ({ id, label, view: new View(shell, site) }));
    this.tabs = this.views.map(({ id, label }) => make("a", { href: `#/people/${id}`, "data-say": label }));
    this.element = make("div", { class: "kk-people-place" },
      make("div", { class: "kk-tools" }, make("nav", { class: "kk-tabs", "data-say-label": "place_people" }, ...this.tabs)),
      ...this.views.map(({ view }) => view.element));
  }

  keys = [];

  mount([id, ...rest]) {
    this.chosen = this.views.find((one) => one.id === id) ?? this.views[0];
    this.views.forEach(({ id: one, view }, index) => {
      view.element.hidden = one !== this.chosen.id;
      if (one === this.chosen.id) this.tabs[index].setAttribute("aria-current", "page");
      else this.tabs[index].removeAttribute("aria-current");
    });
    this.chosen.view.show(rest);
  }

  unmount() {}

  home() {
    this.chosen.view.show([]);
  }

  focus() {
    this.tabs.find((one) => one.hasAttribute("aria-current"))?.focus();
  }

  refresh() {
    for (const { view } of this.views) view.draw();
    speak(this.element);
  }

  key() {
    return false;
  }
}

export const place = { id: "people", label: "place_people", rights: ["people", "retention", "backup", "audit"],
  make: (shell, site) => new People(shell, site) };
