from . import operations, webhooks
