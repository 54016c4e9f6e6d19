// Words of the screen, times and sizes. The language lives in the address: ?lang=en.

let labels = {};
let language = "ja";

export function useLabels(all, preferred) {
  labels = all;
  const asked = new URL(location).searchParams.get("lang") ?? localStorage.getItem("kikigaki-lang");
  language = asked in all ? asked : preferred;
  document.documentElement.lang = language;
}

export function currentLanguage() {
  return language;
}

export function switchLanguage(to) {
  language = to;
  document.documentElement.lang = to;
  localStorage.setItem("kikigaki-lang", to);
  const address = new URL(location);
  address.searchParams.set("lang", to);
  history.replaceState(history.state, "", address);
}

export function say(key, ...values) {
  let rest = [...values];
  return (labels[language][key] ?? key).replaceAll("{}", () => rest.shift() ?? "");
}

/** Fills every element that names its label: data-say, data-say-title, data-say-label. */
export function speak(root) {
  for (const one of root.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
  for (const one of root.querySelectorAll("[data-say-title]")) one.title = say(one.dataset.sayTitle);
  for (const one of root.querySelectorAll("[data-say-label]")) {
    one.setAttribute("aria-label", say(one.dataset.sayLabel));
  }
}

/** 0:01:23 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number) => String(number).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

export function timeLeft(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds >= 3600) {
    return say("left_hours", Math.floor(seconds / 3600), Math.round((seconds % 3600) / 60));
  }
  if (seconds >= 55) return say("left_minutes", Math.round(seconds / 60));
  return say("left_seconds", Math.max(5, Math.ceil(seconds / 5) * 5));
}

export function size(bytes) {
  const steps = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]];
  const [unit, one] = steps.find(([, step]) => bytes >= step) ?? ["B", 1];
  const number = bytes / one;
  return `${number.toFixed(number < 10 && one > 1e3 ? 1 : 0)} ${unit}`;
}

export function day(iso) {
  const style = { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" };
  return new Date(iso).toLocaleString(language === "ja" ? "ja-JP" : "en-GB", style);
}

/** A day without its time: 2026-11-20. */
export function calendarDay(iso) {
  const [year, month, date] = iso.split("-").map(Number);
  const style = { year: "numeric", month: language === "ja" ? "long" : "short", day: "numeric" };
  return new Date(year, month - 1, date).toLocaleDateString(language === "ja" ? "ja-JP" : "en-GB", style);
}

/** An element: make("button", { class: "kk-x", onclick }, "text", child, …) */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
