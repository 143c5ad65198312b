package import HTTPTypes

/// Says by a response's head whether the response is live: it has no end of its own, and its client reads each part as
/// it comes. A client that takes nothing of a live response is given less time.
package typealias LiveResponseRule = @Sendable (_ head: HTTPResponse) -> Bool
