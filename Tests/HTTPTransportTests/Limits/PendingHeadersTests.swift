import NIOCore
import Testing

@testable import HTTPTransport

@Suite struct PendingHeadersTests {
    private final class Connection {}

    private let connections = (0..<4).map { _ in Connection() }
    private var headers = PendingHeaders(limit: 80)

    private mutating func set(_ bytes: Int, _ index: Int, of address: String? = "a", at seconds: Int64) -> [Int] {
        let since = NIODeadline.uptimeNanoseconds(0) + .seconds(seconds)
        let chosen = headers.set(bytes, for: ObjectIdentifier(connections[index]), of: address, since: since)
        return chosen.compactMap { id in connections.firstIndex { ObjectIdentifier($0) == id } }
    }

    @Test mutating func theOldestGiveWayUntilAnEighthIsFree() {
        #expect(set(30, 0, at: 2).isEmpty)
        #expect(set(10, 1, at: 1).isEmpty)
        #expect(set(40, 2, at: 3).isEmpty)
        #expect(headers.total == 80)
        #expect(set(1, 3, at: 4) == [1, 0])
        #expect(headers.total == 41)
    }

    @Test mutating func theAddressWithTheMostGivesWay() {
        #expect(set(5, 0, of: "b", at: 1).isEmpty)
        #expect(set(40, 1, at: 2).isEmpty)
        #expect(set(30, 2, at: 3).isEmpty)
        #expect(set(6, 3, of: "c", at: 4) == [1])
    }

    @Test mutating func aProxysLargestHeaderGivesWay() {
        #expect(set(10, 0, of: nil, at: 1).isEmpty)
        #expect(set(60, 1, of: nil, at: 2).isEmpty)
        #expect(set(11, 2, of: nil, at: 3) == [1])
    }

    @Test mutating func aHeaderKeepsTheTimeOfItsFirstBytes() {
        _ = set(1, 0, at: 1)
        _ = set(40, 1, at: 2)
        _ = set(30, 0, at: 3)
        #expect(set(20, 2, at: 4) == [0])
    }

    @Test mutating func aHeaderThatIsTooLargeByItselfGivesWay() {
        #expect(set(81, 0, at: 1) == [0])
        #expect(headers.total == 0)
    }

    @Test mutating func completeHeadersAreForgotten() {
        _ = set(60, 0, at: 1)
        _ = set(0, 0, at: 2)
        #expect(headers.total == 0)
        #expect(set(80, 1, at: 3).isEmpty)
    }
}
