//! What can be done about each error of the SDK's.

use opentok_handover::core::error::{Class, Code, Failure};

/// The table of SDK-FACTS, section 7: name, message, class.
const CONNECT_ERRORS: &[(&str, &str, Class)] = &[
    ("OT_AUTHENTICATION_ERROR", "Authentication error", Class::Credentials),
    ("OT_INVALID_SESSION_ID", "Invalid session ID", Class::Credentials),
    ("OT_TERMS_OF_SERVICE_FAILURE", "Terms of service failure", Class::Fatal),
    ("OT_UNEXPECTED_SERVER_RESPONSE", "Unexpected server response", Class::Transient),
    ("OT_INVALID_HTTP_STATUS", "Unexpected server response: undefined 400", Class::Credentials),
    ("OT_INVALID_HTTP_STATUS", "Unexpected server response: undefined 403", Class::Credentials),
    ("OT_INVALID_HTTP_STATUS", "Unexpected server response: undefined 404", Class::Credentials),
    ("OT_INVALID_HTTP_STATUS", "Unexpected server response: undefined 429", Class::Transient),
    ("OT_INVALID_HTTP_STATUS", "Unexpected server response: undefined 500", Class::Transient),
    ("OT_INVALID_HTTP_STATUS", "Unexpected server response: undefined 503", Class::Transient),
    ("OT_INVALID_HTTP_STATUS", "", Class::Transient),
    ("OT_CONNECT_FAILED", "", Class::Transient),
    ("OT_EMPTY_RESPONSE_BODY", "Empty response body", Class::Transient),
    ("OT_XDOMAIN_OR_PARSING_ERROR", "Not JSON", Class::Transient),
    ("OT_SOCKET_CLOSE_FALLBACK_CODE", "Error code unavailable.", Class::Transient),
    ("OT_SOCKET_CLOSE_TIMEOUT", "Timeout", Class::Transient),
    ("OT_CONNECTION_LIMIT_EXCEEDED", "Connection limit exceeded", Class::Transient),
];

#[test]
fn each_error_of_connect_has_its_class() {
    for (name, message, class) in CONNECT_ERRORS {
        assert_eq!(Class::of_sdk(name, message), Some(*class), "{name}: {message}");
        let failure = Failure::of_sdk(Code::ConnectFailed, name, message);
        assert_eq!((failure.class, failure.message.as_str()), (*class, *message));
    }
}

#[test]
fn an_unknown_error_is_transient_and_says_so() {
    let failure = Failure::of_sdk(Code::ConnectFailed, "OT_FROM_THE_FUTURE", "It went wrong.");
    assert_eq!(failure.class, Class::Transient);
    assert!(failure.message.starts_with("It went wrong. (OT_FROM_THE_FUTURE is unknown"), "{}", failure.message);
}
