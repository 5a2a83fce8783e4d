from . import canonical, messages, payments
