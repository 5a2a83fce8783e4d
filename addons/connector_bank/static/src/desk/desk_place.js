import { browser } from "@web/core/browser/browser";
import { router } from "@web/core/browser/router";

const LINE = "finance_desk_line";

/** What each filter may be: an address can be typed by anybody. */
const ALLOWED = {
    state: /^(clear|proposed|open|mine)$/,
    order: /^(oldest|newest|largest)$/,
    journal: /^\d+$/,
    text: /./,
    least: /^\d+(\.\d+)?$/,
    most: /^\d+(\.\d+)?$/,
    from: /^\d{4}-\d\d-\d\d$/,
    until: /^\d{4}-\d\d-\d\d$/,
};

/** The filters that the address of the page names: they outlive a reload and can be kept as a bookmark. */
export function filtersOfAddress() {
    const given = [...new URLSearchParams(String(router.current.desk || ""))];
    return Object.fromEntries(given.filter(([name, value]) => ALLOWED[name] && ALLOWED[name].test(value)));
}

/** The filters as one part of the address; nothing where they are those of the first sight. */
export function addressOf(filters) {
    const set = Object.entries(filters).filter(([name, value]) => value && !(name === "order" && value === "oldest"));
    return set.length ? new URLSearchParams(set).toString() : undefined;
}

/** The line this browser tab was at. */
export function lastLine() {
    return Number(browser.sessionStorage.getItem(LINE)) || false;
}

export function keepLine(id) {
    browser.sessionStorage.setItem(LINE, id);
}
