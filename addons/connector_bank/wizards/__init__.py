from . import finance_statement_import
