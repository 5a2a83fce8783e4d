from . import (
    test_board,
    test_credential,
    test_message_in,
    test_message_out,
    test_pure_core,
    test_pure_crypto,
    test_pure_protocol,
    test_pure_statement,
    test_pure_transport_sftp,
    test_pure_transports,
    test_pure_webhooks,
    test_rights,
)
