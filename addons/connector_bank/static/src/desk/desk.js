import { onMounted, onPatched, useExternalListener, useRef } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";
import { _t } from "@web/core/l10n/translation";
import { DeskDeciding } from "./desk_deciding";
import { DeskFilters } from "./desk_filters";
import { DeskHand } from "./desk_hand";
import { DeskKeys } from "./desk_keys";
import { DeskLine } from "./desk_line";
import { DeskList } from "./desk_list";
import { DeskPicker } from "./desk_picker";
import { DeskRuns } from "./desk_runs";
import { DeskWords } from "./desk_words";
import { keyMeant } from "./keys";

/** One screen for the morning's work on open statement lines. */
export class MatchingDesk extends DeskDeciding {
    static template = "connector_bank.MatchingDesk";
    static components = { Layout, DeskFilters, DeskHand, DeskLine, DeskList, DeskPicker, DeskRuns, DeskWords };

    setup() {
        super.setup();
        this.root = useRef("root");
        this.words = { partner: _t("Partner"), colleague: _t("Hand to"), note: _t("Note on the line") };
        useExternalListener(window, "keydown", (ev) => this.onKey(ev));
        onMounted(() => this.focusList());
        onPatched(() => this.keepFocus());
    }

    openPane(pane) {
        if (!this.detail || !this.mayDecideNow || !this.mayAct) {
            return;
        }
        this.state.pane = pane;
        if (this.checkedIds.length > 1) {
            this.say(_t("This is for the line in sight alone; the selected ones stay as they are."));
        }
    }

    /** Back to the list; from there Escape takes the filters away. */
    closePane(ofList = false) {
        if (ofList && !this.state.pane && this.narrowed) {
            this.clearFilters();
        }
        this.state.pane = "";
        this.focusList();
    }

    focusList() {
        const list = this.root.el && this.root.el.querySelector(".o_desk_list");
        if (list) {
            list.focus({ preventScroll: true });
        }
    }

    /** Where the part of the screen that had the focus has gone, it is in the open pane, or else in the list. */
    keepFocus() {
        const held = document.activeElement;
        if ((held && held !== document.body && !held.disabled) || document.querySelector(".modal")) {
            return;
        }
        const field = this.root.el.querySelector(".o_desk_pane [role=combobox], .o_desk_pane textarea");
        if (field) {
            field.focus();
        } else {
            this.focusList();
        }
    }

    /** What a screen reader says of the chosen line and proposal. */
    get spoken() {
        const { detail } = this;
        const proposal = detail && detail.proposals[this.state.chosen];
        if (!detail) {
            return "";
        }
        if (!proposal) {
            return _t("%(amount)s: no match. %(why)s", { amount: detail.amount_text, why: detail.why_not[0] || "" });
        }
        return _t("%(amount)s: proposal %(place)s of %(count)s, %(rule)s, %(documents)s", {
            amount: detail.amount_text,
            place: this.state.chosen + 1,
            count: detail.proposals.length,
            rule: proposal.rule,
            documents: proposal.parts.map((part) => part.name).join(", ") || proposal.other_line || "",
        });
    }

    check(id, on = !this.state.checked[id]) {
        if (on) {
            this.state.checked[id] = true;
        } else {
            delete this.state.checked[id];
        }
    }

    /** All clear lines that are loaded, or none. */
    checkClear() {
        const clear = this.state.lines.filter((line) => line.state === "clear").slice(0, this.state.most);
        const on = clear.some((line) => !this.state.checked[line.id]);
        clear.forEach((line) => this.check(line.id, on));
        if (!clear.length) {
            return this.say(_t("None of the loaded lines is clear: one proposal alone, without doubt, difference or rest."));
        }
        this.say(on ? _t("Clear lines selected: %s. Shift+Enter accepts them.", clear.length) : _t("Nothing selected"));
    }

    move(step) {
        const id = this.state.currentId ? this.neighbour(step) : this.state.lines[0] && this.state.lines[0].id;
        if (id) {
            this.select(id);
        }
    }

    get deeds() {
        return {
            next: () => this.move(1),
            previous: () => this.move(-1),
            accept: () => this.accept(),
            acceptChecked: () => this.acceptChecked(),
            check: () => this.state.currentId && this.check(this.state.currentId),
            checkClear: () => this.checkClear(),
            choose: (number) => this.choose(number - 1),
            reject: () => this.reject(),
            split: () => this.openPane("hand"),
            writeOff: () => this.openPane("writeOff"),
            partner: () => this.openPane("partner"),
            note: () => this.openPane("note"),
            colleague: () => this.openPane("colleague"),
            rule: () => this.newRule(),
            matchAgain: () => this.matchAgain(),
            undo: () => this.undo(),
            search: () => this.root.el.querySelector("input[name=text]").focus(),
            keys: () => this.openKeys(),
        };
    }

    openKeys() {
        this.dialog.add(DeskKeys, {}, { onClose: () => this.focusList() });
    }

    choose(place) {
        if (this.detail && place < this.detail.proposals.length) {
            this.state.chosen = place;
        }
    }

    onKey(ev) {
        if (document.querySelector(".modal, .o-dropdown--menu") || ev.ctrlKey || ev.altKey || ev.metaKey) {
            return;
        }
        if (ev.key === "Escape") {
            return this.closePane(document.activeElement.classList.contains("o_desk_list"));
        }
        const key = keyMeant(ev);
        if (key) {
            ev.preventDefault();
            if (!ev.repeat || key.repeats) {
                this.deeds[key.deed](Number(ev.key));
            }
        }
    }
}

registry.category("actions").add("connector_bank.desk", MatchingDesk);
