import Testing

/// One after the other: each has a service's worth of connections, and the test server has a hundred.
@Suite(.serialized) enum ReadModelTests {}
