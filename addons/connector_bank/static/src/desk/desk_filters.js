import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** What the list shows: state with counts, journal, text, amounts and dates. */
export class DeskFilters extends Component {
    static template = "connector_bank.DeskFilters";
    static props = {
        filters: Object, counts: Object, journals: Array, narrowed: Boolean, change: Function, clear: Function, leave: Function,
    };

    setup() {
        const { least, most, from, until } = this.props.filters;
        this.state = useState({ more: Boolean(least || most || from || until) });
        this.states = [
            { key: "", count: "all", label: _t("All") },
            { key: "clear", count: "clear", label: _t("Clear"), help: _t("One proposal, nothing to look at") },
            { key: "proposed", count: "proposed", label: _t("Proposed") },
            { key: "open", count: "open", label: _t("No match") },
            { key: "mine", count: "mine", label: _t("For me"), help: _t("Handed to you by a colleague") },
        ];
        this.orders = [
            { key: "oldest", label: _t("Oldest first") },
            { key: "newest", label: _t("Newest first") },
            { key: "largest", label: _t("Largest first") },
        ];
    }

    set(name, value) {
        if ((this.props.filters[name] || "") !== value) {
            this.props.change({ ...this.props.filters, [name]: value });
        }
    }

    onTextKey(ev) {
        if (ev.key === "Enter" || ev.key === "Escape" || ev.key === "ArrowDown") {
            ev.preventDefault();
            ev.stopPropagation();
            this.set("text", ev.target.value.trim());
            this.props.leave();
        }
    }
}
