// What the page asks the server for.

import { currentLanguage, say } from "./words.js";

const recordings = "/api/recordings";

/** A refusal with a sentence for people. `offline` when nobody answered. */
export class Refusal extends Error {
  constructor(sentence, { offline = false, status = 0 } = {}) {
    super(sentence);
    this.offline = offline;
    this.status = status;
  }
}

const QUIET = 60_000;
let token = "";
let touched = Date.now();
for (const act of ["keydown", "pointerdown", "pointermove", "wheel"]) {
  addEventListener(act, () => { touched = Date.now(); }, { capture: true, passive: true });
}

/** What every request says: the token of this session, and whether the page asks by itself. */
function marks() {
  const unattended = Date.now() - touched > QUIET ? { "X-Kikigaki-Unattended": "1" } : {};
  return { "X-Kikigaki-Token": token, ...unattended };
}

/** Who is at the browser. From now on the page's requests carry their token. */
export async function me() {
  const known = await (await ask("/api/me")).json();
  token = known.csrf;
  return known;
}

export async function ask(path, options = {}, again = false) {
  let answer;
  try {
    answer = await fetch(path, { ...options, headers: { ...options.headers, ...marks() } });
  } catch {
    throw new Refusal(say("offline_error"), { offline: true });
  }
  if (answer.ok) return answer;
  const body = await answer.text();
  const kind = kindOf(body);
  if (["NotSignedIn", "MustChangePassword"].includes(kind)) return signIn();
  if (kind === "StaleToken" && !again) {
    await me();
    return ask(path, options, true);
  }
  throw new Refusal(sentence(body), { status: answer.status });
}

/** Off to the page that asks who somebody is, which leads back to here. */
function signIn() {
  const address = new URL("/sign-in", location);
  address.searchParams.set("next", location.pathname + location.search);
  address.hash = location.hash;
  location.replace(address);
  return new Promise(() => {});
}

function kindOf(body) {
  try {
    return JSON.parse(body).kind;
  } catch {
    return "";
  }
}

function sentence(body) {
  try {
    return JSON.parse(body).error[currentLanguage()];
  } catch {
    return say("failed_action");
  }
}

/** What the page needs to know once; waits for an application that is just starting. */
export async function site() {
  for (;;) {
    try {
      return await (await ask("/api/site")).json();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

export const findPassages = (id, onProgress) => follow(`${recordings}/${id}/passages`, onProgress);
export const passageShown = async (id, number, rank) =>
  (await (await ask(`${recordings}/${id}/passages/${number}/shown?rank=${rank}`, { method: "POST" })).json()).display;
export const matters = async () => (await ask("/api/matters")).json();
export const list = async () => (await ask(recordings)).json();
export const transcript = async (id) => (await ask(`${recordings}/${id}/transcript`)).json();
export const peaks = async (id) => new Uint8Array(await (await ask(`${recordings}/${id}/peaks`)).arrayBuffer());
export const printOut = async (id) => (await ask(`${recordings}/${id}/print`, { method: "POST" })).json();
export const act = (id, verb) => ask(`${recordings}/${id}/${verb}`, { method: "POST" });
export const remove = (id) => ask(`${recordings}/${id}`, { method: "DELETE" });
export const soundAddress = (id) => `${recordings}/${id}/sound`;
export const documentAddress = (id, form) => `${recordings}/${id}/export/${form}`;

/** What is sent as JSON, for `ask`. */
export const body = (method, content) => ({
  method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(content),
});

export function rename(id, speaker, name) {
  return ask(`${recordings}/${id}/speakers/${speaker}`, body("PUT", { name }));
}

/** Puts a record into a case or body; an empty one takes it out. */
export function move(id, matter) {
  return ask(`${recordings}/${id}/matter`, body("PUT", { matter }));
}

/** Work that is told line by line; resolves to its result. `onProgress(share, line)`, the share from 0 to 1. */
export async function follow(path, onProgress, options = { method: "POST" }) {
  const answer = await ask(path, options);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => ({ done: true }));
    if (done) throw new Refusal(say("offline_error"), { offline: true });
    text += value;
    const lines = text.split("\n");
    text = lines.pop();
    for (const line of lines.map((one) => JSON.parse(one))) {
      if (line.error) throw new Refusal(line.error[currentLanguage()]);
      if (line.result) return line.result;
      onProgress(line.total ? line.done / line.total : 0, line);
    }
  }
}

/** Sends a recording; resolves to its new id. */
export function upload(file, options, onProgress) {
  const { finished, abort } = send(`${recordings}?${new URLSearchParams({ name: file.name, ...options })}`, file, onProgress);
  return { finished: finished.then((answer) => answer?.id ?? null), abort };
}

/** Sends a file as it is, straight from the disk; resolves to the answer, or to null when it was stopped. */
export function send(address, file, onProgress) {
  const request = new XMLHttpRequest();
  const finished = new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onload = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText));
      else reject(new Refusal(sentence(request.responseText), { status: request.status }));
    };
    request.onerror = () => reject(new Refusal(say("failed_upload", file.name), { offline: true }));
    request.onabort = () => resolve(null);
    request.open("PUT", address);
    for (const [name, value] of Object.entries(marks())) request.setRequestHeader(name, value);
    request.send(file);
  });
  return { finished, abort: () => request.abort() };
}
