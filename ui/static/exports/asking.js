// Asking for an export of many records: which format, and then to the place where it is made.

import { askFor } from "../dialogs.js";
import { ask, body } from "../server.js";
import { say } from "../words.js";

const FIRST = "docx";

/** `wanted` names `records`, or what a search asked; `count` is how many there are. Resolves to whether it was wanted. */
export async function askToExport(shell, wanted, count) {
  const forms = [...shell.site.formats].sort((one, other) => (other === FIRST) - (one === FIRST));
  const done = await askFor(shell, {
    title: say("export_title", count), text: say("export_text"), yes: say("export_start"),
    fields: [{ name: "form", kind: "choice", label: say("head_form"), value: FIRST,
      options: forms.map((form) => [form, say(`format_${form}`)]) }],
    submit: ({ form }) => ask("/api/exports", body("POST", { ...wanted, form })),
  });
  if (done) shell.go("exports");
  return done;
}
