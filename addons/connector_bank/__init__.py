from . import advice, checkpoints, controllers, figures, interfaces, models, operations, services, wizards
