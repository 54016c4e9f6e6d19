// The places, in the order of the bar. Each module exports `place`:
//
//   { id, label, rights, make(shell, site) }   `id` stands in the address (#/id), `label` names its word;
//                                              `rights` are those of which somebody needs one to see it
//
// and `make` gives an object with
//
//   element       is put into the page once; the shell hides and shows it
//   mount(path)   it is shown now; `path` is the rest of the address: #/id/one/two gives ["one", "two"]
//   unmount()     another place is shown now; what stands in it stays
//   home()        its own link was pressed while it is shown
//   focus()       takes the focus after the place was changed
//   refresh()     says everything anew, in another language
//   keys          what the foot shows: [["Space", "key_play"], …]
//   key(event)    true when it took the key
//
// The shell offers `problem(sentence, { lost })`, `calm()`, `announce(sentence)`, `confirm(…)`, `go(id, ...path)`
// and `showKeys()`.

import { place as exports_ } from "./exports.js";
import { place as imports } from "./imports.js";
import { place as manuals } from "./manuals.js";
import { place as people } from "./people.js";
import { place as recordings } from "./recordings.js";
import { place as search } from "./search.js";

export const PLACES = [recordings, search, manuals, imports, exports_, people];
