// Dialogs of retention: setting and lifting a hold, and what is asked before anything is deleted.

import { askFor } from "../dialogs.js";
import { say } from "../words.js";
import { list, statement } from "./reasons.js";
import * as server from "./server.js";

const reason = () => ({ name: "reason", kind: "long", label: say("hold_reason"), required: true, hint: say("hold_reason_hint") });

/** A hold on that record or matter. */
export const askToHold = (shell, subject, name) => askFor(shell, { title: say("hold_of", name), text: say("hold_text"), yes: say("hold_set"),
  fields: [reason()], submit: (values) => server.hold(subject, values.reason) });

/** The end of a hold; `freed` is how many records it kept that are due. */
export const askToRelease = (shell, hold, name, freed) => askFor(shell, { title: say("release_of", name), yes: say("release"),
  text: [say("release_text", hold.reason), freed ? say("release_due", freed) : ""].join(""),
  fields: [reason()], submit: (values) => server.release(hold.id, values.reason) });

/** What goes, in plain words and by name; it has to be confirmed by typing how many that are. */
export const askToDelete = (shell, { title, text = "", going, yes, submit }) => askFor(shell, { title, text: text + statement(going),
  content: list(going), yes, submit: ({ typed }) => submit(typed),
  fields: [{ name: "typed", label: say("type_number", going.length), required: true }] });
