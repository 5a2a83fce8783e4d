import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const banner = (words) => `.o_finance_stop_banner:contains('${words}')`;

registry.category("web_tour.tours").add("finance_connector_test_and_mend", {
    steps: () => [
        { content: "test the line", trigger: "button[name=action_test]", run: "click" },
        {
            content: "it says what is wrong",
            trigger: ".o_form_view .alert-danger:contains('leads out of the connector')",
        },
        {
            content: "and what to do",
            trigger: ".o_form_view .alert-danger:contains('What to do:'):contains('Name a folder below')",
        },
        { content: "mend it", trigger: ".o_field_widget[name=folder_in] input", run: "edit in" },
        ...stepUtils.saveForm(),
        { content: "test again", trigger: "button[name=action_test]", run: "click" },
        { content: "it works", trigger: ".o_field_widget[name=health]:contains('Working')" },
        { content: "no more advice", trigger: ".o_form_view:not(:has(.alert-danger:contains('What to do:')))" },
    ],
});

registry.category("web_tour.tours").add("finance_connector_emergency_stop", {
    steps: () => [
        { content: "stop", trigger: "button[name=action_emergency_stop]", run: "click" },
        {
            content: "say why",
            trigger: ".modal .o_field_widget[name=reason] textarea",
            run: "edit strange payments at the bank",
        },
        { content: "now", trigger: ".modal-footer button.btn-danger", run: "click" },
        { content: "the dialog is gone", trigger: "body:not(:has(.modal))" },
        { content: "the banner tells it", trigger: banner("strange payments at the bank") },
        { content: "the connector, too", trigger: ".o_form_view .alert-danger:contains('nothing is sent')" },
        { content: "open the stop", trigger: ".o_finance_stop_banner button", run: "click" },
        {
            content: "who stopped does not release",
            trigger: ".o_form_view:contains('another administrator or approver has to release it')",
        },
        { content: "no button for it", trigger: ".o_form_view:not(:has(button[name=action_release]))" },
    ],
});

registry.category("web_tour.tours").add("finance_connector_release", {
    steps: () => [
        { content: "the banner is there", trigger: banner("strange payments at the bank") },
        { content: "open the stop", trigger: ".o_finance_stop_banner button", run: "click" },
        {
            content: "say why it is safe",
            trigger: ".o_field_widget[name=release_reason] textarea",
            run: "edit the bank found its mistake",
        },
        { content: "release", trigger: "button[name=action_release]", run: "click" },
        { content: "sure", trigger: ".modal-footer button.btn-primary", run: "click" },
        { content: "released", trigger: ".o_arrow_button_current:contains('Released')" },
        { content: "the banner is gone", trigger: "body:not(:has(.o_finance_stop_banner))" },
    ],
});
