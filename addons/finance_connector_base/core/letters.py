"""Letters as those write them who leave the marks out."""

import unicodedata


def without_marks(text):
    """``text`` decomposed (Unicode NFKD), without the marks on its letters: é is e; ł, ø and ß stay what they are."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
