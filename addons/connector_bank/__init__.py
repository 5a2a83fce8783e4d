from . import advice, checkpoints, controllers, figures, models, operations, services, wizards
