from . import adyen, generic, gocardless, rsa, standard, stripe
