import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { JourneySteps } from "./journey_steps";

/** The journey of a message on its form. */
export class Journey extends Component {
    static template = "finance_connector_base.Journey";
    static components = { JourneySteps };
    static props = { ...standardFieldProps };

    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    get mayReadRaw() {
        return this.props.record.data.raw_allowed;
    }
}

registry.category("fields").add("finance_journey", {
    component: Journey,
    displayName: _t("Journey"),
    supportedTypes: ["json"],
    isEmpty: () => false,
    fieldDependencies: [{ name: "raw_allowed", type: "boolean" }],
});
