import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";

const SWITCH = "finance_desk_keys_off";

/** What each key does at the desk; ``always`` works although single keys are switched off. */
export const KEYS = [
    { keys: ["j", "ArrowDown"], shown: "J ↓", deed: "next", words: _t("Next line"), repeats: true, always: true },
    { keys: ["k", "ArrowUp"], shown: "K ↑", deed: "previous", words: _t("Previous line"), repeats: true, always: true },
    { keys: ["Enter"], shown: "Enter", deed: "accept", words: _t("Accept the chosen proposal, go on to the next line; without one, settle by hand"), always: true },
    { keys: ["1", "2", "3", "4", "5"], shown: "1 – 5", deed: "choose", words: _t("Choose a proposal") },
    { keys: ["x"], shown: "X", deed: "reject", words: _t("Reject the chosen proposal") },
    { keys: [" "], shown: "Space", deed: "check", words: _t("Select the line"), always: true },
    { keys: ["c"], shown: "C", deed: "checkClear", words: _t("Select all clear lines") },
    { keys: ["Shift+Enter"], shown: "Shift Enter", deed: "acceptChecked", words: _t("Accept the selected lines"), always: true },
    { keys: ["s"], shown: "S", deed: "split", words: _t("Settle by hand: choose documents, split") },
    { keys: ["w"], shown: "W", deed: "writeOff", words: _t("Write off to an account") },
    { keys: ["p"], shown: "P", deed: "partner", words: _t("Assign a partner") },
    { keys: ["r"], shown: "R", deed: "rule", words: _t("New rule from this line") },
    { keys: ["n"], shown: "N", deed: "note", words: _t("Leave a note") },
    { keys: ["a"], shown: "A", deed: "colleague", words: _t("Hand the line to a colleague") },
    { keys: ["m"], shown: "M", deed: "matchAgain", words: _t("Match the line again") },
    { keys: ["u"], shown: "U", deed: "undo", words: _t("Undo my last decision") },
    { keys: ["/"], shown: "/", deed: "search", words: _t("Search") },
    { keys: ["?"], shown: "?", deed: "keys", words: _t("Show these keys") },
];

/** The key of the desk that was pressed; fields, buttons and links keep theirs. */
export function keyMeant(ev) {
    const within = (selector) => ev.target.closest && ev.target.closest(selector);
    const key = keyOf(ev);
    const pressed = ["Enter", " "].includes(ev.key) && !ev.shiftKey && within("button, a, summary");
    const typing = within("input, textarea, select, [contenteditable=true]");
    return key && !typing && !pressed && (keysAreOn() || key.always) ? key : undefined;
}

function keyOf(ev) {
    const name = ev.key === "Enter" && ev.shiftKey ? "Shift+Enter" : ev.key.length === 1 ? ev.key.toLowerCase() : ev.key;
    return KEYS.find((key) => key.keys.includes(name));
}

/** Single keys can disturb people who dictate: each browser may switch them off. */
export function keysAreOn() {
    return !browser.localStorage.getItem(SWITCH);
}

export function switchKeys(on) {
    if (on) {
        browser.localStorage.removeItem(SWITCH);
    } else {
        browser.localStorage.setItem(SWITCH, "1");
    }
}
