from . import finance_connect
