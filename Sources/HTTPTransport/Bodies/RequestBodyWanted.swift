/// An outbound event: the application wants the body of the request that it answers. Until then the body is not read.
struct RequestBodyWanted: Sendable {}
