import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

/** A proposal is taken away behind the back of the desk; then it is accepted, and the line after it as well. */
async function rejectBehindTheBack() {
    const found = await rpc("/web/dataset/call_kw/finance.match.proposal/search", {
        model: "finance.match.proposal",
        method: "search",
        args: [[["state", "=", "proposed"], ["payment_ref", "ilike", "DESK-4711"]]],
        kwargs: {},
    });
    await rpc("/web/dataset/call_kw/finance.match.proposal/action_reject", {
        model: "finance.match.proposal",
        method: "action_reject",
        args: [found],
        kwargs: {},
    });
}

registry.category("web_tour.tours").add("connector_bank_desk_refused", {
    steps: () => [
        { trigger: ".o_desk_row.o_current:contains(DESK-4711)", run: rejectBehindTheBack },
        { trigger: ".o_desk_row.o_current:contains(DESK-4711)", run: "press Enter" },
        { trigger: ".o_desk_foot .text-danger:contains(no longer stands)" },
        { trigger: ".o_desk_row.o_current:not(.o_waiting):contains(DESK-4711)" },
        { trigger: ".o_desk_why" },
        { trigger: ".o_desk_tally:contains(0 done)", run: "press j" },
        { trigger: ".o_desk_row.o_current:contains(DESK-4712)", run: "press Enter" },
        { trigger: ".o_desk_tally:contains(1 done)" },
        { trigger: ".o_desk_row:contains(DESK-4711)" },
    ],
});
