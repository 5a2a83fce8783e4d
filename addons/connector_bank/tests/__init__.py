from . import (
    test_demo,
    test_import,
    test_import_cases,
    test_import_doubles,
    test_pure_camt,
    test_pure_camt_corpus,
    test_pure_importing,
    test_pure_matching,
    test_pure_matching_world,
    test_pure_references,
    test_pure_samples,
)
