from . import audit, expiry, nodes, operations, traffic, webhooks
