// What the page of the search asks the server for. Words travel in the body: addresses may stand in a log.

import { ask, body } from "../server.js";

const json = async (path, options) => (await ask(path, options)).json();

export const search = (asked) => json("/api/search", body("POST", asked));
export const saved = async () => (await json("/api/searches")).saved;
export const save = (name, words, filters) => json("/api/searches", body("POST", { name, words, filters }));
export const forget = (id) => ask(`/api/searches/${encodeURIComponent(id)}`, { method: "DELETE" });
export const synonyms = async () => (await json("/api/synonyms")).groups;
export const addSynonyms = (line) => json("/api/synonyms", body("POST", { line }));
export const removeSynonyms = (line) => json("/api/synonyms/remove", body("POST", { line }));

/** What was found as a file, for the browser to save. */
export async function table(asked) {
  const answer = await ask("/api/search.csv", body("POST", asked));
  const name = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "search.csv";
  return { name: decodeURIComponent(name), blob: await answer.blob() };
}
