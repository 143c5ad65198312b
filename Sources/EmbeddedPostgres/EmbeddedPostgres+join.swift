extension EmbeddedPostgres {
    /// How long a server that somebody else is starting is waited for.
    private static let joinPatience = Duration.seconds(10)

    /// The server that somebody else runs for this data directory. It is neither started nor stopped by this value.
    ///
    /// - Throws: `directoryLocked` where the holder of the directory has no server that answers.
    package func join() async throws -> Location {
        let site = try await prepareSite()
        let deadline = ContinuousClock.now + Self.joinPatience
        while true {
            if case .running(_, let file) = presence(site), let location = await probe(site, file) { return location }
            guard .now < deadline else {
                throw EmbeddedPostgresError(
                    .directoryLocked,
                    "\(dataDirectory) is in use by another process, whose database does not answer"
                )
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
