import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The steps of a message in the order of time: plain words first, detail and contents one click away. */
export class Journey extends Component {
    static template = "finance_connector_base.Journey";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ parts: {} });
    }

    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    get mayReadRaw() {
        return this.props.record.data.raw_allowed;
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

    address(step) {
        return `/finance/message/${this.props.record.resId}/${step.raw}`;
    }

    async toggle(step) {
        const { parts } = this.state;
        if (parts[step.raw]) {
            delete parts[step.raw];
        } else {
            parts[step.raw] = await this.orm.call("finance.message", "read_part", [
                [this.props.record.resId],
                step.raw,
            ]);
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

registry.category("fields").add("finance_journey", {
    component: Journey,
    displayName: _t("Journey"),
    supportedTypes: ["json"],
    isEmpty: () => false,
    fieldDependencies: [{ name: "raw_allowed", type: "boolean" }],
});
