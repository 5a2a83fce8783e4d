import { Component, useEffect, useRef } from "@odoo/owl";

/** A few words about the line: a note, or what a colleague is asked. */
export class DeskWords extends Component {
    static template = "connector_bank.DeskWords";
    static props = { label: String, send: Function, close: Function };

    setup() {
        this.area = useRef("area");
        useEffect(
            () => this.area.el.focus(),
            () => []
        );
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && !ev.shiftKey) {
            ev.preventDefault();
            ev.stopPropagation();
            this.props.send(this.area.el.value);
        }
    }
}
