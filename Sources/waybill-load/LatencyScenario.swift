import Access
import ArgumentParser
import Foundation

struct LatencyScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "From commit to frame: commands at a fixed rate, followed by many streams.",
        discussion: """
            Each frame's age when its last byte has arrived, against its recordedAt, which is taken under the head lock before
            the commit: so the commit is included. Sends are scheduled by the clock, whatever the answers do.
            """
    )

    @OptionGroup var target: Target

    @Option(help: "Streams on all orders, each a thread.")
    var subscribers = 100

    @Option(help: "Commands a second.")
    var rate = 200

    @Option(help: "Seconds to measure.")
    var seconds = 10

    func run() async throws {
        let backend = try await target.token(.backend)
        let staff = try await target.token(.staff)
        let (port, rate, seconds, subscribers) = (target.port, rate, seconds, subscribers)
        let total = rate * seconds
        let ages = try await Threads.run(subscribers + 1) { index -> [Double] in
            guard index < subscribers else {
                try Self.publish(port: port, token: backend, rate: rate, total: total)
                return []
            }
            return try Self.follow(port: port, token: staff, frames: total)
        }
        let latencies = Percentiles(ages.flatMap { $0 })
        print("frames: \(latencies.count) to \(subscribers) streams at \(rate) events/s")
        print("commit to frame: \(latencies.summary)")
    }

    /// Commands at their times, one after the other on one connection; waits first until the streams are surely open.
    private static func publish(port: Int, token: String, rate: Int, total: Int) throws {
        Thread.sleep(forTimeInterval: 2)
        var connection = try RawConnection(port: port)
        defer { connection.close() }
        var mix = OrderMix(token: token)
        let start = Date()
        for index in 0..<total {
            let due = start.addingTimeInterval(Double(index) / Double(rate))
            Thread.sleep(until: due)
            var request = mix.next()
            if request == nil {
                mix = OrderMix(token: token)
                request = mix.next()
            }
            guard let request else { continue }
            try connection.send(request)
            let (status, body) = try connection.response()
            guard status < 300 else {
                throw RawConnection.Failure(description: "\(status): \(String(decoding: body, as: UTF8.self))")
            }
        }
    }

    private static func follow(port: Int, token: String, frames: Int) throws -> [Double] {
        var connection = try RawConnection(port: port)
        defer { connection.close() }
        try connection.send(
            Array("GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n\r\n".utf8)
        )
        var ages: [Double] = []
        let key = Array(#""recordedAt":""#.utf8)
        while ages.count < frames {
            let line = try connection.line()
            guard line.starts(with: "data: ".utf8), let at = firstRange(of: key, in: line) else { continue }
            let arrived = Date().timeIntervalSince1970
            ages.append((arrived - Self.seconds(String(decoding: line[at..<at + 27], as: UTF8.self))) * 1000)
        }
        return ages
    }

    private static func firstRange(of needle: [UInt8], in line: ArraySlice<UInt8>) -> Int? {
        var index = line.startIndex
        while index + needle.count + 27 <= line.endIndex {
            if line[index] == needle[0], line[index..<index + needle.count].elementsEqual(needle) {
                return index + needle.count
            }
            index += 1
        }
        return nil
    }

    /// `2026-11-22T09:56:25.201889Z` as seconds since 1970.
    private static func seconds(_ text: String) -> Double {
        let whole = (try? Date(String(text.prefix(19)) + "Z", strategy: .iso8601))?.timeIntervalSince1970 ?? .nan
        return whole + (Double(text.dropFirst(20).prefix(6)) ?? .nan) / 1_000_000
    }
}
