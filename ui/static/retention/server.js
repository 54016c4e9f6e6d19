// What the pages of retention ask the server for.

import { ask, body, follow } from "../server.js";

const json = async (path, options) => (await ask(`/api/retention/${path}`, options)).json();

export const rules = () => json("rules");
export const setRule = (rule, typed) => ask("/api/retention/rules", body("PUT", { rule, typed }));
export const setDaily = (on, typed) => ask("/api/retention/daily", body("PUT", { on, typed }));
export const plan = (day, rule = null) => json("plan", body("POST", { day, rule }));
export const records = (start) => json(`records?start=${start}`);
export const holds = () => json("holds");
export const hold = (subject, reason) => ask("/api/retention/holds", body("POST", { subject, reason }));
export const release = (id, reason) => ask("/api/retention/holds/release", body("POST", { hold: id, reason }));
export const deletions = () => json("deletions");
export const forecast = async (recording) => (await ask(`/api/recordings/${recording}/retention`)).json();
export const run = (shown, typed, onProgress) => follow("/api/retention/run", onProgress, body("POST", { shown, typed }));
