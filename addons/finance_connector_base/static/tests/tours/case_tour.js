import { registry } from "@web/core/registry";

const cell = (label, name) => `.o_data_row:contains('${label}') td[name=${name}]`;

registry.category("web_tour.tours").add("finance_case_to_posting", {
    steps: () => [
        { content: "the case is in the worklist", trigger: ".o_data_row td[name=name]:contains('Not known here')", run: "click" },
        { content: "it says what to do", trigger: ".o_form_view .alert-info:contains('What to do:')" },
        { content: "correct it", trigger: "button[name=action_correct]", run: "click" },
        { content: "what is wrong stands at its value", trigger: cell("row 1: account", "wrong") + ":contains('787878')" },
        { content: "open the value", trigger: cell("row 1: account", "after"), run: "click" },
        {
            content: "the right account",
            trigger: ".o_selected_row td[name=after] input",
            run() {
                this.anchor.select();
            },
        },
        { trigger: ".o_selected_row td[name=after] input", run: "edit 400000" },
        {
            content: "say why",
            trigger: ".o_field_widget[name=reason] textarea",
            run: "edit Asked payroll by phone",
        },
        { content: "correct and retry", trigger: "button[name=action_request]", run: "click" },
        { content: "it is written", trigger: ".o_form_view .alert-success:contains('Written')" },
        { content: "look at the message", trigger: "button[name=action_open_message]", run: "click" },
        { content: "it is done", trigger: ".o_arrow_button_current:contains('Done')" },
        { content: "its objects", trigger: "button[name=action_open_items]", run: "click" },
        {
            content: "open the entry",
            trigger: ".o_data_row:contains('E-1') button[name=action_open_record]",
            run: "click",
        },
        { content: "posted", trigger: ".o_arrow_button_current:contains('Posted')" },
    ],
});
