import DequeModule
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// The exchanges of one HTTP/1.1 connection, or of one stream of HTTP/2, as a pure state machine: which parts of a
/// request reach the application, which fields a response gets, and whether the connection goes on after it.
///
/// A body is held until the application wants it, so a request that is refused by its head costs no memory. What comes
/// after the response is dropped.
struct ExchangeState {
    enum Version { case http1, http2 }

    /// The action for a part of a request.
    enum ReadAction: Equatable {
        /// The part is held or dropped.
        case none
        /// The application gets these parts.
        case pass([HTTPRequestPart])
        /// The client has sent more of a refused body than the limit.
        case close
    }

    /// The action for the head of a response.
    enum HeadAction {
        /// Nothing may be written any more.
        case drop
        /// - Parameters:
        ///   - closes: the response tells that the connection ends after it.
        ///   - sendsContinue: `100 Continue` goes out first.
        case write(Exchange, closes: Bool, sendsContinue: Bool)
    }

    /// The action after the end of a response.
    enum EndAction: Equatable { case goOn, close }

    /// The reception of the request whose head was read last.
    private enum Reception {
        /// The request has come whole, or there was none.
        case complete
        /// The application has the head, and does not want the body yet.
        case held([HTTPRequestPart])
        /// The application reads the body.
        case passing
        /// The rest of the request is dropped. The application gets the request's end if it has got its head.
        case dropping(tellsEnd: Bool)
    }

    /// The most bytes of a refused body that are awaited, so that the connection can go on. A longer body ends it.
    static let maximumRemainder = 256 * 1024
    /// The most bytes of a refused body that are read and dropped, so that the client gets to read its response.
    static let maximumDropped = 4 * 1024 * 1024

    let version: Version
    /// The exchanges whose responses are not complete, in the order of the requests.
    private var owed: Deque<Exchange> = []
    private var reception = Reception.complete
    /// The bytes of the body that is being received.
    private var receivedBytes = 0
    private var droppedBytes = 0
    /// True once the response that is being written has a head.
    private var isHeadWritten = false
    /// True where the response that is being written says that the connection ends after it.
    private var announcesClose = false
    /// True once bytes have come that are no HTTP. There is no request after them.
    private var isInputBroken = false
    /// True once `100 Continue` is sent for the body that is being received.
    private var hasContinued = false
    /// True once the last response is complete: nothing is read for the application, and nothing is written.
    private(set) var isClosing = false

    init(_ version: Version) {
        self.version = version
    }

    // MARK: Facts

    /// True while the next head begins an exchange.
    var takesRequests: Bool { !isClosing && !isInputBroken }
    /// True while the channel is not to be read, since the application does not want the body yet.
    var isHolding: Bool { if case .held = reception { true } else { false } }
    /// True while the application has not asked for a body of which nothing has come.
    private var isHoldingNothing: Bool { if case .held(let parts) = reception { parts.isEmpty } else { false } }
    /// True while the application waits for the rest of a body.
    var isReceivingBody: Bool { if case .passing = reception { true } else { false } }
    /// True while the rest of a refused body is awaited.
    var isDropping: Bool { if case .dropping = reception { true } else { false } }
    var isRequestComplete: Bool { if case .complete = reception { true } else { false } }
    /// True while a response is owed or being written.
    var owesResponse: Bool { !owed.isEmpty }
    /// True between the head of a response and its end.
    var isResponding: Bool { isHeadWritten }

    // MARK: Requests

    /// Begins an exchange with the head of its request.
    ///
    /// - Returns: true where the application gets the head.
    mutating func begin(_ exchange: Exchange) -> Bool {
        owed.append(exchange)
        (receivedBytes, hasContinued) = (0, false)
        reception = exchange.answer == nil ? .held([]) : .dropping(tellsEnd: false)
        return exchange.answer == nil
    }

    /// Begins an exchange whose request has come whole, and goes to the application.
    mutating func beginWhole(_ exchange: Exchange) {
        owed.append(exchange)
        (receivedBytes, hasContinued) = (0, false)
        reception = .complete
    }

    /// A part of the body, or the end of the request, has come.
    mutating func received(_ part: HTTPRequestPart) -> ReadAction {
        switch part {
        case .head: return .none
        case .body(let bytes):
            receivedBytes += bytes.readableBytes
            return receivedBody(part, bytes.readableBytes)
        case .end:
            defer { reception = .complete }
            switch reception {
            case .complete: return .none
            case .held(let parts): return .pass(parts + [part])
            case .passing: return .pass([part])
            case .dropping(let tellsEnd): return tellsEnd && !isClosing ? .pass([part]) : .none
            }
        }
    }

    private mutating func receivedBody(_ part: HTTPRequestPart, _ count: Int) -> ReadAction {
        switch reception {
        case .complete: return .none
        case .held(var parts):
            // Leaves the parts with one owner, so that a part is added without a copy of the others.
            reception = .complete
            parts.append(part)
            reception = .held(parts)
            return .none
        case .passing: return .pass([part])
        case .dropping:
            droppedBytes += count
            return droppedBytes > Self.maximumDropped ? .close : .none
        }
    }

    /// The application wants the body of the request that it answers.
    ///
    /// - Returns: the parts that were held, and true where `100 Continue` goes out first.
    mutating func bodyWanted() -> (parts: [HTTPRequestPart], sendsContinue: Bool) {
        guard owed.count == 1, let exchange = owed.first, case .held(let parts) = reception else { return ([], false) }
        reception = .passing
        let sendsContinue = exchange.expectsContinue && parts.isEmpty && !isHeadWritten
        hasContinued = sendsContinue
        return (parts, sendsContinue)
    }

    /// Bytes have come that are no HTTP, or the request was cut off.
    ///
    /// - Parameter exchange: answers where the bytes belong to no request that the application has.
    /// - Returns: true where the application is to learn of the error, since it has part of the request.
    mutating func inputBroke(_ exchange: Exchange) -> Bool {
        guard takesRequests else { return false }
        isInputBroken = true
        switch reception {
        case .complete:
            owed.append(exchange)
            return false
        case .held, .passing: return true
        case .dropping:
            reception = .complete
            return false
        }
    }

    // MARK: Responses

    /// The exchange that the transport answers now; nil where the application's turn is.
    var dueAnswer: Exchange? {
        guard let first = owed.first, first.answer != nil, !isHeadWritten, !isClosing else { return nil }
        return first
    }

    /// The application, or the transport, writes the head of the next response.
    ///
    /// - Parameters:
    ///   - isLive: true for a response without an end of its own, during which the client may send on.
    ///   - isStreamed: true for a response whose length is not known yet, since more of the request may decide on it.
    mutating func headWritten(
        _ status: HTTPResponse.Status,
        isLive: Bool,
        isStreamed: Bool = false
    ) -> HeadAction {
        guard !isClosing, !isHeadWritten, let exchange = owed.first else { return .drop }
        isHeadWritten = true
        // A client that gets a final status first sends no body (RFC 9110, section 10.1.1).
        let readsOn = exchange.expectsContinue && isStreamed && status.kind == .successful && !exchange.isHead
        let sendsContinue = owed.count == 1 && isHoldingNothing && (exchange.cannotDoWithoutContinue || readsOn)
        if sendsContinue { hasContinued = true }
        if isLive, owed.count == 1, !isRequestComplete { reception = .passing }
        let isRefusal = status.code >= 400 && owed.count == 1 && !canAwaitRemainder(of: exchange)
        let closes =
            exchange.asksForClose || exchange.answer?.closesConnection == true || isRefusal
            || isInputBroken && owed.count == 1
        announcesClose = version == .http1 && closes
        return .write(exchange, closes: announcesClose, sendsContinue: sendsContinue)
    }

    /// False where bytes of a body are dropped: a response to HEAD has none.
    var mayWriteBody: Bool { isHeadWritten && !isClosing && owed.first?.isHead == false }

    /// The end of a response is written.
    ///
    /// - Returns: nil where the end is dropped.
    mutating func endWritten() -> EndAction? {
        guard !isClosing, isHeadWritten, let exchange = owed.popFirst() else { return nil }
        isHeadWritten = false
        var closes = announcesClose
        if owed.isEmpty, !isRequestComplete {
            if !canAwaitRemainder(of: exchange) { closes = true }
            if !isDropping { reception = .dropping(tellsEnd: true) }
        }
        if isInputBroken, owed.isEmpty { closes = true }
        guard closes, version == .http1 else { return .goOn }
        isClosing = true
        owed = []
        return .close
    }

    /// True where the request is whole, or the rest of its body is short enough to wait for.
    private func canAwaitRemainder(of exchange: Exchange) -> Bool {
        if isRequestComplete { return true }
        guard let length = exchange.declaredLength, !exchange.expectsContinue || hasContinued || receivedBytes > 0
        else { return false }
        return length - receivedBytes <= Self.maximumRemainder
    }
}
