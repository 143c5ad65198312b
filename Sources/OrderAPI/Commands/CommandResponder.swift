package import HTTPTransport
import HTTPTypes
package import NIOCore
import OrderLog

/// Adds the handler that answers single commands to a connection's channel, and holds what those handlers share.
package struct CommandResponder: Sendable {
    let authorizer: Authorizer
    let appender: Appender
    let submissions: SubmissionFactory
    let metrics: RequestMetrics
    /// Makes spans of requests; nil for none.
    let spans: RequestSpans?
    /// The mailbox of each event loop, which takes the answers of the appender.
    private let mailboxes = EventLoopRegistry { loop in ReceiptMailbox { loop.execute($0) } }

    init(
        authorizer: Authorizer,
        appender: Appender,
        submissions: SubmissionFactory,
        metrics: RequestMetrics,
        spans: RequestSpans? = nil
    ) {
        self.authorizer = authorizer
        self.appender = appender
        self.submissions = submissions
        self.metrics = metrics
        self.spans = spans
    }

    /// Adds the handler, before those that answer all other requests. Runs on the channel's event loop.
    package func add(to channel: any Channel, on connection: HTTPConnection) throws {
        let handler = CommandRequestHandler(
            self,
            mailbox: mailboxes.value(of: channel.eventLoop),
            exchanges: try connection.exchanges(of: channel),
            isHTTP2: connection.version == .http2
        )
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// The command of a request that is answered on the event loop; nil for any other request, and for one whose head
    /// the framework has to look at: to verify a token, to decode a body, or to refuse it.
    func call(for request: HTTPRequest) -> CommandCall? {
        guard let (name, target) = CommandTarget.plain(request), request.headerFields[.expect] == nil,
            request.headerFields[.contentEncoding] == nil,
            let caller = authorizer.knownCaller(request, to: .command(name))
        else { return nil }
        return try? CommandCall(
            name,
            to: target,
            request.headerFields,
            query: nil,
            from: caller,
            submissions: submissions,
            span: spans?.begin(request)
        )
    }

    func submit(_ submission: Submission, to mailbox: ReceiptMailbox, _ delivery: @escaping ReceiptMailbox.Delivery) {
        appender.submit(submission, to: mailbox, delivery)
    }
}
