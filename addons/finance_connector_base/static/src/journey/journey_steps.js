import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { useService } from "@web/core/utils/hooks";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Steps in the order of time: plain words first, detail and contents of messages one click away. */
export class JourneySteps extends Component {
    static template = "finance_connector_base.JourneySteps";
    static props = {
        steps: Array,
        message: { type: [Number, Boolean], optional: true },
        mayReadRaw: { type: Boolean, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ parts: {} });
    }

    when(step) {
        return step.on ? formatDateTime(deserializeDateTime(step.on)) : _t("now");
    }

    took(step) {
        const passed = step.milliseconds;
        if (passed === null || passed === undefined) {
            return "";
        }
        if (passed < SECOND) {
            return _t("%s ms", passed);
        }
        return passed < MINUTE ? _t("%s s", (passed / SECOND).toFixed(1)) : _t("%s min", (passed / MINUTE).toFixed(1));
    }

    messageOf(step) {
        return step.message || this.props.message;
    }

    may(step) {
        return "may" in step ? step.may : this.props.mayReadRaw;
    }

    key(step) {
        return `${this.messageOf(step)}/${step.raw}`;
    }

    address(step) {
        return `/finance/message/${this.key(step)}`;
    }

    async toggle(step) {
        const { parts } = this.state;
        const key = this.key(step);
        if (parts[key]) {
            delete parts[key];
        } else {
            parts[key] = await this.orm.call("finance.message", "read_part", [[this.messageOf(step)], step.raw]);
        }
    }

    open(step) {
        const { model, id, domain, label } = step.opens;
        this.action.doAction({
            type: "ir.actions.act_window",
            name: id ? label : step.title,
            res_model: model,
            ...(id ? { res_id: id, views: [[false, "form"]] } : { domain, views: [[false, "list"], [false, "form"]] }),
        });
    }
}
