import { registry } from "@web/core/registry";

/** From a draft without tax to a posted invoice with its evidence, as a person clicks it. */
registry.category("web_tour.tours").add("connector_tax_determine", {
    steps: () => [
        { trigger: ".alert-info:contains(determines the tax)" },
        { trigger: "button[name=action_determine_tax]", run: "click" },
        { trigger: "button[name=action_open_tax_determinations]:contains(Determined)" },
        { trigger: ".o_tax_group_amount_value:contains(6.00)" },
        { trigger: "button[name=action_post]", run: "click" },
        { trigger: "button[name=action_open_tax_determinations]:contains(Waits)", run: "click" },
        { trigger: "td[name=name]:contains(LOS ANGELES)" },
        { trigger: "a[name=evidence]", run: "click" },
        { trigger: "div[name=answer]:contains(totalTax)" },
    ],
});
