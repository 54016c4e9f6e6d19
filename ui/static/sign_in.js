// The page that asks who somebody is, and for another password in the place of the first one.

import { currentLanguage, make, say, speak, switchLanguage, useLabels } from "./words.js";

const failures = { UnknownVisitor: "failed_stranger", ProviderFails: "failed_provider" };

class SignIn {
  constructor(root, state) {
    this.root = root;
    this.state = state;
    this.password = "";
    this.wrong = make("p", { class: "kk-wrong", role: "alert", hidden: true });
    this.card = make("main", { class: "kk-sign-in-card" });
    root.replaceChildren(make("div", { class: "kk kk-sign-in" },
      make("header", { class: "kk-bar" }, make("h1", { "data-say": "product" }), make("span", { class: "kk-gap" }),
        make("span", { class: "kk-lamp", "data-say": "offline", "data-say-title": "offline_why" }), this.#languages()),
      this.card));
    this.show();
    const failed = failures[new URL(location).searchParams.get("failed")];
    if (failed) this.complain(say(failed));
  }

  #languages() {
    const language = (code, name) => make("button", { type: "button", lang: code, "aria-pressed": String(currentLanguage() === code),
      onclick: () => {
        switchLanguage(code);
        for (const one of group.children) one.setAttribute("aria-pressed", String(one.lang === code));
        this.show();
      } }, name);
    const group = make("div", { class: "kk-languages", role: "group", "data-say-label": "language" },
      language("ja", "日本語"), language("en", "English"));
    return group;
  }

  show() {
    this.wrong.hidden = true;
    this.card.replaceChildren(...(this.state.must_change ? this.#change() : this.#ask()));
    document.title = `${say(this.state.must_change ? "choose_password" : "sign_in")} | ${say("product")}`;
    speak(this.root);
    this.card.querySelector("input")?.focus();
  }

  #ask() {
    const login = field("login", "text", "username");
    const password = field("password", "password", "current-password");
    const send = async () => {
      this.password = password.input.value;
      await this.#send("/api/sign-in", { login: login.input.value, password: this.password });
    };
    const provider = this.state.provider ? make("a", { class: "kk-button", href: "/sign-in/provider" },
      say("sign_in_with", this.state.provider)) : null;
    return [make("h2", { "data-say": "sign_in" }), this.wrong, this.#form(send, "sign_in", login, password),
      provider ? make("p", { class: "kk-or", "data-say": "or" }) : null, provider].filter(Boolean);
  }

  #change() {
    const old = this.password ? null : field("first_password", "password", "current-password");
    const first = field("new_password", "password", "new-password");
    const again = field("new_password_again", "password", "new-password");
    const send = async () => {
      if (first.input.value !== again.input.value) {
        again.input.focus();
        throw new Error(say("passwords_differ"));
      }
      const content = { old: this.password || old.input.value, new: first.input.value };
      await this.#send("/api/sign-in/password", content);
    };
    const out = make("button", { class: "kk-button", type: "button", "data-say": "sign_out", onclick: () => this.#leave() });
    return [make("h2", { "data-say": "choose_password" }), make("p", { "data-say": "choose_password_why" }),
      make("p", { class: "kk-hint", "data-say": "password_advice" }), this.wrong,
      this.#form(send, "choose_password_button", ...[old, first, again].filter(Boolean)), out];
  }

  #form(send, label, ...fields) {
    const button = make("button", { class: "kk-button kk-main-button", type: "submit", "data-say": label });
    const submit = async (event) => {
      event.preventDefault();
      button.disabled = true;
      this.wrong.hidden = true;
      try {
        await send();
      } catch (error) {
        this.complain(error.message);
      } finally {
        button.disabled = false;
      }
    };
    return make("form", { class: "kk-form", onsubmit: submit }, ...fields.map((one) => one.element), button);
  }

  complain(sentence) {
    this.wrong.textContent = sentence;
    this.wrong.hidden = false;
  }

  async #send(path, content) {
    Object.assign(this.state, await post(path, this.state.csrf, content));
    if (this.state.must_change) this.show();
    else goOn();
  }

  async #leave() {
    await post("/api/sign-out", this.state.csrf).catch(() => null);
    location.replace("/sign-in");
  }
}

function field(label, type, autocomplete) {
  const input = make("input", { id: `kk-${label}`, name: label, type, autocomplete, required: true, spellcheck: "false", autocapitalize: "off" });
  return { input, element: make("div", { class: "kk-form-field" }, make("label", { for: input.id, "data-say": label }), input) };
}

async function post(path, token, content) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", body: content ? JSON.stringify(content) : undefined,
      headers: { "Content-Type": "application/json", "X-Kikigaki-Token": token } });
  } catch {
    throw new Error(say("sign_in_offline"));
  }
  if (answer.status === 204) return {};
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error?.[currentLanguage()] ?? say("failed_action"));
  return told;
}

/** To where somebody wanted to go, on this site. */
function goOn() {
  const wanted = new URL(location).searchParams.get("next") ?? "/";
  const address = new URL(wanted, location.origin);
  const safe = address.origin === location.origin && !address.pathname.startsWith("/sign-in") ? address : new URL("/", location);
  safe.hash = location.hash;
  location.replace(safe);
}

const state = await (await fetch("/api/sign-in")).json();
useLabels(state.labels, state.language);
if (state.name && !state.must_change) goOn();
else new SignIn(document.querySelector("#kikigaki"), state);
