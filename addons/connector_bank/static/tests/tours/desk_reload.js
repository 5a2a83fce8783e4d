import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

/** The filters and the chosen line are those of before when the page is loaded anew. */
registry.category("web_tour.tours").add("connector_bank_desk_reload", {
    steps: () => [
        { trigger: ".o_desk_row:contains(Unknown)" },
        { trigger: "[data-state=proposed]", run: "click" },
        { trigger: ".o_desk_list:not(:has(.o_desk_row:contains(Unknown)))" },
        { trigger: ".o_desk_list", run: ({ anchor }) => anchor.focus() },
        { trigger: ".o_desk_row.o_current:contains(DESK-4711)", run: "press j" },
        {
            trigger: ".o_desk_row.o_current:contains(DESK-4712)",
            run: () => browser.location.reload(),
            expectUnloadPage: true,
        },
        { trigger: "[data-state=proposed][aria-pressed=true]" },
        { trigger: ".o_desk_row.o_current:contains(DESK-4712)" },
        { trigger: ".o_desk_list:not(:has(.o_desk_row:contains(Unknown)))", run: "press Escape" },
        { trigger: ".o_desk_row:contains(Unknown)" },
    ],
});
