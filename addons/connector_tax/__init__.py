from . import checkpoints, core, figures, models, providers, services, wizards
