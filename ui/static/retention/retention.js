// Retention: what will be deleted, when each record falls due, the rules, what must stay, and what is gone.

import { make, speak } from "../words.js";
import { Deletions } from "./deletions.js";
import { Due } from "./due.js";
import { Holds } from "./holds.js";
import { Records } from "./records.js";
import { Rules } from "./rules.js";

const PARTS = [["due", Due], ["records", Records], ["rules", Rules], ["holds", Holds], ["deleted", Deletions]];

export class Retention {
  constructor(shell) {
    this.parts = PARTS.map(([id, Part]) => ({ id, part: new Part(shell) }));
    this.links = PARTS.map(([id]) => make("a", { href: `#/people/retention/${id}`, "data-say": `retention_${id}` }));
    this.element = make("section", { class: "kk-managed kk-retention" },
      make("nav", { class: "kk-subtabs", "data-say-label": "tab_retention" }, ...this.links), ...this.parts.map(({ part }) => part.element));
    speak(this.element);
  }

  show([id] = []) {
    this.chosen = this.parts.find((one) => one.id === id) ?? this.parts[0];
    this.parts.forEach(({ id: one, part }, index) => {
      part.element.hidden = one !== this.chosen.id;
      if (one === this.chosen.id) this.links[index].setAttribute("aria-current", "page");
      else this.links[index].removeAttribute("aria-current");
    });
    this.chosen.part.show();
  }

  draw() {
    for (const { part } of this.parts) part.draw();
    speak(this.element);
  }
}
