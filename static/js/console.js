// What every page runs: live regions, keys, times, dialogs, forms.
import "./morph.js";
import "./live.js";
import "./keys.js";
import "./times.js";
import "./dialogs.js";
import "./forms.js";
import "./asking.js";
import "./notices.js";
