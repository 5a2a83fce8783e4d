from . import checkpoints, figures, models, operations, wizards
