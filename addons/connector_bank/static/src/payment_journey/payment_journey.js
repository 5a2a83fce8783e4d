import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { KeepLast } from "@web/core/utils/concurrency";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { JourneySteps } from "@finance_connector_base/journey/journey_steps";

const WAIT = 250;

/** Where is my money: one box to find a payment, its stages and all that happened below. */
export class PaymentJourney extends Component {
    static template = "connector_bank.PaymentJourney";
    static components = { JourneySteps, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.last = new KeepLast();
        this.box = useRef("autofocus");
        useAutofocus();
        const { model, res_id: id, query } = this.props.action.params || {};
        this.state = useState({ query: query || "", found: null, journey: null, at: null, trail: [] });
        onWillStart(async () => {
            if (id) {
                await this.show(model, id);
            } else if (query) {
                await this.search();
            }
        });
    }

    typed(ev) {
        this.state.query = ev.target.value;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.search(), WAIT);
    }

    async search() {
        clearTimeout(this.timer);
        const text = this.state.query.trim();
        const found = text
            ? await this.last.add(this.orm.call("finance.payment.journey", "find", [text]))
            : null;
        Object.assign(this.state, { found, journey: null, at: null, trail: [] });
        if (found && found.rows.length === 1) {
            await this.show("account.payment", found.rows[0].id);
        }
    }

    async show(model, id) {
        const journey = await this.last.add(this.orm.call("finance.payment.journey", "read_journey", [model, id]));
        Object.assign(this.state, { journey, at: { model, id } });
    }

    /** From a run to one of its orders, from an order to one of its payments. */
    async into(row) {
        this.state.trail.push(this.state.at);
        await this.show(row.model || "account.payment", row.id);
    }

    async back() {
        const above = this.state.trail.pop();
        if (above) {
            await this.show(above.model, above.id);
        } else {
            Object.assign(this.state, { journey: null, at: null });
        }
    }

    when(stage) {
        return stage.on ? formatDateTime(deserializeDateTime(stage.on)) : "";
    }

    share(stage) {
        return stage.total > 1 && stage.count ? _t("%(count)s of %(total)s", stage) : "";
    }

    open(opens, label) {
        const { model, id, domain } = opens;
        this.action.doAction({
            type: "ir.actions.act_window",
            name: label,
            res_model: model,
            ...(id ? { res_id: id, views: [[false, "form"]] } : { domain, views: [[false, "list"], [false, "form"]] }),
        });
    }

    openRecord() {
        this.open(this.state.at, this.state.journey.head.name);
    }

    async takeBack() {
        const done = await this.orm.call("account.payment", "action_finance_take_back", [[this.state.at.id]]);
        this.action.doAction({ ...done, views: [[false, "form"]] });
    }
}

registry.category("actions").add("connector_bank.payment_journey", PaymentJourney);

/** In the command palette: what is typed there is looked for at once. */
registry.category("command_provider").add("connector_bank.payment_journey", {
    provide: (env, { searchValue }) => {
        const query = (searchValue || "").trim();
        const action = {
            type: "ir.actions.client",
            tag: "connector_bank.payment_journey",
            name: _t("Where is my money"),
            params: { query },
        };
        const name = query ? _t("Where is my money: %s", query) : _t("Where is my money");
        return [{ name, category: "finance", action: () => env.services.action.doAction(action) }];
    },
});
registry.category("command_categories").add("finance", { name: _t("Finance") }, { sequence: 90 });
