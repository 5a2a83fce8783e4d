from . import nodes, operations, traffic, webhooks
