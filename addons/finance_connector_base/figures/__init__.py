from . import alerts, audit, expiry, master, nodes, operations, traffic, webhooks
