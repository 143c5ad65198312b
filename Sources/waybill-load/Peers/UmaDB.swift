import Foundation

/// A peer of single commands: UmaDB, an event store, as its package on PyPI brings it, server and Python client.
struct UmaDB: Sendable {
    let python: String
    private let port: Int

    /// Runs its server in `workDirectory`, for as long as `body` runs.
    ///
    /// - Parameter python: a Python that has the package `umadb`.
    static func with<R>(python: String, workDirectory: String, _ body: (UmaDB) async throws -> R) async throws -> R {
        let (descriptor, port) = try Sockets.listen()
        close(descriptor)
        let directory = "\(workDirectory)/umadb"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let program = try ChildProgram(
            [
                python, "-c", "import sys, umadb; umadb.run_server_from_args(['umadb'] + sys.argv[1:])",
                "--listen=127.0.0.1:\(port)", "--db-path=\(directory)",
            ],
            name: "umadb",
            directory: directory
        )
        return try await program.during {
            let deadline = ContinuousClock.now + .seconds(20)
            let peer = UmaDB(python: python, port: port)
            while try await !peer.answers(directory) {
                guard program.ended() == nil, ContinuousClock.now < deadline else {
                    throw LoadFailure("UmaDB did not start: \(try program.lastWords())")
                }
            }
            return try await body(peer)
        }
    }

    /// - Returns: events a second, each appended for itself.
    func run(clients: Int, seconds: Int, workDirectory: String) async throws -> Double {
        let program = try ChildProgram(
            [python, "-c", Self.script, "http://127.0.0.1:\(port)", "\(clients)", "\(seconds)"],
            name: "umadb-client",
            directory: workDirectory
        )
        guard try await program.finish(within: .seconds(seconds + 60)) == 0,
            let rate = Double(try program.printed().trimmingCharacters(in: .newlines))
        else { throw LoadFailure("UmaDB's client: \(try program.lastWords())") }
        return rate
    }

    private func answers(_ directory: String) async throws -> Bool {
        let program = try ChildProgram(
            [python, "-c", "import sys, umadb; umadb.Client(sys.argv[1]).head()", "http://127.0.0.1:\(port)"],
            name: "umadb-probe",
            directory: directory
        )
        return try await program.finish(within: .seconds(20)) == 0
    }

    /// A client a thread; each appends one event, waits for its position, appends the next.
    private static let script = """
        import sys, threading, time, umadb
        url, clients, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        data = b'{"parcelId":"p1","code":"inTransit","shop":"aurora","customer":"cust-042","status":"shipped"}' * 3
        counts = [0] * clients
        end = time.monotonic() + seconds
        def work(index):
            client = umadb.Client(url)
            while time.monotonic() < end:
                tag = f"order:{index}-{counts[index] // 9}"
                client.append([umadb.Event(event_type="ParcelScanned", data=data, tags=[tag])])
                counts[index] += 1
        threads = [threading.Thread(target=work, args=(index,)) for index in range(clients)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(sum(counts) / seconds)
        """
}
