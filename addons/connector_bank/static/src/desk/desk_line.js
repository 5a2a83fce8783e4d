import { Component, markup } from "@odoo/owl";

/** Facts of the chosen line, its proposals, and why there is none. */
export class DeskLine extends Component {
    static template = "connector_bank.DeskLine";
    static props = {
        detail: Object,
        chosen: Number,
        mayDecide: Boolean,
        busy: Boolean,
        choose: Function,
        deeds: Object,
    };

    /** After a click the keys are those of the desk again; who came here by keys stays. */
    onFold(ev) {
        if (ev.detail) {
            ev.currentTarget.blur();
        }
    }

    /** Rendered and escaped by the server. */
    html(text) {
        return markup(text);
    }
}
