import { Component, onPatched, onWillUpdateProps, useExternalListener, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatMonetary } from "@web/views/fields/formatters";
import { parseFloat as parseAmount } from "@web/views/fields/parsers";
import { DeskPicker } from "./desk_picker";

/** Settle a line by hand: documents and accounts, with what remains always in sight. */
export class DeskHand extends Component {
    static template = "connector_bank.DeskHand";
    static components = { DeskPicker };
    static props = { detail: Object, writeOff: Boolean, busy: Boolean, settle: Function, close: Function };

    setup() {
        this.state = useState({
            rows: [],
            samePartner: Boolean(this.props.detail.partner),
            by: this.props.writeOff ? "account" : "document",
        });
        onWillUpdateProps((next) => {
            if (next.writeOff !== this.props.writeOff) {
                this.state.by = next.writeOff ? "account" : "document";
            }
        });
        this.root = useRef("root");
        onPatched(() => this.keepFocus());
        this.words = { document: _t("Open document"), account: _t("Account") };
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
    }

    /** A button that took itself away leaves the focus in the search. */
    keepFocus() {
        const field = this.root.el.querySelector("[role=combobox]");
        if (field && document.activeElement === document.body) {
            field.focus();
        }
    }

    round(amount) {
        const factor = 10 ** this.props.detail.decimals;
        return Math.round(amount * factor) / factor;
    }

    get remaining() {
        return this.round(this.state.rows.reduce((left, row) => left - (row.amount || 0), this.props.detail.open));
    }

    get overdrawn() {
        return this.remaining * this.props.detail.open < 0;
    }

    get ready() {
        return this.state.rows.length > 0 && !this.overdrawn && this.state.rows.every((row) => row.amount);
    }

    shown(amount) {
        return formatMonetary(amount, { currencyId: this.props.detail.currency_id });
    }

    /** The value to edit: no thousands marks, the decimal sign of the language stays to the parser. */
    value(amount) {
        return formatMonetary(amount, { noSymbol: true, currencyId: this.props.detail.currency_id });
    }

    /** A document takes what it has open, at most what the line has left; a credit note in full. */
    addDocument(item) {
        if (this.state.rows.some((row) => row.item_id === item.id)) {
            return;
        }
        const left = this.remaining;
        const same = item.amount * this.props.detail.open > 0;
        const amount = same && Math.abs(item.amount) > Math.abs(left) ? left : item.amount;
        this.state.rows.push({
            key: `item_${item.id}`, item_id: item.id, name: item.name, of: item.partner, amount: this.round(amount),
            whole: this.round(item.amount), residual: item.residual, foreign: item.foreign, stranger: item.stranger,
        });
        this.fillUp();
    }

    /** What an added credit note makes free goes to the documents that were cut, unless their amount was typed. */
    fillUp() {
        for (const row of this.state.rows.filter((one) => one.item_id && !one.typed)) {
            const more = Math.min(Math.abs(this.kept(row)), Math.abs(this.remaining));
            if (more && this.kept(row) * this.props.detail.open > 0 && this.remaining * this.props.detail.open > 0) {
                row.amount = this.round(row.amount + Math.sign(this.props.detail.open) * more);
            }
        }
    }

    /** What stays open on the document of a row, in the currency of the line. */
    kept(row) {
        return row.item_id ? this.round(row.whole - row.amount) : 0;
    }

    /** The document is settled whole, and the account chosen next takes what the line lacks. */
    settleWhole(row) {
        row.amount = row.whole;
        row.typed = true;
        this.state.by = "account";
    }

    addAccount(account) {
        this.state.rows.push({
            key: `account_${account.id}_${this.state.rows.length}`,
            account_id: account.id, name: account.name, label: "", amount: this.remaining,
        });
    }

    setAmount(row, ev) {
        try {
            row.amount = this.round(parseAmount(ev.target.value));
            row.wrong = false;
            row.typed = true;
        } catch {
            row.amount = 0;
            row.wrong = true;
        }
    }

    remove(row) {
        this.state.rows.splice(this.state.rows.indexOf(row), 1);
    }

    settle() {
        if (!this.ready || this.props.busy) {
            return;
        }
        const { rows } = this.state;
        this.props.settle(
            rows.filter((row) => row.item_id).map(({ item_id, amount }) => ({ item_id, amount })),
            rows.filter((row) => row.account_id).map(({ account_id, amount, label }) => ({ account_id, amount, label }))
        );
    }

    onKeydown(ev) {
        if (ev.key === "Enter" && ev.ctrlKey) {
            ev.preventDefault();
            const field = document.activeElement;
            field.blur(); // an amount that is being typed counts
            if (!this.ready) {
                field.focus();
            }
            this.settle();
        }
    }
}
