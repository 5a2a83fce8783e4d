import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { user } from "@web/core/user";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { _t } from "@web/core/l10n/translation";

const MILLION = 1000000;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

/** Seconds as a person says them: the largest unit that fits. */
export function spokenDuration(seconds) {
    if (seconds < HOUR) {
        return _t("%s min", Math.round(seconds / MINUTE));
    }
    if (seconds < 2 * DAY) {
        return _t("%s h", Math.round(seconds / HOUR));
    }
    return _t("%s days", Math.round(seconds / DAY));
}

export class FinanceOverview extends Component {
    static template = "finance_connector_base.Overview";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ domains: [], currencyId: false, mayConnect: false, loaded: false, mayStop: false });
        onWillStart(() => Promise.all([this.load(), this.ask()]));
    }

    async load() {
        const board = await this.orm.call("finance.board", "read_board", []);
        Object.assign(this.state, {
            domains: board.domains,
            currencyId: board.currency_id,
            mayConnect: board.may_connect,
            loaded: true,
        });
    }

    async ask() {
        const roles = ["operator", "approver"].map((role) => user.hasGroup(`finance_connector_base.group_${role}`));
        this.state.mayStop = (await Promise.all(roles)).some(Boolean);
    }

    async stop() {
        this.action.doAction(await this.orm.call("finance.stop", "action_ask", []));
    }

    shown(figure) {
        switch (figure.unit) {
            case "amount":
                return formatMonetary(figure.value, {
                    currencyId: this.state.currencyId,
                    humanReadable: Math.abs(figure.value) >= MILLION,
                });
            case "seconds":
                return spokenDuration(figure.value);
            case "percent":
                return `${formatFloat(figure.value, { digits: [16, 1] })} %`;
            default:
                return formatInteger(figure.value);
        }
    }

    connect() {
        this.action.doAction("finance_connector_base.finance_connect_action");
    }

    async open(figure) {
        if (!figure.opens) {
            return;
        }
        this.action.doAction(await this.orm.call("finance.board", "open_figure", [figure.code]));
    }
}

registry.category("actions").add("finance_connector_base.overview", FinanceOverview);
