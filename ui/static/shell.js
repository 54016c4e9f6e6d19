// What every place stands in: the bar, the address, the language, the keys, and what is said to everybody.

import { personCorner } from "./person.js";
import { PLACES } from "./places/index.js";
import { currentLanguage, make, say, speak, switchLanguage } from "./words.js";

export class Shell {
  constructor(root, site) {
    this.site = site;
    this.places = PLACES.filter(({ rights }) => !rights || rights.some((one) => site.me.rights.includes(one)));
    this.made = new Map();
    root.replaceChildren(this.#build());
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("popstate", () => this.#follow());  // also where more than the fragment changes
  }

  #build() {
    const language = (code, name) => make("button", { type: "button", lang: code, "aria-pressed": String(currentLanguage() === code),
      onclick: () => this.#speakIn(code) }, name);
    this.languages = make("div", { class: "kk-languages", role: "group", "data-say-label": "language" },
      language("ja", "日本語"), language("en", "English"));
    this.links = this.places.map(({ id, label }, index) => make("a", { href: `#/${id}`, "data-say": label,
      "aria-keyshortcuts": `Alt+${index + 1}`, onclick: (event) => this.#press(event, id) }));
    this.alert = make("div", { class: "kk-alert", role: "alert", hidden: true });
    this.body = make("div", { class: "kk-place" });
    this.keys = make("footer", { class: "kk-keys" });
    this.live = make("div", { class: "kk-unseen", role: "status", "aria-live": "polite" });
    this.dialog = make("dialog", { class: "kk-dialog" });
    return make("div", { class: "kk" },
      make("header", { class: "kk-bar" }, make("h1", { "data-say": "product" }),
        make("nav", { "data-say-label": "places" }, ...this.links), make("span", { class: "kk-gap" }),
        make("span", { class: "kk-lamp", "data-say": "offline", "data-say-title": "offline_why" }), this.languages,
        personCorner(this, this.site.me)),
      this.alert, this.body, this.keys, this.live, this.dialog);
  }

  start() {
    this.#follow({ focus: false });
    speak(document.querySelector(".kk"));
  }

  /** Another place, or another spot in it; the way back is the browser's. */
  go(id, ...path) {
    location.hash = `/${[id, ...path].map(encodeURIComponent).join("/")}`;
  }

  /** A spot that is no step on the way back. */
  stand(id, ...path) {
    const address = new URL(location);
    address.hash = `/${[id, ...path].map(encodeURIComponent).join("/")}`;
    history.replaceState(history.state, "", address);
  }

  #press(event, id) {
    if (this.current?.id !== id) return;
    event.preventDefault();
    this.current.place.home();
  }

  /** Shows the place that the address names; an unknown one is the first. */
  #follow({ focus = true } = {}) {
    const [id, ...path] = location.hash.replace(/^#?\/?/, "").split("/").filter(Boolean).map(decode);
    const known = this.places.find((one) => one.id === id) ?? this.places[0];
    const changed = this.current?.id !== known.id;
    if (changed) this.#change(known);
    this.current.place.mount(path);
    this.showKeys();
    if (changed && focus) this.current.place.focus();
  }

  #change(known) {
    this.current?.place.unmount();
    for (const one of this.made.values()) one.element.hidden = true;
    if (!this.made.has(known.id)) {
      const place = known.make(this, this.site);
      this.made.set(known.id, place);
      this.body.append(place.element);
      speak(place.element);
    }
    this.current = { id: known.id, label: known.label, place: this.made.get(known.id) };
    this.current.place.element.hidden = false;
    this.places.forEach(({ id }, index) => {
      if (id === known.id) this.links[index].setAttribute("aria-current", "page");
      else this.links[index].removeAttribute("aria-current");
    });
    this.#name();
  }

  #name() {
    const first = this.current.id === this.places[0].id;
    document.title = first ? say("product") : `${say(this.current.label)} | ${say("product")}`;
  }

  /** The keys of the place that is shown, and those that change it. */
  showKeys() {
    const change = this.places.length > 1 ? [[`Alt+1–${this.places.length}`, "key_place"]] : [];
    const shown = [...(this.current?.place.keys ?? []), ...change];
    this.keys.hidden = shown.length === 0;
    this.keys.replaceChildren(...shown.map(([key, label]) => make("span", {}, make("kbd", {}, key), say(label))));
  }

  announce(sentence) {
    this.live.textContent = sentence;
  }

  problem(sentence, { lost = false } = {}) {
    this.alert.replaceChildren(make("span", {}, sentence), make("button", { class: "kk-button kk-small", type: "button",
      onclick: () => this.calm() }, say("close")));
    this.alert.classList.toggle("kk-lost", lost);
    this.alert.hidden = false;
  }

  calm() {
    this.alert.hidden = true;
  }

  /** Asks before something that cannot be taken back; resolves to whether it was wanted. */
  confirm({ title, text, no, yes }) {
    return new Promise((resolve) => {
      const button = (label, wanted, kind) => make("button", { class: `kk-button ${kind}`, type: "button", onclick: () => {
        resolve(wanted);
        this.dialog.close();
      } }, label);
      this.dialog.replaceChildren(make("h2", {}, title), make("p", {}, text),
        make("div", { class: "kk-actions" }, button(no, false, ""), button(yes, true, "kk-main-button")));
      this.dialog.onclose = () => resolve(false);
      this.dialog.showModal();
    });
  }

  #speakIn(language) {
    switchLanguage(language);
    for (const button of this.languages.children) button.setAttribute("aria-pressed", String(button.lang === language));
    speak(document.querySelector(".kk"));
    for (const place of this.made.values()) place.refresh();
    this.#name();
    this.showKeys();
  }

  #key(event) {
    if (this.dialog.open || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.altKey) {
      this.#jump(event);
      return;
    }
    const target = event.target;
    if (target.matches("input, select, textarea")) return;
    if (target.matches("button, a, summary") && [" ", "Enter"].includes(event.key)) return;
    if (this.current.place.key(event)) event.preventDefault();
  }

  /** By the place of the key: with Alt, some keyboards write another letter. */
  #jump(event) {
    const place = this.places[Number(/^Digit([1-9])$/.exec(event.code)?.[1]) - 1];
    if (!place) return;
    event.preventDefault();
    if (this.current.id !== place.id) this.go(place.id);
  }
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
