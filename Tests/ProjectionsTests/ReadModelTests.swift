import Testing

/// Suites that run one after the other: each needs the connections of a whole service, and the test server has a
/// hundred.
@Suite(.serialized) enum ReadModelTests {}
