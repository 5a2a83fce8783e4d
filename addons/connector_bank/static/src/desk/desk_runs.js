import { Component, onWillUnmount, onWillUpdateProps, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

const SECONDS = 5; // between two looks at how far it is
const UNDER_WAY = ["waiting", "running"];

/** How far matching by jobs is, account by account, with stop and go on; nothing where nothing is under way. */
export class DeskRuns extends Component {
    static template = "connector_bank.DeskRuns";
    static props = { runs: Array, mayDecide: Boolean, fail: Function };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ runs: this.props.runs });
        this.wait();
        onWillUpdateProps(({ runs }) => {
            if (runs !== this.props.runs) {
                this.show(runs);
            }
        });
        onWillUnmount(() => clearTimeout(this.timer));
    }

    show(runs) {
        this.state.runs = runs;
        this.wait();
    }

    wait() {
        clearTimeout(this.timer);
        if (this.state.runs.some((run) => UNDER_WAY.includes(run.state))) {
            this.timer = setTimeout(() => this.look(), SECONDS * 1000);
        }
    }

    /** What is done meanwhile stays in sight with its tally until the list is read again. */
    async look() {
        const known = this.state.runs.map((run) => run.journal);
        try {
            this.show(await this.orm.silent.call("finance.desk", "read_runs", [known]));
        } catch {
            this.wait(); // the next look may find the server again
        }
    }

    isUnderWay(run) {
        return UNDER_WAY.includes(run.state);
    }

    isHalted(run) {
        return run.state === "stopped" || run.state === "broken_off";
    }

    async act(run, deed) {
        try {
            await this.orm.call("account.journal", `action_finance_match_${deed}`, [[run.journal]]);
        } catch (error) {
            this.props.fail(error);
        }
        await this.look();
    }
}
