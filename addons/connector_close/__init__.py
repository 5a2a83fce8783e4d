from . import figures, models, services
