// Why something falls due, in words.

import { make, say } from "../words.js";

/** 「児童の記録」の規則: 子の誕生日から25年 */
export function why(rule, part, counting) {
  return rule ? say("why_rule", rule.name, part === "sound" ? soundTime(rule) : wholeTime(rule, counting)) : say("why_no_rule");
}

/** How long a record is kept; `counting` is how its years were counted, or the rule's own way. */
export function wholeTime(rule, counting = rule.counting) {
  if (rule.years === null) return say("for_ever");
  const counted = say(`years_${counting}`, rule.years);
  return counting === rule.counting ? counted : say("birth_unknown", counted);
}

export const soundTime = (rule) => (rule.sound_days === null ? say("sound_as_record") : say("sound_days", rule.sound_days));

/** What a deletion takes away, as a sentence: records as wholes, and sounds alone. */
export function statement(going) {
  const sounds = going.filter((one) => one.part === "sound").length;
  const wholes = going.length - sounds;
  return [wholes ? say("goes_whole", wholes) : "", sounds ? say("goes_sound", sounds) : "", say("goes_for_good")].join("");
}

export const list = (going) => make("ul", { class: "kk-going" },
  ...going.map((one) => make("li", {}, make("strong", {}, one.title), make("span", {}, say(`part_${one.part}`)))));
