import { Component, onMounted, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { user } from "@web/core/user";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { _t } from "@web/core/l10n/translation";
import { Sparkline } from "./sparkline";

const MILLION = 1000000;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

/** Seconds as a person says them: the largest unit that fits. */
export function spokenDuration(seconds) {
    if (seconds < MINUTE) {
        return _t("%s s", Math.round(seconds));
    }
    if (seconds < HOUR) {
        return _t("%s min", Math.round(seconds / MINUTE));
    }
    if (seconds < 2 * DAY) {
        return _t("%s h", Math.round(seconds / HOUR));
    }
    return _t("%s days", Math.round(seconds / DAY));
}

/** A number of a figure as a person reads it. */
export function spokenFigure(figure, value, currencyId) {
    switch (figure.unit) {
        case "amount":
            return formatMonetary(value, { currencyId, humanReadable: Math.abs(value) >= MILLION });
        case "seconds":
            return spokenDuration(value);
        case "percent":
            return `${formatFloat(value, { digits: [16, 1] })} %`;
        default:
            return formatInteger(value);
    }
}

export class FinanceOverview extends Component {
    static template = "finance_connector_base.Overview";
    static components = { Layout, Sparkline };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            by: "total",
            domains: [],
            currencyId: false,
            countedOn: "",
            mayConnect: false,
            connected: true,
            loaded: false,
            loading: false,
            mayStop: false,
            unfolded: {},
        });
        this.views = [
            { key: "total", label: _t("Total") },
            { key: "company", label: _t("By company") },
            { key: "party", label: _t("By bank or connector") },
            { key: "age", label: _t("By age") },
        ];
        onMounted(() => {
            this.load();
            this.ask();
        });
    }

    /** What was asked for last is shown, whichever answer comes last. */
    async load(by = this.state.by) {
        Object.assign(this.state, { by, loading: true });
        const asked = (this.asked = {});
        try {
            const board =
                by === "total"
                    ? await this.orm.call("finance.board", "read_board", [])
                    : await this.orm.call("finance.board", "read_split", [by]);
            if (asked === this.asked) {
                this.show(board);
            }
        } finally {
            if (asked === this.asked) {
                this.state.loading = false;
            }
        }
    }

    show(board) {
        Object.assign(this.state, {
            domains: board.domains,
            currencyId: board.currency_id,
            countedOn: deserializeDateTime(board.counted_on).toFormat("HH:mm:ss"),
            loaded: true,
        });
        if ("connected" in board) {
            Object.assign(this.state, { mayConnect: board.may_connect, connected: board.connected });
        }
    }

    async ask() {
        const roles = ["operator", "approver"].map((role) => user.hasGroup(`finance_connector_base.group_${role}`));
        this.state.mayStop = (await Promise.all(roles)).some(Boolean);
    }

    async stop() {
        this.action.doAction(await this.orm.call("finance.stop", "action_ask", []));
    }

    /** What needs a person today stands first, domain by domain. */
    get work() {
        return this.state.domains.flatMap((domain) =>
            (domain.figures || [])
                .filter((figure) => figure.mood === "work")
                .map((figure) => ({ ...figure, area: domain.label }))
        );
    }

    /** Of a domain what does not need anybody: numbers, then behind a button those at zero. */
    loud(domain) {
        return domain.figures.filter((figure) => figure.mood !== "work" && figure.value);
    }

    quiet(domain) {
        return domain.figures.filter((figure) => figure.mood !== "work" && !figure.value);
    }

    unfold(domain) {
        this.state.unfolded[domain.code] = !this.state.unfolded[domain.code];
    }

    shown(figure, value = figure.value) {
        return spokenFigure(figure, value, this.state.currencyId);
    }

    /** What a screen reader says of a card, and what stands in its tip. */
    spoken(figure) {
        const words = [`${figure.label}: ${this.shown(figure)}.`, figure.help];
        if (this.has(figure.yesterday)) {
            words.push(_t("At the start of today: %s.", this.shown(figure, figure.yesterday)));
        }
        if (this.has(figure.month_ago)) {
            words.push(_t("30 days ago: %s.", this.shown(figure, figure.month_ago)));
        }
        return words.join(" ");
    }

    has(value) {
        return value !== undefined && value !== false;
    }

    /** The change since an earlier value, in words; nothing where there is none to compare with. */
    change(figure, then, words) {
        if (!this.has(then)) {
            return "";
        }
        const difference = figure.value - then;
        if (!difference) {
            return _t("= %s", words);
        }
        const amount = this.shown(figure, Math.abs(difference));
        return difference > 0 ? _t("▲ %(amount)s %(words)s", { amount, words }) : _t("▼ %(amount)s %(words)s", { amount, words });
    }

    changes(figure) {
        return [
            this.change(figure, figure.yesterday, _t("today")),
            this.change(figure, figure.month_ago, _t("in 30 days")),
        ]
            .filter(Boolean)
            .join(" · ");
    }

    connect() {
        this.action.doAction("finance_connector_base.finance_connect_action");
    }

    async open(figure, part = null) {
        const by = this.state.by === "total" ? null : this.state.by;
        this.action.doAction(await this.orm.call("finance.board", "open_figure", [figure.code, null, by, part]));
    }
}

registry.category("actions").add("finance_connector_base.overview", FinanceOverview);
