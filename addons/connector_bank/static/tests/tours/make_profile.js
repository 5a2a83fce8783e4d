import { registry } from "@web/core/registry";

/** From the table of an unknown bank to a profile that waits for another person. */
registry.category("web_tour.tours").add("connector_bank_make_profile", {
    steps: () => [
        { trigger: "button[name=action_make_profile]", run: "click" },
        { trigger: "div[name=preview] td:contains(195.00)" },
        { trigger: "div[name=notes]:contains(prove amounts, signs and order)" },
        { trigger: ".nav-link[name=values]", run: "click" },
        { trigger: "div[name=dates] input", run: "edit MM/DD/YYYY && press Tab" },
        { trigger: "div[name=preview] .alert-danger:contains(row 2, column Boekdag)" },
        { trigger: ".o_form_view:not(:has(button[name=action_save]))" },
        { trigger: "div[name=dates] input", run: "edit DD.MM.YYYY && press Tab" },
        { trigger: "div[name=preview] td:contains(195.00)" },
        { trigger: "button[name=action_save]", run: "click" },
        { trigger: "div[name=sample_result]:contains(balance from 100.00 to 195.00)" },
        { trigger: "button[name=action_request]", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Waits for approval)" },
    ],
});
