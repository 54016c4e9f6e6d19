// 「役に立った」「違う」: what somebody says of a section that was shown.

import { make, say } from "../words.js";
import * as server from "./server.js";

const VERDICTS = ["helped", "wrong"];
let said = Promise.resolve();

/** When everything that was said has arrived: one after the other, so that the last word counts. */
export const settled = () => said;

/** Two buttons for what was shown, `{ display, verdict }`; every pair of buttons for it says the same. */
export function judgement(shown, problem) {
  const buttons = VERDICTS.map((verdict) => make("button", { class: `kk-button kk-small kk-verdict-${verdict}`, type: "button",
    "aria-keyshortcuts": verdict[0].toUpperCase(), onclick: (event) => {
      event.stopPropagation();
      judge(shown, verdict, problem);
    } }));
  const refresh = () => buttons.forEach((button, index) => {
    const verdict = VERDICTS[index];
    button.setAttribute("aria-pressed", String(shown.verdict === verdict));
    button.textContent = `${shown.verdict === verdict ? "✓ " : ""}${say(verdict)}`;
  });
  shown.refreshes = [...(shown.refreshes ?? []), refresh];
  refresh();
  return make("div", { class: "kk-judgement", role: "group", "aria-label": say("judgement") }, ...buttons);
}

/** Says it, or takes it back when it was said already. */
export async function judge(shown, verdict, problem) {
  if (!shown?.display) return;
  const [before, now] = [shown.verdict, shown.verdict === verdict ? null : verdict];
  const say_ = (one) => {
    shown.verdict = one;
    for (const refresh of shown.refreshes ?? []) refresh();
  };
  say_(now);
  said = said.then(() => server.judge(shown.display, now)).catch((error) => {
    say_(before);
    problem(error.message);
  });
  await said;
}
