import { ConnectionLostError, makeErrorFromResponse, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const answered = rpc._rpc;

/** From now on the calls of the desk go to ``work``; ``undefined`` from it: as always. */
function instead(work) {
    rpc._rpc = (url, ...more) => work(url, () => answered(url, ...more)) || answered(url, ...more);
}

/** ``accept`` fails with an error that nobody has written words for. */
function crash() {
    const data = { name: "builtins.KeyError", message: "'amount'", debug: "Traceback (most recent call last)" };
    const error = makeErrorFromResponse({ code: 0, message: "Odoo Server Error", data });
    instead((url) => url.endsWith("/accept") && Promise.reject(error));
}

/** The line breaks: with ``reached`` the server has booked before, and only its answer is lost. */
function cut(reached) {
    let reads = 0;
    instead((url, call) => {
        const lost = Promise.reject(new ConnectionLostError(url));
        lost.catch(() => {});
        if (url.endsWith("/accept")) {
            return reached ? call().then(() => lost) : lost;
        }
        return url.endsWith("/read_lines") && ++reads <= 1 && lost;
    });
}

registry.category("web_tour.tours").add("connector_bank_desk_trouble", {
    steps: () => [
        { trigger: ".o_desk_row.o_current:contains(DESK-4711)", run: crash },
        { trigger: ".o_desk_row.o_current:contains(DESK-4711)", run: "press Enter" },
        { trigger: ".o_desk_foot .text-danger:contains(nothing was changed):not(:contains(amount))" },
        { trigger: "body:not(:has(.modal)) .o_desk_tally:contains(0 done)" },
        { trigger: ".o_desk_row.o_current:not(.o_waiting):contains(DESK-4711)", run: () => cut(true) },
        { trigger: ".o_desk_row.o_current:contains(DESK-4711)", run: "press Enter" },
        { trigger: ".o_desk_foot .text-danger:contains(No connection)" },
        { trigger: ".o_desk_row.o_waiting:contains(DESK-4711)", run: "press Enter" },
        { trigger: ".o_desk_foot .text-danger:contains(Still no connection)" },
        { trigger: ".o_desk_foot [role=status]:contains(1 booked, 0 not)" },
        { trigger: ".o_desk_list:not(:has(.o_desk_row:contains(DESK-4711)))" },
        { trigger: ".o_desk_tally:contains(1 done)", run: () => cut(false) },
        { trigger: ".o_desk_row.o_current:contains(DESK-4712)", run: "press Enter" },
        { trigger: ".o_desk_foot .text-danger:contains(0 booked, 1 not)" },
        {
            trigger: ".o_desk_row.o_current:not(.o_waiting):contains(DESK-4712)",
            run: () => {
                rpc._rpc = answered;
            },
        },
        { trigger: ".o_desk_row.o_current:contains(DESK-4712)", run: "press Enter" },
        { trigger: ".o_desk_tally:contains(2 done)" },
    ],
});
