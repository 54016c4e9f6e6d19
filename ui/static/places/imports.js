// Past minutes and transcripts: files at the left, what is in the chosen one at the right, before it is taken.

import { takeDrops } from "../drops.js";
import { ImportFile } from "../imports/file.js";
import * as server from "../imports/server.js";
import { matters } from "../server.js";
import { make, say, speak } from "../words.js";

class Imports {
  constructor(shell) {
    this.shell = shell;
    this.files = [];
    this.element = this.#build();
    takeDrops(this.zone, (files) => this.#receive(files));
    this.#resume();
  }

  #build() {
    this.input = make("input", { type: "file", multiple: true, id: "kk-import-files", class: "kk-unseen", accept: ".docx,.docm,.txt,.text,.json,.jsonl,.ndjson",
      onchange: () => {
        this.#receive(this.input.files);
        this.input.value = "";
      } });
    this.zone = make("div", { class: "kk-drop" }, make("strong", { "data-say": "drop_imports" }),
      make("label", { for: "kk-import-files", class: "kk-button kk-small", "data-say": "choose" }),
      make("span", { class: "kk-hint", "data-say": "drop_imports_hint" }));
    this.list = make("ul", { class: "kk-list kk-import-list" });
    this.all = make("button", { class: "kk-button kk-main-button", type: "button", hidden: true, onclick: () => this.#takeAll() });
    this.welcome = make("section", { class: "kk-welcome" }, make("h2", { "data-say": "import_welcome" }),
      make("ol", {}, ...["import_welcome_1", "import_welcome_2", "import_welcome_3"].map((one) => make("li", { "data-say": one }))));
    this.shown = make("div", { class: "kk-import-shown" });
    this.take = make("button", { class: "kk-button kk-main-button", type: "button", "data-say": "import_take", onclick: () => this.#take(this.chosen) });
    this.drop = make("button", { class: "kk-button", type: "button", onclick: () => this.#drop(this.chosen) });
    this.foot = make("div", { class: "kk-import-foot" }, this.take, this.drop);
    return make("div", { class: "kk-body" },
      make("aside", { class: "kk-side" }, make("section", { class: "kk-intake", "data-say-label": "place_imports" }, this.input, this.zone),
        this.shelf = make("section", { class: "kk-shelf", hidden: true, "data-say-label": "import_files" }, make("h2", { "data-say": "import_files" }), this.list, this.all)),
      make("main", { class: "kk-main kk-import-main" }, make("div", { class: "kk-content" }, this.welcome, this.shown), this.foot));
  }

  keys = [];

  mount() {}

  unmount() {}

  home() {
    this.#choose(null);
  }

  focus() {
    (this.list.querySelector("button") ?? this.input).focus({ preventScroll: true });
  }

  refresh() {
    for (const file of this.files) file.refresh();
    this.#draw();
    speak(this.element);
  }

  key() {
    return false;
  }

  /** Files that wait on the server: the page was loaded again, or closed for a while. */
  async #resume() {
    try {
      const waiting = await server.waiting();
      const files = waiting.map(({ id, name, size }) => Object.assign(this.#add(name, size), { id }));
      this.#draw();
      for (const file of files) await file.look(await this.#known());
    } catch (error) {
      this.shell.problem(error.message, { lost: error.offline });
    }
  }

  /** Files are sent and read one after the other; one that cannot be read keeps nobody waiting. */
  async #receive(files) {
    const queued = [...files].map((file) => [this.#add(file.name, file.size), file]);
    this.#draw();
    for (const [entry, file] of queued) {
      if (entry.dropped) continue;
      await entry.send(file);
      if (entry.id && !entry.dropped) await entry.look(await this.#known());
    }
  }

  async #known() {
    this.matters ??= await matters().catch(() => []);
    return this.matters;
  }

  #add(name, bytes) {
    const file = new ImportFile(name, bytes, { changed: (one) => this.#changed(one) });
    file.button.onclick = () => this.#choose(file);
    this.files.push(file);
    return file;
  }

  #changed(file) {
    if (!this.chosen && this.files.includes(file) && file.state !== "sending") this.#choose(file);
    this.#draw();
    if (["done", "failed"].includes(file.state)) this.shell.announce(`${file.name}: ${file.problem || file.word.textContent}`);
  }

  #choose(file) {
    this.chosen = file;
    this.#draw();
  }

  #draw() {
    this.shelf.hidden = this.files.length === 0;
    const items = this.files.map((file) => file.item);
    if (items.some((item, index) => item !== this.list.children[index]) || items.length !== this.list.children.length) this.list.replaceChildren(...items);
    for (const file of this.files) {
      if (file === this.chosen) file.button.setAttribute("aria-current", "true");
      else file.button.removeAttribute("aria-current");
    }
    const ready = this.files.filter((one) => one.isReady);
    this.all.hidden = ready.length < 2;
    this.all.textContent = say("import_take_all", ready.length);
    this.welcome.hidden = Boolean(this.chosen);
    if (this.shown.firstChild !== (this.chosen?.content ?? null)) this.shown.replaceChildren(...(this.chosen ? [this.chosen.content] : []));
    this.foot.hidden = !this.chosen || this.chosen.state === "taking";
    this.take.hidden = !this.chosen?.isReady;
    this.drop.textContent = say(["done", "failed"].includes(this.chosen?.state) ? "import_clear" : "import_drop");
  }

  async #take(file) {
    await file.take();
    this.#draw();
    file.content.querySelector("h2").focus();
  }

  async #takeAll() {
    for (const file of this.files.filter((one) => one.isReady)) {
      this.#choose(file);
      await file.take();
    }
  }

  async #drop(file) {
    const index = this.files.indexOf(file);
    this.files.splice(index, 1);
    await file.drop();
    this.#choose(this.files[Math.min(index, this.files.length - 1)] ?? null);
    (this.chosen?.button ?? this.input).focus();
  }
}

export const place = { id: "imports", label: "place_imports", rights: ["add"], make: (shell) => new Imports(shell) };
