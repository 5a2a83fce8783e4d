{
    "name": "Finance Connector: Bank",
    "summary": "Bank statements in, matched and reconciled, with evidence for every line",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Finance Connectors contributors",
    "license": "LGPL-3",
    "depends": ["finance_connector_base"],
    "external_dependencies": {"python": ["lxml>=6.1", "rapidfuzz"]},
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/finance_bank_balance_views.xml",
    ],
    "installable": True,
}
