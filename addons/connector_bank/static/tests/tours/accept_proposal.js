import { registry } from "@web/core/registry";

/** A part payment waits for a person, who accepts it. */
registry.category("web_tour.tours").add("connector_bank_accept_proposal", {
    steps: () => [
        { trigger: ".o_data_row:contains(TOUR-4712):contains(Proposed) button[name=action_accept]", run: "click" },
        { trigger: ".o_view_nocontent:contains(Nothing to decide)" },
    ],
});
