import { onWillStart, useState } from "@odoo/owl";
import { formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { DeskOutage } from "./desk_outage";
import { addressOf, filtersOfAddress, keepLine, lastLine } from "./desk_place";

const AHEAD = 10; // lines before the end of what is loaded, when the next page is asked for

/** What the desk shows: the lines loaded so far, the chosen one with its facts, counts and the day's tally. */
export class DeskReading extends DeskOutage {
    static props = { ...standardActionServiceProps };

    setup() {
        super.setup();
        const context = this.props.action.context || {};
        this.state = useState({
            lines: [],
            after: false,
            currentId: false,
            chosen: 0,
            checked: {},
            waiting: {}, // lines whose acceptance the server has not confirmed
            details: {},
            filters: { state: "", order: "oldest", journal: context.desk_journal || "", ...filtersOfAddress() },
            counts: { all: 0, clear: 0, proposed: 0, open: 0, mine: 0 },
            left: 0, // open lines, whatever the filters show
            tally: { mine: 0, all: 0 },
            journals: [],
            runs: [],
            mayDecide: false,
            lookOnly: "",
            back: {}, // lines that stand open again because the person undid something
            most: 0,
            pane: "",
            busy: false,
            loading: false,
            said: "",
            failed: false,
            broken: "", // why something that is to be shown could not be read
            unread: true, // the list itself was not read yet
            lost: false, // no connection
        });
        onWillStart(() => this.load(this.state.filters, lastLine()));
    }

    /** The first page for the filters, at the line ``at`` if it is on it; an answer that comes late is not shown. */
    async load(filters = this.state.filters, at = false) {
        const asked = (this.asked = {});
        const before = this.state.filters;
        this.state.filters = filters;
        this.state.loading = true;
        try {
            const desk = await this.ask("open_desk", filters);
            if (asked !== this.asked) {
                return;
            }
            if (!desk) {
                this.state.filters = before; // those of the list that stays on the screen
                return;
            }
            this.props.updateActionState({ desk: addressOf(filters) });
            this.say("");
            Object.assign(this.state, {
                lines: desk.lines,
                after: desk.after,
                details: desk.details,
                counts: desk.counts,
                left: desk.left,
                tally: desk.tally,
                journals: desk.journals,
                runs: desk.runs,
                mayDecide: desk.may_decide,
                lookOnly: desk.look_only,
                most: desk.most,
                checked: {},
                back: {},
                unread: false,
            });
            const first = desk.lines.length ? desk.lines[0].id : false;
            this.select(desk.lines.some((line) => line.id === at) ? at : first);
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
        const page = await this.ask("read_page", this.state.filters, this.state.after);
        this.reading = false;
        if (page && asked === this.asked) {
            const known = new Set(this.state.lines.map((line) => line.id)); // one that was undone came back earlier
            this.state.lines.push(...page.lines.filter((line) => !known.has(line.id)));
            this.state.after = page.after;
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

    /** The sums of the selected lines, one for each currency. */
    get checkedSums() {
        const sums = {};
        for (const line of this.state.lines.filter((line) => this.state.checked[line.id])) {
            sums[line.currency_id] = (sums[line.currency_id] || 0) + line.open;
        }
        return Object.entries(sums)
            .map(([id, sum]) => formatMonetary(sum, { currencyId: Number(id) }))
            .join(" + ");
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
        keepLine(id);
        this.fetch(ahead ? [id, this.neighbour()] : [id]);
        if (this.index >= this.state.lines.length - AHEAD) {
            this.more();
        }
    }

    /** The line and the one after it, so that the next is there before it is asked for. */
    async fetch(ids) {
        const missing = ids.filter((id) => id && !(id in this.state.details));
        if (missing.length) {
            await this.read(missing);
        }
    }

    async read(ids) {
        const details = await this.ask("read_lines", ids);
        if (details) {
            this.keep(details, ids);
        }
    }

    async refresh() {
        const id = this.state.currentId;
        if (id) {
            await this.read([id]);
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

    /** Other lines had a proposal for what was settled now: their rows are brought up to date. */
    async readAgain(ids = []) {
        const loaded = this.state.lines.map((line) => line.id);
        const stale = ids.filter((id) => loaded.includes(id) && !this.state.waiting[id]);
        if (stale.length) {
            await this.read(stale);
        }
    }

    /** Whether the filters hide open lines. */
    get narrowed() {
        const { order, ...filters } = this.state.filters;
        return Object.values(filters).some(Boolean);
    }

    clearFilters() {
        return this.load({ state: "", order: this.state.filters.order });
    }

    count(line, step) {
        this.state.counts.all += step;
        this.state.counts.mine += line.mine ? step : 0;
        this.state.counts[line.state === "open" ? "open" : "proposed"] += step;
        this.state.counts.clear += line.state === "clear" ? step : 0;
    }
}
