from . import core, figures, models, providers, services, wizards
