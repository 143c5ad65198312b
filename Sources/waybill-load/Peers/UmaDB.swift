import Foundation

/// A peer of single commands: the event store UmaDB, with the server and the Python client of its package on PyPI.
struct UmaDB: Sendable {
    let python: String
    private let port: Int

    /// Runs the server for as long as `body` runs.
    ///
    /// - Parameters:
    ///   - python: the path of a Python that has the package `umadb`.
    ///   - workDirectory: the directory for the server's data and logs.
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
            while try await !peer.isReady(directory) {
                guard program.exitStatus() == nil, ContinuousClock.now < deadline else {
                    throw LoadFailure("UmaDB did not start: \(try program.outputTail())")
                }
            }
            return try await body(peer)
        }
    }

    /// Runs the clients, each of which appends one event at a time.
    ///
    /// - Returns: events per second.
    func run(clients: Int, seconds: Int, workDirectory: String) async throws -> Double {
        let program = try ChildProgram(
            [python, "-c", Self.script, "http://127.0.0.1:\(port)", "\(clients)", "\(seconds)"],
            name: "umadb-client",
            directory: workDirectory
        )
        guard try await program.finish(within: .seconds(seconds + 60)) == 0,
            let rate = Double(try program.readOutput().trimmingCharacters(in: .newlines))
        else { throw LoadFailure("UmaDB's client: \(try program.outputTail())") }
        return rate
    }

    /// Asks the server for its head.
    private func isReady(_ directory: String) async throws -> Bool {
        let program = try ChildProgram(
            [python, "-c", "import sys, umadb; umadb.Client(sys.argv[1]).head()", "http://127.0.0.1:\(port)"],
            name: "umadb-probe",
            directory: directory
        )
        return try await program.finish(within: .seconds(20)) == 0
    }

    /// The client program: one client for each thread, which appends an event, waits for its position and appends the
    /// next.
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
