import { registry } from "@web/core/registry";

/** Three lines are cleared at the matching desk by the keyboard alone, the last one twice. */
registry.category("web_tour.tours").add("connector_bank_desk", {
    steps: () => [
        { trigger: ".o_desk_row.o_current:contains(DESK-4711)", run: "press Enter" },
        { trigger: ".o_desk_foot [role=status]:contains(Accepted)" },
        { trigger: ".o_desk_row.o_current:contains(DESK-4712)", run: "press j" },
        { trigger: ".o_desk_row.o_current:contains(Unknown)", run: "press k" },
        { trigger: ".o_desk_row.o_current:contains(DESK-4712)", run: "press Enter" },
        { trigger: ".o_desk_row.o_current:contains(Unknown)", run: "press w" },
        { trigger: ".o_desk_hand input[role=combobox]:focus", run: "edit 627100" },
        { trigger: ".o_desk_found li.o_current:contains(627100)", run: "press Enter" },
        { trigger: ".o_desk_remaining:contains(0.00)", run: "press ctrl+Enter" },
        { trigger: ".o_desk_empty:contains(Nothing left)" },
        { trigger: ".o_desk_tally:contains(3 done)", run: "press u" },
        { trigger: ".o_desk_row.o_current:contains(Unknown):contains(Undone, open again)" },
        { trigger: ".o_desk_foot [role=status]:contains(Chosen now)" },
        { trigger: ".o_desk_tally:contains(2 done)", run: "press ?" },
        { trigger: ".modal .o_desk_keys:contains(Undo)", run: "press Escape" },
        { trigger: "body:not(:has(.modal)) .o_desk_proposal.o_current", run: "press Enter" },
        { trigger: ".o_desk_empty:contains(Nothing left)" },
    ],
});
