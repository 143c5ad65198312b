import Foundation
import OrderLog
import Orders
import Testing

@testable import LiveStreams

@Suite struct SubscriberTests {
    /// The seqs of the frames in a block of bytes, in order.
    private func ids(_ bytes: [UInt8]) -> [Int64] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            line.hasPrefix("id: aaaaaaaa-") ? Int64(line.dropFirst(13)) : nil
        }
    }

    private func subscriber(cursor: Int64, filter: StreamFilter = StreamFilter(scope: .everything)) -> Subscriber {
        Subscriber(filter: filter, audience: .staff, plain: false, cursor: cursor)
    }

    /// Reads on until nothing is left; the log serves what the ring no longer holds, in pages of two.
    private func drain(_ subscriber: inout Subscriber, _ ring: Ring, log: [EventFrame], budget: Int = 1 << 16)
        -> [Int64]
    {
        var seen: [Int64] = []
        while true {
            switch subscriber.next(ring: ring, budget: budget) {
            case .wait: return seen
            case .send(let bytes): seen += ids(bytes)
            case .catchUp(let after, let through):
                let rest = log.filter { $0.event.seq > after && $0.event.seq <= through }[...]
                let page = rest.prefix(2)
                let reached = page.count < rest.count ? page.last?.event.seq ?? through : through
                var frames = page
                while let bytes = subscriber.absorb(&frames, through: reached, budget: budget) { seen += ids(bytes) }
            }
        }
    }

    /// Every length of log, every size of ring, every starting cursor, every size of write: exactly what follows, once.
    @Test func everyCursorGetsExactlyWhatFollows() {
        let size = Frames.frame(1).size
        for length in 0...7 {
            let log = (0..<length).map { Frames.frame(Int64($0 + 1)) }
            for kept in 1...4 {
                var ring = Ring(after: 0, capacity: (size + 8) * kept)
                for frame in log { ring.append(frame) }
                for cursor in 0...length {
                    for budget in [1, size, 1 << 16] {
                        var subscriber = subscriber(cursor: Int64(cursor))
                        let seen = drain(&subscriber, ring, log: log, budget: budget)
                        #expect(seen == Array(Int64(cursor)..<Int64(length)).map { $0 + 1 })
                        #expect(subscriber.cursor == Int64(length))
                    }
                }
            }
        }
    }

    /// Publishing, reading and a ring too small for the pace, in every interleaving of eight steps.
    @Test func readingBesidePublishingLosesAndRepeatsNothing() {
        let size = Frames.frame(1).size
        for plot in 0..<256 {
            var ring = Ring(after: 0, capacity: (size + 8) * 2)
            var log: [EventFrame] = []
            var reader = subscriber(cursor: 0)
            var seen: [Int64] = []
            for step in 0..<8 {
                if plot >> step & 1 == 0 {
                    let frame = Frames.frame(Int64(log.count + 1))
                    log.append(frame)
                    ring.append(frame)
                } else {
                    seen += drain(&reader, ring, log: log)
                }
            }
            seen += drain(&reader, ring, log: log)
            #expect(seen == log.map(\.event.seq))
        }
    }

    @Test func aFilteredStreamPassesWhatItDoesNotShow() {
        var ring = Ring(after: 0, capacity: 1 << 20)
        for seq in 1...6 { ring.append(Frames.frame(Int64(seq))) }
        var filter = StreamFilter(orderId: Frames.orders[1], scope: .everything)
        var reader = subscriber(cursor: 0, filter: filter)
        #expect(drain(&reader, ring, log: []) == [1, 4])
        #expect(reader.cursor == 6)
        filter = StreamFilter(scope: ReadScope(shops: ["nordwind"]))
        var stranger = subscriber(cursor: 0, filter: filter)
        #expect(drain(&stranger, ring, log: []).isEmpty)
        #expect(stranger.cursor == 6)
    }

    @Test func customersPassWhatIsHiddenFromThem() {
        var ring = Ring(after: 0, capacity: 1 << 20)
        ring.append(Frames.frame(1, data: nil))
        ring.append(Frames.frame(2))
        var reader = Subscriber(filter: StreamFilter(scope: .everything), audience: .customer, plain: false, cursor: 0)
        guard case .send(let bytes) = reader.next(ring: ring) else {
            Issue.record("nothing to send")
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self).contains("sealed-2"))
        #expect(!String(decoding: bytes, as: UTF8.self).contains("sealed-1"))
    }

    @Test func filtersMatchHeadlineTypeAndAttention() {
        let event = Frames.event(1, type: "DeliveryFailed", before: "outForDelivery", status: "attention")
        let frame = Frames.frame(event)
        func matches(_ change: (inout StreamFilter) -> Void) -> Bool {
            var filter = StreamFilter(scope: .everything)
            change(&filter)
            return filter.matches(frame)
        }
        #expect(matches { $0.statuses = ["attention"] })
        #expect(matches { $0.statuses = ["outForDelivery"] })
        #expect(!matches { $0.statuses = ["delivered"] })
        #expect(matches { $0.types = ["DeliveryFailed"] })
        #expect(!matches { $0.types = ["OrderPlaced"] })
        #expect(matches { $0.attentionOnly = true })
        #expect(!StreamFilter(scope: ReadScope(shops: nil, customer: "cust-2")).matches(frame))
    }

    @Test func aReaderAheadOfTheRingWaits() {
        var ring = Ring(after: 0, capacity: 1 << 20)
        ring.append(Frames.frame(1))
        var reader = subscriber(cursor: 3)
        #expect(reader.next(ring: ring) == .wait)
        for seq in 2...4 { ring.append(Frames.frame(Int64(seq))) }
        #expect(drain(&reader, ring, log: []) == [4])
    }

    @Test func onlyReadersBeyondAForkAreTold() {
        var before = subscriber(cursor: 3)
        var beyond = subscriber(cursor: 4)
        let (isBeforeTold, isBeyondTold) = (before.fork(after: 3), beyond.fork(after: 3))
        #expect(!isBeforeTold)
        #expect(isBeyondTold)
        #expect(beyond.cursor == 3)
    }
}
