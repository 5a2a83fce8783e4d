from . import figures, models, operations, wizards
