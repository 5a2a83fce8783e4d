from . import expiry, nodes, operations, traffic, webhooks
