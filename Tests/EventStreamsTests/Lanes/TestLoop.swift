import Foundation
import Synchronization

@testable import EventStreams

/// An event loop, made of one dispatch queue, that counts its calls.
final class TestLoop: ChannelExecutor {
    private let queue = DispatchQueue(label: "loop")
    private let calls = Atomic(0)

    var count: Int { calls.load(ordering: .relaxed) }

    func execute(_ work: @escaping @Sendable () -> Void) {
        calls.wrappingAdd(1, ordering: .relaxed)
        queue.async(execute: work)
    }
}
