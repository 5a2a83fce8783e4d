from . import advice, checkpoints, figures, models, operations, platforms, wizards
