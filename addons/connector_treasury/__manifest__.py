{
    "name": "Finance Connector: Treasury",
    "summary": "Cash position by account, bank, entity and currency, with the age of every number",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "author": "Finance Connectors contributors",
    "license": "LGPL-3",
    "depends": ["connector_bank"],
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "wizards/finance_cash_date_views.xml",
        "views/finance_cash_position_views.xml",
        "views/account_journal_views.xml",
        "views/res_config_settings_views.xml",
        "views/menus.xml",
    ],
    "demo": ["demo/accounts.xml"],
}
