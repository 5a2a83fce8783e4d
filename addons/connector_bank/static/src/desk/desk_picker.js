import { Component, onWillStart, useEffect, useRef, useState } from "@odoo/owl";
import { useDebounced } from "@web/core/utils/timing";
import { useService } from "@web/core/utils/hooks";
import { troubleOf } from "./trouble";

let pickers = 0;

/** Search and choose one: a partner, an account, a document, a colleague. A combobox with a list below. */
export class DeskPicker extends Component {
    static template = "connector_bank.DeskPicker";
    static props = {
        label: String,
        method: String,
        lineId: Number,
        args: { type: Array, optional: true },
        pick: Function,
        close: { type: Function, optional: true },
        focus: { type: Boolean, optional: true },
        slots: { type: Object, optional: true },
    };
    static defaultProps = { args: [], focus: true };

    setup() {
        this.orm = useService("orm");
        this.input = useRef("input");
        this.name = `o_desk_picker_${++pickers}`;
        this.state = useState({ found: [], place: 0, asked: false, failed: "" });
        this.search = useDebounced(() => this.read(), 150);
        onWillStart(() => this.read(""));
        useEffect(
            (key) => {
                this.read();
            },
            () => [JSON.stringify(this.props.args)]
        );
        useEffect(
            () => {
                if (this.props.focus) {
                    this.input.el.focus();
                }
            },
            () => []
        );
    }

    async read(text = this.input.el ? this.input.el.value : "") {
        const asked = (this.asked = {});
        let found = [];
        try {
            found = await this.orm.silent.call("finance.desk", this.props.method, [
                this.props.lineId,
                text,
                ...this.props.args,
            ]);
        } catch (error) {
            this.state.failed = asked === this.asked ? troubleOf(error).words : this.state.failed;
            return;
        }
        if (asked === this.asked) {
            Object.assign(this.state, { found, place: 0, asked: true, failed: "" });
        }
    }

    async onKeydown(ev) {
        const { found, place } = this.state;
        if (ev.key === "ArrowDown") {
            this.state.place = Math.min(place + 1, found.length - 1);
        } else if (ev.key === "ArrowUp") {
            this.state.place = Math.max(place - 1, 0);
        } else if (ev.key === "Enter" && !ev.ctrlKey) {
            if (found[place]) {
                this.pick(found[place]);
            }
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
    }

    pick(record) {
        this.props.pick(record);
        if (this.input.el) {
            this.input.el.value = "";
            this.input.el.focus();
            this.read();
        }
    }
}
