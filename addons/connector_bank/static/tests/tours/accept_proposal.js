import { registry } from "@web/core/registry";

/** A part payment waits for a person, who accepts it. */
registry.category("web_tour.tours").add("connector_bank_accept_proposal", {
    steps: () => [
        { trigger: ".o_data_row:contains(TOUR-4712) button[name=action_accept]", run: "click" },
        { trigger: ".o_list_view:not(:has(.o_data_row:contains(TOUR-4712) button[name=action_accept]))" },
    ],
});
