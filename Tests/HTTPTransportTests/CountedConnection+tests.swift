import NIOCore

@testable import HTTPTransport

extension CountedConnection {
    /// A connection of a test, whose metrics nobody reads unless the test gives them.
    static func forTests(
        _ channel: any Channel,
        activity: ConnectionActivity = ConnectionActivity(),
        metrics: ConnectionMetrics = ConnectionMetrics()
    ) -> CountedConnection {
        CountedConnection(channel, metrics: metrics, activity: activity, idleTimeout: .seconds(75))
    }
}
