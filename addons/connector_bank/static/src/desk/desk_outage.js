import { Component, status } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { lostConnectionHandler } from "@web/core/errors/error_handlers";
import { UncaughtPromiseError } from "@web/core/errors/error_service";
import { ConnectionLostError } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { troubleOf } from "./trouble";

const AGAIN = 2000; // milliseconds until the server is asked once more

/** Asking the server, and what the desk does while it fails or does not answer. */
export class DeskOutage extends Component {
    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.unknown = new Set(); // lines of which nobody knows whether the server has booked them
        this.uncertain = false; // nobody knows whether the server has done the last step, an undo or several lines
    }

    say(words, failed = false) {
        Object.assign(this.state, { said: words, failed });
    }

    /** Goes on when the screen is left, as what was decided is to be sent. */
    call(method, ...args) {
        return this.env.services.orm.silent.call("finance.desk", method, args);
    }

    /** Read without deciding; ``undefined``, and words on the screen, where no answer comes. */
    async ask(method, ...args) {
        try {
            const answer = await this.orm.silent.call("finance.desk", method, args);
            this.state.broken = "";
            return answer;
        } catch (error) {
            this.state.broken = this.fail(error).words;
        }
    }

    /** Say what came instead of an answer. */
    fail(error) {
        const trouble = troubleOf(error);
        if (status(this) === "destroyed") {
            this.notification.add(trouble.words, { type: "danger", sticky: true });
        } else {
            this.say(trouble.words, true);
        }
        if (trouble.ended) {
            Promise.reject(error); // Odoo shows the login
        }
        if (trouble.lost && !this.state.lost) {
            lostConnectionHandler(this.env, new UncaughtPromiseError(), error); // as on every other screen
            this.state.lost = true;
            this.lookForServer();
        }
        return trouble;
    }

    async lookForServer() {
        while (this.state.lost && status(this) !== "destroyed") {
            await new Promise((resolve) => browser.setTimeout(resolve, AGAIN));
            const asked = [...new Set([...this.unknown, this.state.currentId].filter(Boolean))];
            try {
                const found = await this.call("read_lines", asked);
                this.backOnline(found, asked);
            } catch (error) {
                if (!(error instanceof ConnectionLostError)) {
                    this.state.lost = false;
                    this.unknown.forEach((id) => delete this.state.waiting[id]);
                    this.unknown.clear();
                    this.state.unread = true; // Try again reads the whole list
                    this.state.broken = this.fail(error).words;
                }
            }
        }
    }

    /** What was on its way is booked, or stands there as before: the server knows. */
    backOnline(found, asked) {
        const unknown = asked.filter((id) => this.unknown.delete(id));
        unknown.forEach((id) => delete this.state.waiting[id]);
        const booked = unknown.filter((id) => !found[id]);
        const [standing] = unknown.filter((id) => found[id]);
        let next = booked.includes(this.state.currentId) ? this.beside : this.state.currentId;
        if (standing && !this.state.pane) {
            next = standing;
        }
        this.drop(booked);
        this.keep(found, asked.filter((id) => !booked.includes(id)));
        this.state.lost = this.unknown.size > 0;
        const words = [_t("The server answers again.")];
        if (unknown.length) {
            const counts = { booked: booked.length, open: unknown.length - booked.length };
            words.push(_t("Accepted before: %(booked)s booked, %(open)s not and still here.", counts));
        }
        this.say(words.join(" "), unknown.length > booked.length);
        if (next !== this.state.currentId) {
            this.select(next);
        }
        if (this.uncertain && !this.state.lost) {
            this.readAnew();
        } else if (this.state.broken) {
            this.tryAgain();
        }
    }

    /** After a step of which nobody knows whether it was done the list shows what is. */
    async readAnew() {
        this.uncertain = false;
        await this.load(this.state.filters, this.state.currentId);
        this.say(_t("The server answers again. Your last step may have been done: look before you repeat it."), true);
    }

    /** Read what could not be read. */
    tryAgain() {
        this.state.broken = "";
        return this.state.unread ? this.load() : this.fetch([this.state.currentId]);
    }
}
