import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("finance_overview", {
    steps: () => [
        { content: "the cards stand", trigger: ".o_finance_card[data-figure='cases.open'][aria-label*='Open cases']" },
        { content: "what is quiet is folded", trigger: "button[data-quiet='operations'][aria-expanded='false']", run: "click" },
        { content: "and unfolds", trigger: ".o_finance_card[data-figure='connectors.down']" },
        { content: "by company", trigger: "button[data-by='company']", run: "click" },
        { content: "a table", trigger: ".o_finance_parts tr[data-part^='res.company']" },
        { content: "by age", trigger: "button[data-by='age']", run: "click" },
        { content: "open a part", trigger: ".o_finance_parts tr[data-part='day'] button[aria-label*='Open cases']", run: "click" },
        { content: "its records", trigger: ".o_list_view .o_data_row" },
    ],
});
