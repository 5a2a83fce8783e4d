from . import audit, expiry, master, nodes, operations, traffic, webhooks
