from . import controllers, figures, models, operations, services, transports, webhooks
