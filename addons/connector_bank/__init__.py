from . import advice, checkpoints, figures, models, operations, services, wizards
