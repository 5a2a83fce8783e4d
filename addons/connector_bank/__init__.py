from . import advice, figures, models, operations, services, wizards
