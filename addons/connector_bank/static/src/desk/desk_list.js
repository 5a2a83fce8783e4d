import { Component, useEffect, useRef } from "@odoo/owl";

/** The open lines; the chosen one follows the keys, further pages come while scrolling. */
export class DeskList extends Component {
    static template = "connector_bank.DeskList";
    static props = {
        lines: Array,
        currentId: { type: [Number, Boolean] },
        checked: Object,
        waiting: Object,
        back: Object,
        more: Boolean,
        loading: Boolean,
        select: Function,
        check: Function,
        readMore: Function,
    };

    setup() {
        this.list = useRef("list");
        useEffect(
            (id) => {
                const row = this.list.el && this.list.el.querySelector(`#o_desk_line_${id}`);
                if (row) {
                    row.scrollIntoView({ block: "nearest" });
                }
            },
            () => [this.props.currentId]
        );
    }

    onScroll(ev) {
        const { scrollTop, scrollHeight, clientHeight } = ev.target;
        if (scrollHeight - scrollTop - clientHeight < 2 * clientHeight) {
            this.props.readMore();
        }
    }

    onCheck(ev, line) {
        ev.stopPropagation();
        this.props.check(line.id);
    }
}
