import Glibc
import Primitives
import Testing

@Suite struct EpollTests {
    @Test func wakeUpIsReportedUntilItIsCleared() throws {
        let epoll = try Epoll(capacity: 4)
        let wakeUp = try WakeUpDescriptor()
        try epoll.add(wakeUp.descriptor, token: 42, events: .readable)
        #expect(epoll.wait(nanoseconds: 0).isEmpty)
        wakeUp.wakeUp()
        wakeUp.wakeUp()
        for _ in 0..<2 {
            let ready = epoll.wait(nanoseconds: nil)
            #expect(ready.map(\.token) == [42])
            #expect(ready.first?.isReadable == true)
            #expect(ready.first?.isWritable == false)
        }
        wakeUp.clear()
        #expect(epoll.wait(nanoseconds: 0).isEmpty)
    }

    @Test func anotherThreadEndsTheWait() throws {
        let epoll = try Epoll(capacity: 4)
        let wakeUp = try WakeUpDescriptor()
        try epoll.add(wakeUp.descriptor, token: 1, events: .readable)
        try NamedThread.start("a name of more than fifteen bytes", stackBytes: 128 * 1024) { wakeUp.wakeUp() }
        #expect(epoll.wait(nanoseconds: 60_000_000_000).count == 1)
    }

    @Test func eventsCanBeReplacedAndRemoved() throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let epoll = try Epoll(capacity: 4)
        try epoll.add(ends[0], token: 1, events: .readable)
        #expect(epoll.wait(nanoseconds: 0).isEmpty)
        try epoll.modify(ends[0], token: 2, events: [.readable, .writable])
        #expect(epoll.wait(nanoseconds: nil).map(\.token) == [2])
        epoll.remove(ends[0])
        #expect(epoll.wait(nanoseconds: 0).isEmpty)
    }

    @Test func hangUpIsReportedWithoutBeingAskedFor() throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { close(ends[0]) }
        let epoll = try Epoll(capacity: 4)
        try epoll.add(ends[0], token: 1, events: [])
        close(ends[1])
        let events = epoll.wait(nanoseconds: nil).first?.events ?? []
        #expect(events.contains(.hungUp))
    }

    @Test func refusedDescriptorNamesTheCall() throws {
        let epoll = try Epoll(capacity: 4)
        #expect(throws: SystemCallError("epoll_ctl", code: EBADF)) {
            try epoll.add(-1, token: 1, events: .readable)
        }
        #expect("\(SystemCallError("epoll_ctl", code: EBADF))" == "epoll_ctl: Bad file descriptor")
    }

    @Test func emptyWaitTakesTheGivenTime() throws {
        let epoll = try Epoll(capacity: 1)
        let start = SystemClock.monotonicNanoseconds()
        #expect(epoll.wait(nanoseconds: 20_000_000).isEmpty)
        #expect(SystemClock.monotonicNanoseconds() - start >= 20_000_000)
    }
}
