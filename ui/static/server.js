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

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refusal(say("offline_error"), { offline: true });
  }
  if (!answer.ok) throw new Refusal(sentence(await answer.text()), { status: answer.status });
  return answer;
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
    const answer = await fetch("/api/site").catch(() => null);
    if (answer?.ok) return answer.json();
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

export const list = async () => (await ask(recordings)).json();
export const transcript = async (id) => (await ask(`${recordings}/${id}/transcript`)).json();
export const peaks = async (id) => new Uint8Array(await (await ask(`${recordings}/${id}/peaks`)).arrayBuffer());
export const act = (id, verb) => ask(`${recordings}/${id}/${verb}`, { method: "POST" });
export const remove = (id) => ask(`${recordings}/${id}`, { method: "DELETE" });
export const soundAddress = (id) => `${recordings}/${id}/sound`;
export const documentAddress = (id, form) => `${recordings}/${id}/export/${form}`;

export function rename(id, speaker, name) {
  return ask(`${recordings}/${id}/speakers/${speaker}`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name }),
  });
}

/** Sends a file as it is, straight from the disk; resolves to the new recording's id. */
export function upload(file, options, onProgress) {
  const request = new XMLHttpRequest();
  const query = new URLSearchParams({ name: file.name, ...options });
  const finished = new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onload = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText).id);
      else reject(new Refusal(sentence(request.responseText), { status: request.status }));
    };
    request.onerror = () => reject(new Refusal(say("failed_upload", file.name), { offline: true }));
    request.onabort = () => resolve(null);
    request.open("PUT", `${recordings}?${query}`);
    request.send(file);
  });
  return { finished, abort: () => request.abort() };
}
