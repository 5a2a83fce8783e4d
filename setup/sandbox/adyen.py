"""Adyen: settlement detail reports for download, and the notifications that announce them.

Report user ``report@Company.Almond``, password ``SANDBOX-REPORT``, or API key ``SANDBOX-ADYEN``. A test lays down a
report with ``party.settle(…)``. Settings: ``late`` (reports that are announced and cannot be downloaded yet).
"""

import base64

from .party import Answer, Party, route

USER, PASSWORD, KEY, MERCHANT = "report@Company.Almond", "SANDBOX-REPORT", "SANDBOX-ADYEN", "ShopEU"
_TITLES = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,"
    "Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,"
    "Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number"
)


class Adyen(Party):
    name = "adyen"
    defaults = {"late": []}

    def clear(self):
        self.reports = {}

    def apply(self, effect):
        self.reports[effect["key"]] = effect["data"]["text"]

    def settle(self, batch, *payments, day="2026-03-03", merchant=MERCHANT):
        """A batch of ``(psp reference, our reference, gross, commission)`` in euro, paid out whole."""
        rows, left = [_TITLES], 0
        moment = f"{day} 10:00:00,CET"
        for psp, ours, gross, commission in payments:
            net = round(float(gross) - float(commission), 2)
            left = round(left + net, 2)
            rows.append(f"Almond,{merchant},{psp},{ours},visa,{moment},Settled,MOD{psp},EUR,,{gross},1,EUR,,{net:.2f},"
                        f"{commission},,,,{batch}")  # fmt: skip
        rows.append(f"Almond,{merchant},,,,{moment},MerchantPayout,TX{batch}XT,,,,,EUR,{left:.2f},,,,,,{batch}")
        name = f"settlement_detail_report_batch_{batch}.csv"
        return self.effect("report", f"{merchant}/{name}", text="\n".join(rows) + "\n")

    def refuse(self, request):
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if f"Basic {pair}" == request.headers.get("authorization") or request.headers.get("x-api-key") == KEY:
            return None
        return Answer(401, {"status": 401, "errorCode": "000", "message": "HTTP Status Response - Unauthorized"})

    @route("GET", "/reports/download/MerchantAccount/{merchant}/{name}")
    def download(self, request, merchant, name):
        found = self.reports.get(f"{merchant}/{name}")
        if found is None or name in self.settings["late"]:
            return Answer(404, b"not found", {"Content-Type": "text/plain"})
        return Answer(200, found.encode(), {"Content-Type": "text/csv"})
