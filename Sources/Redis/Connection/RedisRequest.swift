import NIOCore

/// A command on its way to the server, and the promise of its answer.
struct RedisRequest: Sendable {
    let command: RESPCommand
    /// The kind of pushed data that is the answer, such as `subscribe`; nil for a command that has an ordinary answer.
    let confirmation: String?
    /// The command's name, for errors.
    let subject: String
    let timeout: TimeAmount
    let promise: EventLoopPromise<RESPValue>
}
