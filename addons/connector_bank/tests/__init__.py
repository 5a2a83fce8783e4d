from . import (
    test_import,
    test_pure_camt,
    test_pure_camt_corpus,
    test_pure_matching,
    test_pure_matching_world,
    test_pure_references,
    test_pure_samples,
    test_unmatched,
)
