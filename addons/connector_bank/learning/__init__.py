"""What people decided about proposals, as a small model: how likely a proposal is right, and why it says so."""

from .features import features_of, words_of
from .model import Learned, Sample, UselessError, learn

__all__ = ["Learned", "Sample", "UselessError", "features_of", "learn", "words_of"]
