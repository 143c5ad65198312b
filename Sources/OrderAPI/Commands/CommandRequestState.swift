import NIOHTTPTypes

/// The state machine of a channel whose commands are answered on the event loop. Pure: the handler reports parts, reads
/// and responses to it, and carries out the actions that it returns.
///
/// A channel answers one request at a time, as the framework does: a command that arrives while responses of the
/// framework are under way is held, and so is all that arrives while a command is answered.
struct CommandRequestState {
    /// The action for a part of a request.
    enum ReadAction: Equatable {
        /// The part is held.
        case hold
        /// The handlers behind get the part.
        case passOn
        /// The part is the head of a command that is answered here.
        case begin
        /// The part belongs to the command's body.
        case collect
        /// The command is whole.
        case submit
    }

    private enum Phase {
        /// The next head decides on the way of its request.
        case watching
        /// The rest of a command is awaited.
        case receiving
        /// A command is whole, and its answer is awaited.
        case deciding
    }

    private var phase = Phase.watching
    /// The requests that were passed on and are not answered.
    private var unanswered = 0
    private var held: [HTTPRequestPart] = []
    /// True where a read was requested and not made.
    private var isReadHeld = false

    // MARK: Facts

    /// True while the next head decides on the way of its request.
    var isWatching: Bool { phase == .watching && held.isEmpty }
    /// True while a command that comes now is answered at once, since no response is owed.
    var takesCommands: Bool { isWatching && unanswered == 0 }
    /// True while the rest of a command is awaited.
    var isReceiving: Bool { phase == .receiving }
    /// True while a command's answer is awaited.
    var isDeciding: Bool { phase == .deciding }
    /// True while a command is received or answered, or waits for its turn.
    var isBusy: Bool { !isWatching }

    // MARK: Requests

    /// A part of a request has come.
    ///
    /// - Parameter isCommand: true for the head of a command that is to be answered here.
    mutating func received(_ part: HTTPRequestPart, isCommand: Bool) -> ReadAction {
        guard held.isEmpty, phase != .deciding, !(isCommand && unanswered > 0) else {
            held.append(part)
            return .hold
        }
        switch part {
        case .head:
            if isCommand {
                phase = .receiving
                return .begin
            }
            unanswered += 1
            return .passOn
        case .body: return phase == .receiving ? .collect : .passOn
        case .end:
            guard phase == .receiving else { return .passOn }
            phase = .deciding
            return .submit
        }
    }

    /// A command has come whole while `takesCommands` was true, and is submitted.
    mutating func receivedWhole() { phase = .deciding }

    /// The framework answers the command whose parts have been collected so far.
    mutating func handedOver() {
        phase = .watching
        unanswered += 1
    }

    /// A handler behind asks the channel to read.
    ///
    /// - Parameter isWritable: false while the client has not taken the responses so far. It then sends commands in
    ///   vain; the framework decides for its own requests.
    /// - Returns: true where the channel reads now.
    mutating func readRequested(isWritable: Bool) -> Bool {
        isReadHeld = !mayRead(isWritable)
        return !isReadHeld
    }

    private func mayRead(_ isWritable: Bool) -> Bool { held.isEmpty && (isWritable || unanswered > 0) }

    // MARK: Responses

    /// The command is answered.
    ///
    /// - Returns: true where held parts are to be read.
    mutating func commandAnswered() -> Bool {
        phase = .watching
        return !held.isEmpty
    }

    /// The end of a response was written by a handler behind.
    ///
    /// - Returns: true where held parts are to be read.
    mutating func responsePassed() -> Bool {
        unanswered -= 1
        return unanswered == 0 && phase == .watching && !held.isEmpty
    }

    /// Removes the held parts, which the handler then reads again.
    mutating func takeHeld() -> [HTTPRequestPart] {
        defer { held = [] }
        return held
    }

    /// - Returns: true where the channel is to make the read that was requested and not made.
    mutating func takeHeldRead(isWritable: Bool) -> Bool {
        guard isReadHeld, mayRead(isWritable) else { return false }
        isReadHeld = false
        return true
    }
}
