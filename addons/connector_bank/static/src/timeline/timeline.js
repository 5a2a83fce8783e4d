import { Component, onMounted, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { _t } from "@web/core/l10n/translation";
import { ZOOMS, daysBetween, marks, period, plus, spoken, title } from "./timeline_days";

/** One bar for each bank account, one place for each day: where the evidence is, and where it is missing. */
export class FinanceTimeline extends Component {
    static template = "connector_bank.Timeline";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.zooms = [
            { code: "month", label: _t("Month") },
            { code: "quarter", label: _t("Quarter") },
            { code: "year", label: _t("Year") },
        ];
        this.labels = {
            complete: _t("Complete"),
            parts: _t("By parts, not proved"),
            intraday: _t("During the day only"),
            gap: _t("Missing"),
            late: _t("Late"),
            awaited: _t("Not due yet"),
            closed: _t("No bank day"),
        };
        const saved = this.props.state || {};
        const zoom = ZOOMS.includes(saved.zoom) ? saved.zoom : "quarter";
        const day = saved.first || luxon.DateTime.now().toISODate();
        this.state = useState({ zoom, ...period(day, zoom), board: null, loading: false, onlyMissing: false, search: "" });
        useSetupAction({ getLocalState: () => ({ zoom: this.state.zoom, first: this.state.first }) });
        onMounted(() => this.load());
    }

    /** What was asked for last is shown, whichever answer comes last. */
    async load() {
        const { first, last, zoom } = this.state;
        this.state.loading = true;
        const asked = (this.asked = {});
        try {
            const board = await this.orm.call("finance.continuity", "read_timeline", [first, last, zoom === "year"]);
            if (asked === this.asked) {
                this.state.board = { ...board, zoom };
            }
        } finally {
            if (asked === this.asked) {
                this.state.loading = false;
            }
        }
    }

    show(zoom, day, steps = 0) {
        Object.assign(this.state, { zoom, ...period(day, zoom, steps) });
        return this.load();
    }

    /** Zooming in stays with today where today is in sight, else with the beginning. */
    zoom(zoom) {
        const { today } = this.state.board || {};
        const inSight = today && today >= this.state.first && today <= this.state.last;
        return this.show(zoom, inSight ? today : this.state.first);
    }

    move(steps) {
        return this.show(this.state.zoom, this.state.first, steps);
    }

    today() {
        return this.show(this.state.zoom, luxon.DateTime.now().toISODate());
    }

    get title() {
        return title(this.state, this.state.zoom);
    }

    get marks() {
        return marks(this.state.board, this.state.board.zoom);
    }

    get total() {
        return daysBetween(this.state.board.first, this.state.board.last) + 1;
    }

    /** Where today stands, in percent of the bar; null where it is out of sight. */
    get now() {
        const { today, first, last } = this.state.board;
        return today < first || today > last ? null : (100 * (daysBetween(first, today) + 0.5)) / this.total;
    }

    get accounts() {
        const words = this.state.search.trim().toLowerCase();
        return this.state.board.accounts.filter(
            (account) =>
                (!this.state.onlyMissing || account.missing || account.findings.length) &&
                (!words || `${account.name} ${account.number} ${account.company}`.toLowerCase().includes(words))
        );
    }

    get summary() {
        const { accounts, missing } = this.state.board;
        const bad = accounts.filter((account) => account.missing).length;
        if (!accounts.some((account) => account.due)) {
            return _t("No statement of this time");
        }
        return missing
            ? _t("%(days)s bank days without evidence, on %(accounts)s of %(all)s accounts", {
                  days: missing,
                  accounts: bad,
                  all: accounts.length,
              })
            : _t("No bank day without evidence on %s accounts", accounts.length);
    }

    cells(account) {
        const { first } = this.state.board;
        return account.runs
            .filter(([state]) => state !== "none")
            .map(([state, day, count]) => ({
                state,
                day,
                count,
                left: (100 * daysBetween(first, day)) / this.total,
                width: (100 * count) / this.total,
                words: this.words(state, day, count),
            }));
    }

    words(state, day, count) {
        const days = count === 1 ? spoken(day) : `${spoken(day)} – ${spoken(plus(day, count - 1))}`;
        return `${this.labels[state]}: ${days}`;
    }

    proved(account) {
        return account.due ? _t("%(proved)s of %(due)s days", { proved: account.proved, due: account.due }) : "";
    }

    /** The day under the pointer; a key press means the first day of the run. */
    async open(event, account, cell) {
        const box = event.currentTarget.getBoundingClientRect();
        const share = event.detail && box.width ? (event.clientX - box.left) / box.width : 0;
        const steps = Math.min(Math.max(Math.floor(share * cell.count), 0), cell.count - 1);
        const action = await this.orm.call("finance.continuity", "open_day", [account.id, plus(cell.day, steps)]);
        if (action) {
            this.action.doAction(action);
        }
    }

    async openFinding(account, [, day]) {
        const action = await this.orm.call("finance.continuity", "open_day", [account.id, day]);
        if (action) {
            this.action.doAction(action);
        }
    }

    openImport() {
        this.action.doAction("connector_bank.bring_statements_action");
    }
}

registry.category("actions").add("connector_bank.timeline", FinanceTimeline);
