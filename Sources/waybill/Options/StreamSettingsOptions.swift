import Access
import ArgumentParser
import EventStreams
import WaybillServer

/// The options of streams.
struct StreamSettingsOptions: ParsableArguments {
    @Option(
        help: """
            Time from one heartbeat of a quiet stream to the next, 1s to 60s; below the idle timeout of every proxy. \
            [WAYBILL_HEARTBEAT] (default: 15s)
            """
    )
    var heartbeat: String?

    @Option(
        help: """
            The most streams of one customer or tracking link; backends, staff and operators share the rest of 20,000. \
            [WAYBILL_STREAMS_PER_CALLER] (default: 100)
            """
    )
    var streamsPerCaller: Int?

    private static let heartbeats = 1...60
    private static let callerStreams = 1...20_000

    /// Changes the settings that were given.
    func apply(to settings: inout WaybillServerSettings) throws {
        if let seconds = try resolvedHeartbeat() { settings.streams.heartbeat = .seconds(seconds) }
        if let count = try resolvedStreamsPerCaller() { settings.streams.streamsPerCaller = count }
    }

    func validate() throws {
        _ = try resolvedHeartbeat()
        _ = try resolvedStreamsPerCaller()
    }

    private func resolvedHeartbeat() throws -> Int? {
        guard let text = heartbeat ?? Environment.text("WAYBILL_HEARTBEAT") else { return nil }
        let name = heartbeat == nil ? "WAYBILL_HEARTBEAT" : "--heartbeat"
        let refusal = ValidationError("\(name) must be from 1s to 60s, not “\(TerminalText.plain(text))”.")
        let seconds: Int
        do {
            seconds = try DurationFormat.seconds(text)
        } catch {
            throw refusal
        }
        guard Self.heartbeats.contains(seconds) else { throw refusal }
        return seconds
    }

    private func resolvedStreamsPerCaller() throws -> Int? {
        let text = Environment.text("WAYBILL_STREAMS_PER_CALLER")
        let name = streamsPerCaller == nil ? "WAYBILL_STREAMS_PER_CALLER" : "--streams-per-caller"
        guard let given = streamsPerCaller.map(String.init) ?? text else { return nil }
        guard let count = Int(given), Self.callerStreams.contains(count) else {
            throw ValidationError("\(name) must be a number from 1 to 20000, not “\(TerminalText.plain(given))”.")
        }
        return count
    }
}
