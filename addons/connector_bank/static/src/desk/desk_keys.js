import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { KEYS, keysAreOn, switchKeys } from "./keys";

/** The keys of the desk, shown by "?". */
export class DeskKeys extends Component {
    static template = "connector_bank.DeskKeys";
    static components = { Dialog };
    static props = { close: Function };

    setup() {
        this.keys = KEYS;
        this.state = useState({ on: keysAreOn() });
    }

    toggle(ev) {
        this.state.on = ev.target.checked;
        switchKeys(this.state.on);
    }
}
