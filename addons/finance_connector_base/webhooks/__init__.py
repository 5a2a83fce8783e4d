from . import adyen, generic, gocardless, ponto, rsa, standard, stripe
