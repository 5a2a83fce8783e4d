import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const ACCOUNT = "DE09000000000000000001";
const amount = (value) => `<Amt Ccy="EUR">${value}</Amt><CdtDbtInd>CRDT</CdtDbtInd>`;
const balance = (code, value) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(value)}<Dt><Dt>2026-03-02</Dt></Dt></Bal>`;
const STATEMENT = `<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>TOUR</MsgId><CreDtTm>2026-03-02T20:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>TOUR-1</Id><Acct><Id><IBAN>${ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>
${balance("OPBD", "100.00")}${balance("CLBD", "350.00")}
<Ntry>${amount("250.00")}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt><BkTxCd/>
<NtryDtls><TxDtls><RmtInf><Ustrd>Thanks for TOUR-4711</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>`;

/** Drop three files at once: a statement, the same again, and something that is none. */
function dropFiles() {
    const dropped = new DataTransfer();
    dropped.items.add(new File([STATEMENT], "tour.xml", { type: "text/xml" }));
    dropped.items.add(new File([`${STATEMENT}\n`], "again.xml", { type: "text/xml" }));
    dropped.items.add(new File(["no statement"], "letter.txt", { type: "text/plain" }));
    document
        .querySelector(".o_bring_body")
        .dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: dropped }));
}

/** From the bank's file to the paid invoice. */
registry.category("web_tour.tours").add("connector_bank_import_and_match", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        { trigger: ".o_app[data-menu-xmlid='finance_connector_base.menu_root']", run: "click" },
        { trigger: "button[data-menu-xmlid='finance_connector_base.menu_work']", run: "click" },
        { trigger: ".dropdown-item[data-menu-xmlid='connector_bank.menu_statement_import']", run: "click" },
        { trigger: ".o_bring_zone button[name=choose]" },
        { trigger: ".o_bring_body", run: dropFiles },
        { trigger: ".o_bring_file:contains(tour.xml):contains(1 new)" },
        { trigger: ".o_bring_file:contains(again.xml):contains(the same as in tour.xml)" },
        { trigger: ".o_bring_file[data-phase=refused]:contains(letter.txt):contains(format.unknown)" },
        { trigger: "button[name=import]:contains(2 files):not([disabled])", run: "click" },
        { trigger: "[role=status]:contains(Files: 2, new lines: 1, cases: 0)" },
        { trigger: ".o_bring_file[data-phase=done]:contains(tour.xml):contains(Done)" },
        { trigger: "button[name=match]:not([disabled])", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(TOUR-4711):contains(Reconciled)" },
        { trigger: ".o_data_row:contains(TOUR-4711) td[name=payment_ref]", run: "click" },
        { trigger: "div[name=finance_proposal_ids] .o_data_row td[name=documents]", run: "click" },
        { trigger: ".modal button[name=action_open_document]", run: "click" },
        { trigger: ".o_form_view .ribbon:contains(Paid)" },
    ],
});
