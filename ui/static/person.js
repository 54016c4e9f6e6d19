// Who is at the browser: in the corner of the bar, with what they do with their own account.

import { askFor } from "./dialogs.js";
import { ask, body } from "./server.js";
import { make, say } from "./words.js";

/** The one person of a machine without accounts is told so; others have a menu. */
export function personCorner(shell, me) {
  if (me.way === "single") {
    return make("span", { class: "kk-single", "data-say": "single_use", "data-say-title": "single_use_why" });
  }
  const act = (label, onclick) => make("button", { class: "kk-button", type: "button", "data-say": label, onclick: () => {
    corner.open = false;
    onclick();
  } });
  const roles = make("ul", { class: "kk-own-roles" }, ...me.roles.map((role) => make("li", { "data-say": `role_${role}` })));
  const corner = make("details", { class: "kk-person" },
    make("summary", { "data-say-title": "your_account" }, me.name),
    make("div", { class: "kk-person-menu" },
      me.roles.length ? roles : make("p", { class: "kk-note", "data-say": "no_roles" }),
      me.rights.includes("break_glass") ? act("emergency_button", () => openInEmergency(shell)) : null,
      me.way === "password" ? act("change_password", () => changePassword(shell)) : null,
      me.way === "proxy" ? null : act("sign_out", signOut)));
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !corner.open) return;
    corner.open = false;
    corner.querySelector("summary").focus();
  });
  addEventListener("pointerdown", (event) => {
    if (!corner.contains(event.target)) corner.open = false;
  });
  return corner;
}

async function signOut() {
  await ask("/api/sign-out", { method: "POST" });
  location.replace("/sign-in");
}

async function changePassword(shell) {
  const changed = await askFor(shell, {
    title: say("change_password"), text: say("password_advice"), yes: say("change_password"),
    fields: [
      { name: "old", kind: "password", label: say("present_password"), required: true, autocomplete: "current-password" },
      { name: "new", kind: "password", label: say("new_password"), required: true, autocomplete: "new-password" },
      { name: "again", kind: "password", label: say("new_password_again"), required: true, autocomplete: "new-password" },
    ],
    submit: async ({ old, new: wanted, again }) => {
      if (wanted !== again) throw new Error(say("passwords_differ"));
      await ask("/api/sign-in/password", body("POST", { old, new: wanted }));
    },
  });
  if (changed) location.reload();
}

/** The record that the address names, if any, is proposed. */
async function openInEmergency(shell) {
  let opened = "";
  const address = new URL(location);
  const record = address.searchParams.get("recording") ?? "";
  const done = await askFor(shell, {
    title: say("emergency_title"), text: say("emergency_text"), yes: say("emergency_open"),
    fields: [
      { name: "record", label: say("emergency_record"), value: record, required: true, hint: say("emergency_record_hint") },
      { name: "reason", kind: "long", label: say("emergency_reason"), required: true },
    ],
    submit: async (values) => {
      await ask("/api/emergency", body("POST", values));
      opened = values.record.trim();
    },
  });
  if (!done) return;
  address.searchParams.set("recording", opened);
  address.hash = "/recordings";
  location.assign(address);
  location.reload();
}
