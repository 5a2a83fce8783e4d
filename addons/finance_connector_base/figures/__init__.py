from . import alerts, audit, checkpoints, expiry, master, nodes, operations, traffic, webhooks
