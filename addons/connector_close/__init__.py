from . import checkpoints, figures, models, services
