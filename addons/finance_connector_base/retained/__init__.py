from . import attempts, cases, details, payloads
