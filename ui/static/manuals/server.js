// What the page of manuals asks the server for.

import { ask, body, follow, send } from "../server.js";

const manuals = "/api/manuals";
const edition = (id) => `${manuals}/editions/${encodeURIComponent(id)}`;
const json = async (path, options) => (await ask(path, options)).json();

export const library = () => json(manuals);
export const search = (question, manual) => json(`${manuals}/search`, body("POST", { question, manual }));
export const section = (passage) => json(`${manuals}/sections/${encodeURIComponent(passage)}`);
export const opened = (display) => ask(`${manuals}/displays/${display}/opened`, { method: "POST" });
export const judge = (display, verdict) => ask(`${manuals}/displays/${display}/verdict`, body("PUT", { verdict }));
export const changes = (id) => json(`${edition(id)}/changes`);
export const retire = (id) => json(`${edition(id)}/retire`, { method: "POST" });
export const restore = (id) => json(`${edition(id)}/restore`, { method: "POST" });
export const report = () => json(`${manuals}/report`);
export const reportAddress = `${manuals}/report.csv`;
export const reindex = (onProgress) => follow(`${manuals}/reindex`, onProgress);

/** The file as it was taken in; a PDF opens at the page. */
export function fileAddress({ id, file }, page) {
  return `${edition(id)}/file${page && isPdf(file) ? `#page=${page}` : ""}`;
}

export const isPdf = (file) => file.toLowerCase().endsWith(".pdf");

/** Sends a manual; `wish` says which manual it is an edition of, and its date. */
export function add(file, wish, onProgress) {
  const said = Object.entries(wish).filter(([, value]) => value);
  return send(`${manuals}?${new URLSearchParams([["name", file.name], ...said])}`, file, onProgress);
}
