import { registry } from "@web/core/registry";

/** A gap is seen at once, zoomed in to, and opens its case. */
registry.category("web_tour.tours").add("connector_bank_timeline", {
    steps: () => [
        { trigger: ".o_zoom_quarter .o_timeline_row:contains(Bank BNKA) .o_day_gap" },
        { trigger: "[role=status]:contains(1 bank days without evidence)" },
        { trigger: "[data-zoom=year]", run: "click" },
        { trigger: ".o_zoom_year .o_timeline_row:contains(Bank BNKA) .o_day_gap" },
        { trigger: "[data-zoom=month]", run: "click" },
        { trigger: ".o_zoom_month .o_timeline_row:contains(Bank BNKB)" },
        { trigger: ".form-check-label:contains(Only with gaps)", run: "click" },
        { trigger: ".o_timeline_grid:not(:contains(Bank BNKB)) .o_timeline_finding:contains(Missing)" },
        { trigger: ".o_timeline_run.o_day_gap", run: "click" },
        { trigger: ".o_form_view:contains(opens with)" },
        { trigger: ".breadcrumb-item a:contains(Timeline)", run: "click" },
        { trigger: ".o_zoom_month .o_timeline_run.o_day_gap" },
    ],
});
