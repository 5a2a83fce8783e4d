from . import operations, traffic, webhooks
