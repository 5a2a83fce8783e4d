import { Component, onMounted, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { _t } from "@web/core/l10n/translation";
import { Sparkline } from "../overview/sparkline";
import { spokenFigure } from "../overview/overview";

/** How fast, how much, what fails, what waits: numbers for those who keep the hub running. */
export class FinanceTechnical extends Component {
    static template = "finance_connector_base.Technical";
    static components = { Layout, Sparkline };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ hours: 24, board: null, loading: false });
        this.windows = [
            { hours: 1, label: _t("This hour") },
            { hours: 24, label: _t("24 hours") },
            { hours: 168, label: _t("7 days") },
        ];
        onMounted(() => this.load());
    }

    /** What was asked for last is shown, whichever answer comes last. */
    async load(hours = this.state.hours) {
        Object.assign(this.state, { hours, loading: true });
        const asked = (this.asked = {});
        try {
            const board = await this.orm.call("finance.technical", "read_technical", [hours]);
            if (asked === this.asked) {
                this.state.board = board;
            }
        } finally {
            if (asked === this.asked) {
                this.state.loading = false;
            }
        }
    }

    get summedOn() {
        const { summed_on } = this.state.board;
        return summed_on ? formatDateTime(deserializeDateTime(summed_on)) : "";
    }

    shown(unit, value) {
        return value === null || value === undefined ? "–" : spokenFigure({ unit }, value);
    }

    spoken(card) {
        return `${card.label}: ${this.shown(card.unit, card.value)}`;
    }

    async open(code, table = null, key = null) {
        const given = [code, this.state.hours, table, key];
        this.action.doAction(await this.orm.call("finance.technical", "open_technical", given));
    }
}

registry.category("actions").add("finance_connector_base.technical", FinanceTechnical);
