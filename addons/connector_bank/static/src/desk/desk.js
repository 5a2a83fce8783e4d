import { Component, onMounted, onWillStart, status, useExternalListener, useRef, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { _t } from "@web/core/l10n/translation";
import { DeskFilters } from "./desk_filters";
import { DeskHand } from "./desk_hand";
import { DeskKeys } from "./desk_keys";
import { DeskLine } from "./desk_line";
import { DeskList } from "./desk_list";
import { DeskPicker } from "./desk_picker";
import { DeskWords } from "./desk_words";
import { keyMeant } from "./keys";
import { Sending } from "./sending";

const AHEAD = 10; // lines before the end of what is loaded, when the next page is asked for
const UNANSWERED = 5; // accepted lines without an answer of the server, after which Enter waits

/** One screen for the morning's work on open statement lines. */
export class MatchingDesk extends Component {
    static template = "connector_bank.MatchingDesk";
    static components = { Layout, DeskFilters, DeskHand, DeskLine, DeskList, DeskPicker, DeskWords };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.root = useRef("root");
        this.sending = new Sending();
        const context = this.props.action.context || {};
        this.state = useState({
            lines: [],
            after: false,
            currentId: false,
            chosen: 0,
            checked: {},
            waiting: {}, // lines whose acceptance the server has not confirmed
            details: {},
            filters: { state: "", order: "oldest", journal: context.desk_journal || "" },
            counts: { all: 0, clear: 0, proposed: 0, open: 0 },
            tally: { mine: 0, all: 0 },
            journals: [],
            mayDecide: false,
            most: 0,
            pane: "",
            busy: false,
            loading: false,
            said: "",
            failed: false,
        });
        this.words = { partner: _t("Partner"), colleague: _t("Hand to"), note: _t("Note on the line") };
        useExternalListener(window, "keydown", (ev) => this.onKey(ev));
        useExternalListener(window, "beforeunload", (ev) => this.sending.count && ev.preventDefault());
        onWillStart(() => this.load());
        onMounted(() => this.focusList());
    }

    // reading

    /** The first page for the filters; an answer that comes late is not shown. */
    async load(filters = this.state.filters) {
        const asked = (this.asked = {});
        this.state.filters = filters;
        this.state.loading = true;
        try {
            const desk = await this.orm.call("finance.desk", "open_desk", [filters]);
            if (asked !== this.asked) {
                return;
            }
            Object.assign(this.state, {
                lines: desk.lines,
                after: desk.after,
                details: desk.details,
                counts: desk.counts,
                tally: desk.tally,
                journals: desk.journals,
                mayDecide: desk.may_decide,
                most: desk.most,
                checked: {},
            });
            this.select(desk.lines.length ? desk.lines[0].id : false);
        } finally {
            if (asked === this.asked) {
                this.state.loading = false;
            }
        }
    }

    async more() {
        if (!this.state.after || this.reading) {
            return;
        }
        const asked = this.asked;
        this.reading = true;
        try {
            const page = await this.orm.silent.call("finance.desk", "read_page", [this.state.filters, this.state.after]);
            if (asked === this.asked) {
                this.state.lines.push(...page.lines);
                this.state.after = page.after;
            }
        } finally {
            this.reading = false;
        }
    }

    get index() {
        return this.state.lines.findIndex((line) => line.id === this.state.currentId);
    }

    get detail() {
        return this.state.details[this.state.currentId];
    }

    /** The nearest line below, or above, that is not on its way already. */
    get beside() {
        const free = (line) => !this.state.waiting[line.id];
        const { lines } = this.state;
        const line = lines.slice(this.index + 1).find(free) || lines.slice(0, Math.max(this.index, 0)).findLast(free);
        return line ? line.id : false;
    }

    /** Whether the person may decide, and the line is not on its way already. */
    get mayAct() {
        return this.state.mayDecide && !this.state.waiting[this.state.currentId];
    }

    get checkedIds() {
        return this.state.lines.filter((line) => this.state.checked[line.id]).map((line) => line.id);
    }

    neighbour(step = 1) {
        const line = this.state.lines[this.index + step];
        return line ? line.id : false;
    }

    select(id, ahead = true) {
        Object.assign(this.state, { currentId: id, chosen: 0, pane: "" });
        if (!id) {
            return;
        }
        this.fetch(ahead ? [id, this.neighbour()] : [id]);
        if (this.index >= this.state.lines.length - AHEAD) {
            this.more();
        }
    }

    /** The line and the one after it, so that the next is there before it is asked for. */
    async fetch(ids) {
        const missing = ids.filter((id) => id && !(id in this.state.details));
        if (missing.length) {
            this.keep(await this.orm.silent.call("finance.desk", "read_lines", [missing]), missing);
        }
    }

    /**
     * Keep what was read; a line that is not in the answer is done or gone. The person's choice stays on its
     * proposal; where that has gone, nothing is chosen, so that no key accepts what was not looked at.
     */
    keep(details, asked) {
        const seen = this.detail && this.detail.proposals[this.state.chosen];
        Object.assign(this.state.details, details);
        for (const id of asked) {
            const place = this.state.lines.findIndex((line) => line.id === id);
            if (details[id] && place >= 0) {
                this.count(this.state.lines[place], -1);
                this.count(details[id], 1);
                this.state.lines[place] = details[id];
            } else if (place >= 0) {
                this.state.details[id] = false;
            }
        }
        if (seen) {
            this.state.chosen = this.detail ? this.detail.proposals.findIndex((one) => one.id === seen.id) : 0;
        }
    }

    /** Everything read before a decision may have changed by it; what is on the screen stays until it is read anew. */
    renew(details) {
        const current = this.state.currentId;
        const shown = this.detail;
        this.state.details = shown ? { [current]: shown } : {};
        this.keep(details, Object.keys(details).map(Number));
        if (current && !(current in details) && !this.state.waiting[current]) {
            this.refresh();
        }
    }

    count(line, step) {
        this.state.counts.all += step;
        this.state.counts[line.state === "open" ? "open" : "proposed"] += step;
        this.state.counts.clear += line.state === "clear" ? step : 0;
    }

    // deciding

    say(words, failed = false) {
        Object.assign(this.state, { said: words, failed });
    }

    /** One call at a time; what the server refuses is said on the screen, and the line is read anew. */
    async decide(work) {
        if (this.state.busy || !this.state.mayDecide) {
            return false;
        }
        this.state.busy = true;
        try {
            await this.sending.rest();
            return await work();
        } catch (error) {
            const words = error.data && error.data.message;
            if (!words) {
                throw error;
            }
            this.say(words, true);
            await this.refresh();
            return false;
        } finally {
            this.state.busy = false;
        }
    }

    async refresh() {
        const id = this.state.currentId;
        if (id) {
            this.keep(await this.orm.silent.call("finance.desk", "read_lines", [[id]]), [id]);
        }
    }

    /** Goes on when the screen is left, as what was decided is to be sent. */
    call(method, ...args) {
        return this.env.services.orm.silent.call("finance.desk", method, args);
    }

    /** Show an answer: a line that is done leaves the list, its neighbour is next. */
    show(answer) {
        const next = this.beside;
        this.say(answer.words);
        this.state.details = {}; // a decision may take proposals away from any other line
        if (answer.open) {
            this.keep(answer.details, [answer.line_id]);
            this.state.pane = "";
            this.state.chosen = 0;
        } else {
            this.drop([answer.line_id]);
            this.keep(answer.details, Object.keys(answer.details).map(Number));
            this.select(next);
        }
        this.focusList();
    }

    drop(ids) {
        const gone = new Set(ids);
        for (const line of this.state.lines.filter((line) => gone.has(line.id))) {
            this.count(line, -1);
            delete this.state.checked[line.id];
        }
        this.state.tally.mine += ids.length;
        this.state.tally.all += ids.length;
        this.state.lines = this.state.lines.filter((line) => !gone.has(line.id));
    }

    /**
     * The next line is there at once; the accepted one stays in the list, marked, until the server has confirmed it.
     * What is refused loses the mark and is shown again with the words.
     */
    accept() {
        if (this.state.chosen < 0) {
            this.state.chosen = 0;
            return this.say(_t("The proposals of this line have changed meanwhile. Look again, then accept."), true);
        }
        const line = this.detail;
        const proposal = line && line.proposals[this.state.chosen];
        if (!proposal) {
            return this.openPane("hand");
        }
        if (proposal.rest) {
            return this.decide(async () => this.show(await this.call("accept", line.id, proposal.id, this.ahead(line.id))));
        }
        if (!this.mayAct || this.state.busy || this.sending.count >= UNANSWERED) {
            return false;
        }
        this.state.waiting[line.id] = true;
        const next = this.beside;
        if (next) {
            this.select(next, false);
            this.focusList();
        }
        return this.sending.send(() => this.confirm(line.id, proposal.id));
    }

    async confirm(id, proposalId) {
        try {
            this.settled(await this.call("accept", id, proposalId, this.ahead(id)));
        } catch (error) {
            delete this.state.waiting[id];
            const words = error.data && error.data.message;
            if (!words) {
                throw error;
            }
            await this.refused(id, words);
        }
    }

    settled(answer) {
        const id = answer.line_id;
        const next = this.beside;
        delete this.state.waiting[id];
        if (answer.open) {
            this.keep(answer.details, [id]);
            return this.say(_t("Booked in part: what is left of the line stays open."), true);
        }
        this.drop([id]);
        this.say(answer.words);
        if (id !== this.state.currentId) {
            return this.renew(answer.details);
        }
        this.state.currentId = false;
        this.renew(answer.details);
        this.select(next);
    }

    async refused(id, words) {
        if (status(this) === "destroyed") {
            return this.notification.add(words, { type: "danger", sticky: true });
        }
        this.say(words, true);
        if (!this.state.pane && !this.state.busy && this.state.lines.some((line) => line.id === id)) {
            this.select(id);
        }
        this.keep(await this.call("read_lines", [id]), [id]);
    }

    /** The lines shown next and after that, once ``id`` has left. */
    ahead(id) {
        const current = this.state.currentId === id ? this.beside : this.state.currentId;
        const place = this.state.lines.findIndex((line) => line.id === current);
        const open = this.state.lines.slice(Math.max(place, 0)).filter((line) => !this.state.waiting[line.id] && line.id !== id);
        return open.slice(0, 2).map((line) => line.id);
    }

    acceptChecked() {
        const choices = this.state.lines
            .filter((line) => this.state.checked[line.id] && line.proposal_id && !this.state.waiting[line.id])
            .map((line) => [line.id, line.proposal_id]);
        if (!choices.length) {
            return this.say(_t("Nothing is selected that could be accepted. Select lines with the space bar, or all clear ones with C."));
        }
        if (choices.length > this.state.most) {
            return this.say(_t("At most %s lines are accepted at once.", this.state.most), true);
        }
        return this.decide(async () => {
            const result = await this.call("accept_many", choices);
            const done = new Set(result.done);
            const next = this.state.lines.find((line) => !done.has(line.id));
            this.drop(result.done);
            this.state.details = {};
            const refused = result.refused.map((one) => one.words);
            this.say(
                [_t("%s lines accepted.", result.done.length), ...new Set(refused)].join(" "),
                refused.length > 0
            );
            this.select(next ? next.id : false);
            this.focusList();
        });
    }

    reject() {
        const proposal = this.detail && this.detail.proposals[this.state.chosen];
        return proposal && this.onLine("reject", proposal.id);
    }

    matchAgain() {
        return this.onLine("match_again");
    }

    /** Call a method for the line that is shown now, and show the answer. */
    onLine(method, ...args) {
        const { id } = this.detail || {};
        return id && this.mayAct && this.decide(async () => this.show(await this.call(method, id, ...args)));
    }

    settle(parts, writeOffs) {
        return this.onLine("settle", this.detail.open, parts, writeOffs, this.ahead(this.detail.id));
    }

    undo() {
        return this.decide(async () => {
            const answer = await this.call("undo_last");
            const detail = answer.details[answer.line_id];
            if (!detail) {
                await this.load();
                return this.say(answer.words);
            }
            if (!this.state.lines.some((line) => line.id === detail.id)) {
                this.state.lines.splice(Math.max(this.index, 0), 0, detail);
                this.count(detail, 1);
                this.state.tally.mine -= 1;
                this.state.tally.all -= 1;
            }
            this.keep(answer.details, [detail.id]);
            this.say(answer.words);
            this.select(detail.id);
            this.focusList();
        });
    }

    newRule() {
        const { id } = this.detail || {};
        return (
            id &&
            this.decide(async () => {
                const action = await this.call("rule_action", id);
                this.action.doAction(action, { onClose: () => this.focusList() });
            })
        );
    }

    // hands and keys

    openPane(pane) {
        if (this.detail && this.mayAct) {
            this.state.pane = pane;
        }
    }

    closePane() {
        this.state.pane = "";
        this.focusList();
    }

    focusList() {
        const list = this.root.el && this.root.el.querySelector("[role=listbox].o_desk_list");
        if (list) {
            list.focus({ preventScroll: true });
        }
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
        this.say(on ? _t("%s clear lines selected. Shift+Enter accepts them.", clear.length) : _t("Nothing selected"));
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
            return this.closePane();
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
