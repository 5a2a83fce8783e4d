from datetime import timedelta

from odoo import Command, api, fields, models

from ..demo_data import COMPANY, make_rates

XML_ID = "finance_connector_base.demo_company"
#: The day the company was made; all the demos count their days from it, whenever they come.
DAY = "finance_connector_base.demo_day"


class FinanceDemo(models.AbstractModel):
    """The made-up company in which all finance connectors show what they do, for demonstration and tests.

    Addons come in any order: each asks for the company with ``_build``, enters its own part of the
    story and ends with ``_round_off``, so that what rests on the books of others can follow them.
    """

    _name = "finance.demo"
    _description = "Demo company"

    @api.model
    def _company(self):
        return self.env.ref(XML_ID, raise_if_not_found=False) or self.env["res.company"]

    @api.model
    def _build(self):
        """The demo company, made where it is not there yet."""
        company = self._company()
        if company:
            return company
        day = self._day()
        self.env["ir.config_parameter"].sudo().set_param(DAY, str(day))
        company = self._create_company()
        self._inside(company)._create_rates(make_rates(day))
        return company

    @api.model
    def _round_off(self):
        """Called after entries were added: what sums up the books of this company does so anew."""

    # days

    @api.model
    def _day(self):
        """The day of the story: that of the company, today where it is not made yet."""
        kept = self.env["ir.config_parameter"].sudo().get_param(DAY)
        return fields.Date.to_date(kept) if kept else fields.Date.context_today(self)

    @api.model
    def _this_month(self, days):
        """``days`` before the day of the story, yet not in a month that has ended."""
        day = self._day()
        return max(day - timedelta(days=days), day.replace(day=1))

    # making

    def _create_company(self):
        """A trading company with accounts in euro; the demo users work in it."""
        euro, germany = self.env.ref("base.EUR"), self.env.ref("base.de")
        # The chart follows here; Odoo would install modules of the country, in the midst of this transaction.
        companies = self.env["res.company"].with_context(chart_template_load=True)
        company = companies.create(
            {
                "name": COMPANY,
                "currency_id": euro.id,
                "street": "Am Speicher 4",
                "zip": "99998",
                "city": "Nebelhafen",
                "country_id": germany.id,
            }
        ).with_env(self.env)
        self.env.user.company_ids += company
        template = self.env["account.chart.template"].with_company(company)
        template._load("generic_coa", company, install_demo=False)
        company.write({"currency_id": euro.id, "account_fiscal_country_id": germany.id})
        for name in ("base.user_admin", "base.user_demo"):
            user = self.env.ref(name, raise_if_not_found=False)
            if user:
                user.write({"company_ids": [Command.link(company.id)], "company_id": company.id})
        return self._keep(XML_ID, company)

    def _create_rates(self, rates):
        currencies = self.env["res.currency"].with_context(active_test=False)
        for name, weeks in rates.by_currency.items():
            currency = currencies.search([("name", "=", name)])
            currency.active = True
            shared = {"currency_id": currency.id, "company_id": self.env.company.id}
            self.env["res.currency.rate"].create(
                [{**shared, "name": day, "company_rate": float(rate)} for day, rate in weeks.items()]
            )

    # for the addons

    def _inside(self, company):
        """Working in the company alone, without a note in the chatter for every record."""
        return self.with_company(company).with_context(
            allowed_company_ids=company.ids, tracking_disable=True, mail_create_nolog=True, mail_notrack=True
        )

    def _keep(self, xml_id, record):
        """Give ``record`` an external id, so that it is found again and stays on an update."""
        self.env["ir.model.data"]._update_xmlids([{"xml_id": xml_id, "record": record, "noupdate": True}])
        return record

    def _own(self, model, domain):
        """The first record of the demo company, also for the superuser who sees those of all."""
        own = self.env[model]._check_company_domain(self.env.company)
        return self.env[model].search([*own, *domain], limit=1)
