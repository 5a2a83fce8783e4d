from . import manifest, pgp, zipped
