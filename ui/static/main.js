// The beginning of everything: called by Gradio's component when it is on the page.

import * as server from "./server.js";
import { Shell } from "./shell.js";
import { useLabels } from "./words.js";

export async function mount(element) {
  const site = await server.site();
  site.me = await server.me();
  useLabels(site.labels, site.language);
  new Shell(element.querySelector("#kikigaki"), site).start();
}
