import { Component, onWillStart, onWillUnmount, useRef, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { humanSize } from "@web/core/utils/binary";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { _t } from "@web/core/l10n/translation";
import { BringFile } from "./bring_file";

const MODEL = "finance.statement.import";
const UPLOAD = "/web/binary/upload_attachment";
const POLL_SECONDS = 2; // between two looks at files that a worker reads
const MEGABYTE = 1024 * 1024;

/** Bank files are dropped, looked at before anything is written, and imported one after the other. */
export class BringStatements extends Component {
    static template = "connector_bank.BringStatements";
    static components = { Layout, BringFile };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.http = useService("http");
        this.chooser = useRef("chooser");
        this.lastKey = 0;
        this.uploads = Promise.resolve();
        this.state = useState({
            id: false,
            megabytes: 0,
            journals: [],
            profiles: [],
            journal: (this.props.action.context || {}).import_journal || "",
            profile: "",
            files: [],
            over: false,
            importing: false,
            said: "",
        });
        onWillStart(() => this.start());
        onWillUnmount(() => browser.clearTimeout(this.poll));
    }

    async start() {
        Object.assign(this.state, await this.orm.call(MODEL, "open_import", []));
        if (this.state.journal) {
            await this.orm.write(MODEL, [this.state.id], { journal_id: this.state.journal });
        }
    }

    // choosing

    onDragOver(ev) {
        this.state.over = ev.dataTransfer.types.includes("Files");
    }

    onDrop(ev) {
        this.state.over = false;
        this.add(ev.dataTransfer.files);
    }

    onChosen(ev) {
        this.add(ev.target.files);
        ev.target.value = "";
    }

    add(files) {
        for (const file of files) {
            const entry = {
                key: ++this.lastKey,
                name: file.name,
                size: humanSize(file.size),
                phase: "uploading",
                take: false,
                attachmentId: false,
                statements: [],
                problem: false,
                result: false,
            };
            this.state.files.push(entry);
            const shown = this.state.files.at(-1);
            this.uploads = this.uploads.then(() => this.bring(shown, file));
        }
    }

    /** Upload one file and read what its import would do. */
    async bring(entry, file) {
        if (file.size > this.state.megabytes * MEGABYTE) {
            return this.fail(entry, _t("The file is larger than %s MB.", this.state.megabytes));
        }
        try {
            const form = { csrf_token: odoo.csrf_token, ufile: [file], model: MODEL, id: this.state.id };
            const [answer] = JSON.parse(await this.http.post(UPLOAD, form, "text"));
            if (answer.error) {
                return this.fail(entry, answer.error);
            }
            entry.attachmentId = answer.id;
        } catch {
            return this.fail(entry, _t("The file did not reach the server. Drop it again."));
        }
        await this.preview(entry);
    }

    fail(entry, words) {
        Object.assign(entry, { phase: "refused", problem: { code: "", text: words, place: "", advice: "" } });
    }

    async preview(entry) {
        entry.phase = "reading";
        try {
            const found = await this.orm.silent.call(MODEL, "preview_file", [[this.state.id], entry.attachmentId]);
            const readable = found.statements.length > 0;
            Object.assign(entry, found, { phase: readable ? "ready" : "refused", take: readable });
        } catch (error) {
            this.fail(entry, (error.data && error.data.message) || error.message);
        }
    }

    /** Another account or profile: what is not imported yet is read anew. */
    async choose(field, value) {
        const id = value ? Number(value) : false;
        this.state[field] = id || "";
        await this.orm.write(MODEL, [this.state.id], { [`${field}_id`]: id });
        for (const entry of this.state.files.filter((one) => ["ready", "refused"].includes(one.phase) && one.attachmentId)) {
            await this.preview(entry);
        }
    }

    remove(entry) {
        this.state.files = this.state.files.filter((one) => one.key !== entry.key);
        if (entry.attachmentId) {
            this.orm.unlink("ir.attachment", [entry.attachmentId]);
        }
    }

    /** In which file above a statement stands already; the import takes it once. */
    twin(entry, statement) {
        const before = this.state.files.slice(0, this.state.files.findIndex((one) => one.key === entry.key));
        const found = statement.key && before.find((one) => one.statements.some((other) => other.key === statement.key));
        return found ? found.name : "";
    }

    // importing

    get chosen() {
        return this.state.files.filter((entry) => entry.take && ["ready", "refused"].includes(entry.phase));
    }

    get done() {
        return this.state.files.filter((entry) => entry.result);
    }

    /** Files that a worker imports. */
    get waiting() {
        return this.state.files.filter((entry) => entry.phase === "waiting");
    }

    get busy() {
        return this.state.importing || this.state.files.some((one) => ["uploading", "reading"].includes(one.phase));
    }

    async importChosen() {
        const chosen = this.chosen;
        this.state.importing = true;
        for (const [place, entry] of chosen.entries()) {
            this.state.said = _t("Importing %(place)s of %(all)s: %(name)s", { place: place + 1, all: chosen.length, name: entry.name });
            entry.phase = "importing";
            try {
                this.show(entry, await this.orm.silent.call(MODEL, "import_file", [[this.state.id], entry.attachmentId]));
            } catch (error) {
                entry.phase = "ready";
                this.state.said = _t("%(name)s was not imported: %(words)s", {
                    name: entry.name,
                    words: (error.data && error.data.message) || error.message,
                });
                this.state.importing = false;
                return; // what is done is done; Import goes on with the rest
            }
        }
        this.state.importing = false;
        this.sumUp();
        this.watch();
    }

    show(entry, result) {
        Object.assign(entry, { result, phase: result.waiting ? "waiting" : "done", problem: false });
    }

    sumUp() {
        const results = this.done.map((entry) => entry.result);
        const sum = (name) => results.reduce((total, result) => total + result[name], 0);
        const coming = this.waiting.length;
        const said = [];
        if (coming < results.length) {
            const counts = { files: results.length - coming, lines: sum("lines"), cases: sum("cases") };
            said.push(_t("Files: %(files)s, new lines: %(lines)s, cases: %(cases)s", counts));
        }
        if (coming) {
            said.push(_t("Still coming: %s", coming));
        }
        this.state.said = said.join(" · ");
    }

    /** Large files are read by a worker; their rows follow it. */
    watch() {
        const waiting = this.waiting;
        if (!waiting.length) {
            return;
        }
        this.poll = browser.setTimeout(async () => {
            const ids = waiting.map((entry) => entry.result.message_id);
            for (const result of await this.orm.silent.call(MODEL, "progress", [[this.state.id], ids])) {
                this.show(waiting.find((entry) => entry.result.message_id === result.message_id), result);
            }
            this.sumUp();
            this.watch();
        }, POLL_SECONDS * 1000);
    }

    async match() {
        this.action.doAction(await this.orm.call(MODEL, "match", [[this.state.id]]));
    }

    async lines() {
        this.action.doAction(await this.orm.call(MODEL, "lines", [[this.state.id]]));
    }

    openMessage(entry) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "finance.message",
            res_id: entry.result.message_id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("connector_bank.bring", BringStatements);
