// What the page of imports asks the server for.

import { ask, body, follow, send } from "../server.js";

const imports = "/api/imports";

export const waiting = async () => (await ask(imports)).json();
export const add = (file, onProgress) => send(`${imports}?${new URLSearchParams({ name: file.name })}`, file, onProgress);
export const preview = async (id) => (await ask(`${imports}/${id}`)).json();
export const take = (id, wishes, onProgress) => follow(`${imports}/${id}/take`, onProgress, body("POST", wishes));
export const drop = (id) => ask(`${imports}/${id}`, { method: "DELETE" });
