// Dialogs that ask for more than yes or no, and those that tell something once.

import { make, say } from "./words.js";

/**
 * Asks for values. `fields` are { name, label, kind, value, options, hint, required }: kind is "text", "password", "long",
 * "check" or "checks" (several of `options`, [[value, word], …]) or "choice" (one of them). `content` stands under the text.
 * `submit(values)` may throw a refusal: its sentence is shown, and what was typed stays. Resolves to whether it went through.
 */
export function askFor(shell, { title, text, content, fields, yes, submit }) {
  return new Promise((resolve) => {
    let done = false;
    const wrong = make("p", { class: "kk-wrong", role: "alert", hidden: true });
    const main = make("button", { class: "kk-button kk-main-button", type: "submit" }, led(yes));
    const cancel = make("button", { class: "kk-button", type: "button", onclick: () => shell.dialog.close() }, say("cancel_form"));
    const made = fields.map((field) => ({ ...field, ...control(field) }));
    const send = async (event) => {
      event.preventDefault();
      main.disabled = true;
      wrong.hidden = true;
      try {
        await submit(Object.fromEntries(made.map(({ name, read }) => [name, read()])));
        done = true;
        shell.dialog.close();
      } catch (error) {
        wrong.textContent = error.message;
        wrong.hidden = false;
      } finally {
        main.disabled = false;
      }
    };
    shell.dialog.replaceChildren(make("form", { class: "kk-form", onsubmit: send },
      make("h2", {}, led(title)), text ? make("p", {}, text) : null, content, ...made.map(({ element }) => element), wrong,
      make("div", { class: "kk-actions" }, main, cancel)));
    shell.dialog.onclose = () => resolve(done);
    shell.dialog.showModal();
    shell.dialog.querySelector("input, textarea, select")?.focus();
  });
}

/** The words of a button that leads here, without the dots that say so. */
const led = (words) => words.replace(/…$/, "");

/** A password that is shown this once: it stays until somebody says that they have it. */
export function tellOnce(shell, { title, text, secret }) {
  return new Promise((resolve) => {
    const close = make("button", { class: "kk-button kk-main-button", type: "button", onclick: () => shell.dialog.close() },
      say("noted_down"));
    shell.dialog.replaceChildren(make("h2", {}, title), make("p", {}, text), make("output", { class: "kk-secret" }, secret),
      make("div", { class: "kk-actions" }, close));
    shell.dialog.onclose = () => {
      shell.dialog.replaceChildren();
      resolve();
    };
    shell.dialog.showModal();
    close.focus();
  });
}

let last = 0;

function control(field) {
  const id = `kk-form-${(last += 1)}`;
  if (field.kind === "check") return check(field, id);
  if (field.kind === "checks") return checks(field);
  const input = { long: longText, choice }[field.kind]?.(field, id) ?? oneLine(field, id);
  const hint = field.hint ? make("span", { class: "kk-hint", id: `${id}-hint` }, field.hint) : null;
  if (hint) input.setAttribute("aria-describedby", hint.id);
  const element = make("div", { class: "kk-form-field" }, make("label", { for: id }, field.label), input, hint);
  return { element, read: () => input.value };
}

const oneLine = ({ kind, value, required, autocomplete, pattern }, id) => make("input", { id, type: kind ?? "text", value: value ?? "",
  required: required ?? false, autocomplete: autocomplete ?? "off", pattern, spellcheck: "false" });

const longText = ({ value, required }, id) => make("textarea", { id, rows: "3", required: required ?? false }, value ?? "");

const choice = ({ options, value }, id) => make("select", { id },
  ...options.map(([one, word]) => make("option", { value: one, selected: one === value }, word)));

function check({ label, value, hint }, id) {
  const input = make("input", { id, type: "checkbox", checked: value ?? false });
  const element = make("div", { class: "kk-form-field" }, make("label", { class: "kk-filter", for: id }, input, label),
    hint ? make("span", { class: "kk-hint" }, hint) : null);
  return { element, read: () => input.checked };
}

function checks({ label, options, value }) {
  const boxes = options.map(([one, word]) => {
    const input = make("input", { type: "checkbox", value: one, checked: value.includes(one) });
    return { input, element: make("label", { class: "kk-filter" }, input, word) };
  });
  const element = make("fieldset", { class: "kk-checks" }, make("legend", {}, label),
    make("div", {}, ...boxes.map((one) => one.element)));
  return { element, read: () => boxes.map((one) => one.input).filter((one) => one.checked).map((one) => one.value) };
}
