import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { JourneySteps } from "../journey/journey_steps";

/** One thing from its source to the ledger: the stages on top, what happened below. */
export class FinanceTrace extends Component {
    static template = "finance_connector_base.Trace";
    static components = { JourneySteps, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ trace: null });
        const { model, res_id: id } = this.props.action.params || {};
        onWillStart(async () => {
            if (model && id) {
                this.state.trace = await this.orm.call("finance.trace", "read_trace", [model, id]);
            }
        });
    }

    open(stage) {
        const { model, id, domain, label } = stage.opens;
        this.action.doAction({
            type: "ir.actions.act_window",
            name: label,
            res_model: model,
            ...(id ? { res_id: id, views: [[false, "form"]] } : { domain, views: [[false, "list"], [false, "form"]] }),
        });
    }
}

registry.category("actions").add("finance_connector_base.trace", FinanceTrace);
