import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

/** Choose the key file as a person does; the test lays its text into the hint. */
function chooseKey() {
    const text = document.querySelector(".modal div[name=hint]").textContent.trim() + "\n";
    const input = this.anchor.querySelector("input[type=file]");
    const chosen = new DataTransfer();
    chosen.items.add(new File([text], "key.pem", { type: "text/plain" }));
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

const next = { trigger: ".modal footer button[name=action_next]:visible", run: "click" };

/** From the menu to an active connector, once back and forth. */
registry.category("web_tour.tours").add("finance_connector_base_connect", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        { trigger: ".o_app[data-menu-xmlid='finance_connector_base.menu_root']", run: "click" },
        { trigger: "button[data-menu-xmlid='finance_connector_base.menu_configuration']", run: "click" },
        { trigger: ".dropdown-item[data-menu-xmlid='finance_connector_base.menu_connect']", run: "click" },
        { trigger: ".modal .o_kanban_record:contains(Tour bank) button[name=action_choose]", run: "click" },
        { trigger: ".modal div[name=name] input", run: "edit House bank by tour" },
        { trigger: ".modal footer button[name=action_back]", run: "click" },
        { trigger: ".modal .o_kanban_record:contains(Tour bank) button[name=action_choose]", run: "click" },
        { trigger: ".modal div[name=name] input:value(House bank by tour)" },
        { trigger: ".modal .o_data_row:contains(Private key) td[name=label]", run: "click" },
        { trigger: ".modal .o_data_row:contains(Private key) td[name=secret_file]", run: chooseKey },
        { trigger: ".modal .o_data_row:contains(Private key) td[name=secret_file] .o_form_uri, .modal .o_data_row:contains(Private key) td[name=secret_file] input:not([type=file])" },
        next,
        { trigger: ".modal div[name=host_key_found]:contains(SHA256:)" },
        { trigger: ".modal button[name=action_confirm_host_key]", run: "click" },
        { trigger: ".modal .alert-success:contains(knows us)" },
        next,
        { trigger: ".modal div[name=interval_number] input", run: "edit 20" },
        next,
        { trigger: ".modal div[name=summary]:contains(House bank by tour)" },
        { trigger: ".modal footer button[name=action_create]", run: "click" },
        { trigger: ".modal footer button[name=action_activate]", run: "click" },
        { trigger: ".modal .alert-success:contains(It is active)" },
        { trigger: ".modal footer button[name=action_open_connector]", run: "click" },
        { trigger: ".o_form_view .o_arrow_button_current:contains(Active)" },
    ],
});
