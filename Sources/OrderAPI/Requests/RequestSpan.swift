import HTTPTransport
package import HTTPTypes
package import OrderLog
import Orders
package import Tracing

/// The span of one request, from its head to the begin of its response, with a child for each stage of a command.
package final class RequestSpan: Sendable {
    /// Is told the times of a command's stages; nil where the trace is not recorded.
    package let timings: CommandTimings?
    private let span: any Span
    private let clock: SpanClock
    private let tracer: any Tracer

    init(span: any Span, clock: SpanClock, tracer: any Tracer) {
        self.span = span
        self.clock = clock
        self.tracer = tracer
        timings = span.isRecording ? CommandTimings() : nil
    }

    /// The context of the requests that are made for this one.
    package var context: ServiceContext { span.context }

    /// The request is a command, which is about to be submitted.
    package func submits(_ submission: Submission) {
        guard span.isRecording else { return }
        span.updateAttributes { attributes in
            attributes["waybill.command"] = submission.command.name.rawValue
            attributes["waybill.command.id"] = submission.commandId
            if let order = submission.orderId { attributes["waybill.order.id"] = order.text }
        }
    }

    /// The command was accepted, here or before.
    package func accepted(_ receipt: CommandReceipt) {
        guard span.isRecording else { return }
        span.updateAttributes { attributes in
            attributes["waybill.order.id"] = receipt.orderId.text
            attributes["waybill.position"] = receipt.position.description
            attributes["waybill.replayed"] = receipt.replayed
            if !receipt.events.isEmpty {
                attributes["waybill.event.positions"] = SpanAttribute.stringArray(
                    receipt.events.map(\.position.description)
                )
                attributes["waybill.event.types"] = SpanAttribute.stringArray(receipt.events.map(\.type))
            }
        }
    }

    /// The request is refused with problem details.
    package func refused(_ code: ProblemCode) {
        guard span.isRecording else { return }
        span.attributes["waybill.problem"] = code.rawValue
    }

    /// The response begins: ends the span.
    ///
    /// - Parameters:
    ///   - route: the pattern of the route; nil where none matched.
    ///   - status: nil where there is no response.
    package func answered(_ request: HTTPRequest, route: String?, status: HTTPResponse.Status?) {
        let ended = ContinuousClock.now
        guard span.isRecording else { return }
        let method = RequestSpans.method(of: request)
        let shown = method == "_OTHER" ? "HTTP" : method
        // Hummingbird names its answer where no route matches as if that were one.
        let route = route.flatMap { $0.hasPrefix("/") ? $0 : nil }
        span.operationName = route.map { "\(shown) \($0)" } ?? shown
        span.updateAttributes { attributes in
            attributes["http.request.method"] = method
            attributes["http.route"] = route
            attributes["url.path"] = RequestTarget.loggable(request.path ?? "")
            attributes["url.scheme"] = request.scheme
            attributes["waybill.request.id"] = request.headerFields[.assignedRequestId]
            if let status { attributes["http.response.status_code"] = status.code }
        }
        let isFailed = status.map { $0.code >= 500 } ?? true
        if isFailed {
            span.attributes["error.type"] = status.map { "\($0.code)" } ?? "_OTHER"
            span.setStatus(SpanStatus(code: .error))
        }
        for interval in timings?.intervals ?? [] {
            let child = tracer.startSpan(
                interval.stage.rawValue,
                context: span.context,
                at: clock.time(of: interval.began)
            )
            child.end(at: clock.time(of: interval.ended))
        }
        span.end(at: clock.time(of: ended))
    }
}
