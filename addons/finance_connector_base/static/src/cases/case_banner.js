import { Component, onWillStart, onWillUpdateProps, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";

/** Filters that every number of the banner starts from. */
const BASE = ["open", "leading"];

/** Large numbers above the cases; each shows the cases it counts. */
export class CaseBanner extends Component {
    static template = "finance_connector_base.CaseBanner";
    static props = { list: { type: Object, optional: true } };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ numbers: [] });
        onWillStart(() => this.load());
        onWillUpdateProps(() => {
            this.load();
        });
    }

    async load() {
        this.state.numbers = await this.orm.silent.call("finance.exception", "read_worklist");
    }

    show(name) {
        const wanted = name === "open" ? BASE : [...BASE, name];
        const items = this.env.searchModel.getSearchItems((item) => wanted.includes(item.name));
        this.env.searchModel.query = [];
        for (const item of items) {
            this.env.searchModel.toggleSearchItem(item.id);
        }
    }
}

export class CaseListRenderer extends ListRenderer {
    static template = "finance_connector_base.CaseListRenderer";
    static components = { ...ListRenderer.components, CaseBanner };
}

export class CaseKanbanRenderer extends KanbanRenderer {
    static template = "finance_connector_base.CaseKanbanRenderer";
    static components = { ...KanbanRenderer.components, CaseBanner };
}

registry.category("views").add("finance_case_list", { ...listView, Renderer: CaseListRenderer });
registry.category("views").add("finance_case_kanban", { ...kanbanView, Renderer: CaseKanbanRenderer });
