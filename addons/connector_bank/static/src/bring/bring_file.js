import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const PHASES = {
    uploading: _t("Uploading"),
    reading: _t("Reading"),
    ready: _t("Ready"),
    refused: _t("Cannot be read"),
    importing: _t("Importing"),
    waiting: _t("A worker reads it"),
};

/** One file: what it holds, what the import would do, and what came of it. */
export class BringFile extends Component {
    static template = "connector_bank.BringFile";
    static props = {
        entry: Object,
        busy: Boolean,
        twin: Function,
        take: Function,
        remove: Function,
        open: Function,
    };

    get entry() {
        return this.props.entry;
    }

    get pending() {
        return ["uploading", "reading", "importing", "waiting"].includes(this.entry.phase);
    }

    get choosable() {
        return ["ready", "refused"].includes(this.entry.phase);
    }

    get phase() {
        const { phase, result, statements } = this.entry;
        if (phase === "done") {
            return result.state_name;
        }
        if (phase === "ready" && statements.every((statement) => !statement.new && !statement.doubtful && !statement.problem)) {
            return _t("Nothing new");
        }
        if (phase === "ready" && statements.every((statement) => statement.problem)) {
            return _t("Needs a decision");
        }
        return PHASES[phase];
    }

    /** Whether no statement above has the same problem: its advice is read once. */
    isFirst(statement) {
        return this.entry.statements.find((one) => one.problem && one.problem.code === statement.problem.code) === statement;
    }

    get tone() {
        const { phase, result, statements } = this.entry;
        if (phase === "done") {
            return result.state !== "processed" ? "danger" : result.cases ? "warning" : "success";
        }
        if (phase === "refused") {
            return "danger";
        }
        return phase === "ready" && statements.some((one) => one.problem || one.findings.length) ? "warning" : "info";
    }

    /** What happens with the lines of a statement, in words. */
    counts(statement) {
        const parts = [
            [statement.new, _t("%s new", statement.new)],
            [statement.known, _t("%s here already", statement.known)],
            [statement.doubtful, _t("%s to be decided", statement.doubtful)],
        ];
        return parts.filter(([count]) => count).map(([, words]) => words).join(", ");
    }
}
