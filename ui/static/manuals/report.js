// Which sections were shown, opened, and judged: where the library should be better.

import { make, say } from "../words.js";
import * as server from "./server.js";
import { headings } from "./text.js";

const NUMBERS = ["shown", "opened", "helped", "wrong"];

export class Report {
  constructor() {
    this.sections = [];
    this.element = make("main", { class: "kk-report" });
  }

  show(sections) {
    this.sections = sections;
    this.refresh();
  }

  refresh() {
    const head = make("header", { class: "kk-changes-head" },
      make("div", {}, make("h2", {}, say("report")), make("p", { class: "kk-hint" }, say("report_hint"))),
      make("a", { class: "kk-button kk-main-button", href: server.reportAddress, download: true, "aria-keyshortcuts": "S" }, say("report_csv")));
    this.element.replaceChildren(head, this.sections.length ? this.#table() : make("p", { class: "kk-note" }, say("report_empty")));
  }

  #table() {
    const row = (one) => make("tr", {}, make("td", {}, headings(one.headings, "strong")), make("td", { class: "kk-source" }, one.title),
      ...NUMBERS.map((name) => make("td", { class: `kk-number ${name === "wrong" && one.wrong ? "kk-warning" : ""}` }, one[name])));
    return make("table", { class: "kk-report-table" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, say("section")), make("th", { scope: "col" }, say("manual")),
        ...NUMBERS.map((name) => make("th", { scope: "col", class: "kk-number" }, say(`count_${name}`))))),
      make("tbody", {}, ...this.sections.map(row)));
  }

  get keys() {
    return [["S", "report_csv"]];
  }

  key(event) {
    if (event.key.toLowerCase() !== "s") return false;
    this.element.querySelector("a").click();
    return true;
  }
}
