from . import advice, checkpoints, controllers, ebics, figures, interfaces, models, operations, services, wizards
