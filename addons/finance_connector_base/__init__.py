from . import controllers, figures, models, operations, services, steps, transports, webhooks
