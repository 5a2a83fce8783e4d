import { status, useExternalListener } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
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
        this.dialog = useService("dialog");
        this.sending = new Sending();
        useExternalListener(window, "beforeunload", (ev) => this.sending.count && ev.preventDefault());
    }

    /** One call at a time; what the server refuses is said on the screen, and the line is read anew. */
    async decide(work) {
        if (this.state.busy || this.state.loading || !this.mayDecideNow) {
            return false;
        }
        this.state.busy = true;
        try {
            await this.sending.rest();
            return await work();
        } catch (error) {
            if (this.fail(error).lost) {
                this.uncertain = true;
            } else {
                await this.refresh();
            }
            return false;
        } finally {
            this.state.busy = false;
        }
    }

    /** Whether decisions are taken now; says why not. */
    get mayDecideNow() {
        if (this.state.lookOnly) {
            this.say(this.state.lookOnly, true);
        } else if (this.state.lost) {
            this.say(_t("Still no connection to the server. Decide once it answers."), true);
        }
        return this.state.mayDecide && !this.state.lost;
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
        this.readAgain(answer.changed);
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
        this.state.left -= ids.length;
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
        if (this.mayAct && this.sending.count >= UNANSWERED) {
            return this.say(_t("The lines accepted before are still being booked. Press Enter again in a moment."));
        }
        if (!this.mayDecideNow || !this.mayAct || this.state.busy || this.state.loading) {
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
            const { lost } = this.fail(error);
            if (lost) {
                this.unknown.add(id);
            } else {
                delete this.state.waiting[id];
                await this.refused(id);
            }
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
        this.readAgain(answer.changed);
        if (id !== this.state.currentId) {
            return this.renew(answer.details);
        }
        this.state.currentId = false;
        this.renew(answer.details);
        this.select(next);
    }

    async refused(id) {
        if (status(this) === "destroyed") {
            return;
        }
        if (!this.state.pane && !this.state.busy && this.state.lines.some((line) => line.id === id)) {
            this.select(id);
        }
        await this.read([id]);
    }

    /** The lines shown next and after that, once ``id`` has left. */
    ahead(id) {
        const current = this.state.currentId === id ? this.beside : this.state.currentId;
        const place = this.state.lines.findIndex((line) => line.id === current);
        const open = this.state.lines.slice(Math.max(place, 0)).filter((line) => !this.state.waiting[line.id] && line.id !== id);
        return open.slice(0, 2).map((line) => line.id);
    }

    /** Selected lines that have a proposal. */
    get acceptable() {
        return this.state.lines.filter(
            (line) => this.state.checked[line.id] && line.proposal_id && !this.state.waiting[line.id]
        );
    }

    acceptChecked() {
        const lines = this.acceptable;
        const selected = this.checkedIds.length;
        if (!lines.length) {
            return this.say(
                selected
                    ? _t("None of the selected lines has a proposal to accept.")
                    : _t("Nothing is selected. Select lines with the space bar, or all clear ones with C.")
            );
        }
        if (lines.length > this.state.most) {
            return this.say(_t("At most %s lines are accepted at once.", this.state.most), true);
        }
        const doubtful = lines.filter((line) => line.state !== "clear").length;
        if (!doubtful) {
            return this.acceptLines(lines);
        }
        this.dialog.add(
            ConfirmationDialog,
            {
                title: _t("Accept selected lines"),
                body: _t(
                    "%(doubtful)s of the %(count)s lines have a doubt, a difference or another proposal beside the first. Accept the first proposal of each?",
                    { doubtful, count: lines.length }
                ),
                confirmLabel: _t("Accept them"),
                confirm: () => this.acceptLines(lines),
                cancel: () => {},
            },
            { onClose: () => this.focusList() }
        );
    }

    acceptLines(lines) {
        return this.decide(async () => {
            const result = await this.call("accept_many", lines.map((line) => [line.id, line.proposal_id]));
            const done = new Set(result.done);
            const place = Math.max(this.index, 0);
            const open = (line) => !done.has(line.id);
            const next = this.state.lines.slice(place).find(open) || this.state.lines.slice(0, place).findLast(open);
            this.drop(result.done);
            this.state.details = {};
            const refused = result.refused.map((one) => one.words);
            this.say([_t("Lines accepted: %s.", result.done.length), ...refused].join(" "), refused.length > 0);
            this.select(next ? next.id : false);
            this.readAgain(result.changed);
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

    /** What was undone stands beside the line in sight, marked; the first of it is chosen, J goes back to where one was. */
    undo() {
        return this.decide(async () => {
            const { back, details, words } = await this.call("undo_last");
            const known = new Set(this.state.lines.map((line) => line.id));
            const gone = back.filter((line) => !known.has(line.id));
            this.state.lines.splice(Math.max(this.index, 0), 0, ...gone);
            gone.forEach((line) => this.count(line, 1));
            this.state.tally.mine -= gone.length;
            this.state.tally.all -= gone.length;
            this.state.left += gone.length;
            this.state.back = Object.fromEntries(back.map((line) => [line.id, true]));
            this.state.details = {};
            this.keep(details, Object.keys(details).map(Number));
            this.say(_t("%(undone)s. Chosen now; J goes on.", { undone: words }));
            this.select(back[0].id);
            this.focusList();
        });
    }

    newRule() {
        const { id } = this.detail || {};
        return (
            id &&
            this.decide(async () => {
                const { newest, ...action } = await this.call("rule_action", id);
                this.action.doAction(action, { onClose: () => this.useNewRule(id, newest) });
            })
        );
    }

    /** Once the form is closed, the line is matched with the rule that was made in it. */
    useNewRule(id, newest) {
        this.focusList();
        return this.decide(async () => this.show(await this.call("use_new_rule", id, newest)));
    }
}
