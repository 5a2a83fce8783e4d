import { status, useExternalListener } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { DeskReading } from "./desk_reading";
import { Sending } from "./sending";

const UNANSWERED = 5; // accepted lines without an answer of the server, after which Enter waits

/** What a person decides: sent to the server one after the other, shown, refused, undone. */
export class DeskDeciding extends DeskReading {
    setup() {
        super.setup();
        this.action = useService("action");
        this.notification = useService("notification");
        this.sending = new Sending();
        useExternalListener(window, "beforeunload", (ev) => this.sending.count && ev.preventDefault());
    }

    say(words, failed = false) {
        Object.assign(this.state, { said: words, failed });
    }

    /** One call at a time; what the server refuses is said on the screen, and the line is read anew. */
    async decide(work) {
        if (this.state.busy || this.state.loading || !this.state.mayDecide) {
            return false;
        }
        this.state.busy = true;
        try {
            await this.sending.rest();
            return await work();
        } catch (error) {
            const words = error.data && error.data.message;
            if (!words) {
                throw error;
            }
            this.say(words, true);
            await this.refresh();
            return false;
        } finally {
            this.state.busy = false;
        }
    }

    async refresh() {
        const id = this.state.currentId;
        if (id) {
            this.keep(await this.orm.silent.call("finance.desk", "read_lines", [[id]]), [id]);
        }
    }

    /** Goes on when the screen is left, as what was decided is to be sent. */
    call(method, ...args) {
        return this.env.services.orm.silent.call("finance.desk", method, args);
    }

    /** Show an answer: a line that is done leaves the list, its neighbour is next. */
    show(answer) {
        const next = this.beside;
        this.say(answer.words);
        this.state.details = {}; // a decision may take proposals away from any other line
        if (answer.open) {
            this.keep(answer.details, [answer.line_id]);
            this.state.pane = "";
            this.state.chosen = 0;
        } else {
            this.drop([answer.line_id]);
            this.keep(answer.details, Object.keys(answer.details).map(Number));
            this.select(next);
        }
        this.focusList();
    }

    drop(ids) {
        const gone = new Set(ids);
        for (const line of this.state.lines.filter((line) => gone.has(line.id))) {
            this.count(line, -1);
            delete this.state.checked[line.id];
        }
        this.state.tally.mine += ids.length;
        this.state.tally.all += ids.length;
        this.state.lines = this.state.lines.filter((line) => !gone.has(line.id));
    }

    /**
     * The next line is there at once; the accepted one stays in the list, marked, until the server has confirmed it.
     * What is refused loses the mark and is shown again with the words.
     */
    accept() {
        if (this.state.chosen < 0) {
            this.state.chosen = 0;
            return this.say(_t("The proposals of this line have changed meanwhile. Look again, then accept."), true);
        }
        const line = this.detail;
        const proposal = line && line.proposals[this.state.chosen];
        if (!proposal) {
            return this.openPane("hand");
        }
        if (proposal.rest) {
            return this.decide(async () => this.show(await this.call("accept", line.id, proposal.id, this.ahead(line.id))));
        }
        if (!this.mayAct || this.state.busy || this.state.loading || this.sending.count >= UNANSWERED) {
            return false;
        }
        this.state.waiting[line.id] = true;
        const next = this.beside;
        if (next) {
            this.select(next, false);
            this.focusList();
        }
        return this.sending.send(() => this.confirm(line.id, proposal.id));
    }

    async confirm(id, proposalId) {
        try {
            this.settled(await this.call("accept", id, proposalId, this.ahead(id)));
        } catch (error) {
            delete this.state.waiting[id];
            const words = error.data && error.data.message;
            if (!words) {
                throw error;
            }
            await this.refused(id, words);
        }
    }

    settled(answer) {
        const id = answer.line_id;
        const next = this.beside;
        delete this.state.waiting[id];
        if (answer.open) {
            this.keep(answer.details, [id]);
            return this.say(_t("Booked in part: what is left of the line stays open."), true);
        }
        this.drop([id]);
        this.say(answer.words);
        if (id !== this.state.currentId) {
            return this.renew(answer.details);
        }
        this.state.currentId = false;
        this.renew(answer.details);
        this.select(next);
    }

    async refused(id, words) {
        if (status(this) === "destroyed") {
            return this.notification.add(words, { type: "danger", sticky: true });
        }
        this.say(words, true);
        if (!this.state.pane && !this.state.busy && this.state.lines.some((line) => line.id === id)) {
            this.select(id);
        }
        this.keep(await this.call("read_lines", [id]), [id]);
    }

    /** The lines shown next and after that, once ``id`` has left. */
    ahead(id) {
        const current = this.state.currentId === id ? this.beside : this.state.currentId;
        const place = this.state.lines.findIndex((line) => line.id === current);
        const open = this.state.lines.slice(Math.max(place, 0)).filter((line) => !this.state.waiting[line.id] && line.id !== id);
        return open.slice(0, 2).map((line) => line.id);
    }

    acceptChecked() {
        const choices = this.state.lines
            .filter((line) => this.state.checked[line.id] && line.proposal_id && !this.state.waiting[line.id])
            .map((line) => [line.id, line.proposal_id]);
        if (!choices.length) {
            return this.say(_t("Nothing is selected that could be accepted. Select lines with the space bar, or all clear ones with C."));
        }
        if (choices.length > this.state.most) {
            return this.say(_t("At most %s lines are accepted at once.", this.state.most), true);
        }
        return this.decide(async () => {
            const result = await this.call("accept_many", choices);
            const done = new Set(result.done);
            const next = this.state.lines.find((line) => !done.has(line.id));
            this.drop(result.done);
            this.state.details = {};
            const refused = result.refused.map((one) => one.words);
            this.say(
                [_t("%s lines accepted.", result.done.length), ...new Set(refused)].join(" "),
                refused.length > 0
            );
            this.select(next ? next.id : false);
            this.focusList();
        });
    }

    reject() {
        const proposal = this.detail && this.detail.proposals[this.state.chosen];
        return proposal && this.onLine("reject", proposal.id);
    }

    matchAgain() {
        return this.onLine("match_again");
    }

    /** Call a method for the line that is shown now, and show the answer. */
    onLine(method, ...args) {
        const { id } = this.detail || {};
        return id && this.mayAct && this.decide(async () => this.show(await this.call(method, id, ...args)));
    }

    settle(parts, writeOffs) {
        return this.onLine("settle", this.detail.open, parts, writeOffs, this.ahead(this.detail.id));
    }

    undo() {
        return this.decide(async () => {
            const answer = await this.call("undo_last");
            const detail = answer.details[answer.line_id];
            if (!detail) {
                await this.load();
                return this.say(answer.words);
            }
            if (!this.state.lines.some((line) => line.id === detail.id)) {
                this.state.lines.splice(Math.max(this.index, 0), 0, detail);
                this.count(detail, 1);
                this.state.tally.mine -= 1;
                this.state.tally.all -= 1;
            }
            this.keep(answer.details, [detail.id]);
            this.say(answer.words);
            this.select(detail.id);
            this.focusList();
        });
    }

    newRule() {
        const { id } = this.detail || {};
        return (
            id &&
            this.decide(async () => {
                const action = await this.call("rule_action", id);
                this.action.doAction(action, { onClose: () => this.focusList() });
            })
        );
    }
}
