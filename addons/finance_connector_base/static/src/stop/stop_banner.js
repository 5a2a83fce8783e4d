import { Component, useState } from "@odoo/owl";
import { rpcBus } from "@web/core/network/rpc";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { useBus, useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { user } from "@web/core/user";
import { WebClient } from "@web/webclient/webclient";

const APP = "finance_connector_base.menu_root";
const MODEL = "finance.stop";
const CHANNEL = "finance_connector_base.stop";
const FRESH_MILLISECONDS = 15000;

/** Says in red, above every screen of ours, that an emergency stop is in force. */
export class StopBanner extends Component {
    static template = "finance_connector_base.StopBanner";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.menu = useService("menu");
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.state = useState({ stops: [], here: false });
        this.readOn = 0;
        useBus(this.env.bus, "ACTION_MANAGER:UI-UPDATED", () => this.moved());
        useBus(this.env.bus, "MENUS:APP-CHANGED", () => this.moved());
        useBus(rpcBus, "RPC:RESPONSE", ({ detail }) => {
            const { model, method } = detail.data?.params || {};
            if (model === MODEL && ["web_save", "action_release"].includes(method)) {
                this.read();
            }
        });
        this.bus.subscribe(CHANNEL, () => this.read());
    }

    /** Another screen: is it ours, and is what we know fresh? */
    async moved() {
        const action = this.action.currentController?.action;
        this.state.here =
            this.menu.getCurrentApp()?.xmlid === APP || String(action?.res_model || "").startsWith("finance.");
        if (this.state.here && Date.now() - this.readOn > FRESH_MILLISECONDS) {
            await this.read();
        }
    }

    async read() {
        this.readOn = Date.now();
        if (this.mayRead === undefined) {
            this.mayRead = await user.hasGroup("finance_connector_base.group_user");
        }
        if (this.mayRead) {
            this.state.stops = await this.orm.silent.call(MODEL, "read_active", []);
        }
    }

    when(stop) {
        return formatDateTime(deserializeDateTime(stop.on), { showSeconds: false });
    }

    open(stop) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: MODEL,
            res_id: stop.id,
            views: [[false, "form"]],
        });
    }
}

patch(WebClient, { components: { ...WebClient.components, StopBanner } });
