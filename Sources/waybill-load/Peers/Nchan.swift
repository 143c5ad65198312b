import Foundation

extension StreamPeer {
    /// The paths of Debian's module and of the server that loads the module.
    private static let module = "/usr/lib/nginx/modules/ngx_nchan_module.so"
    private static let server = "/usr/sbin/nginx"

    /// Runs nginx with nchan, one worker and a configuration of its own, for as long as `body` runs.
    ///
    /// - Throws: `LoadFailure` where nchan is not installed (Debian: `nginx-light`, `libnginx-mod-nchan`) or does not
    ///   start.
    static func withNchan<R>(_ workDirectory: String, _ body: (StreamPeer) async throws -> R) async throws -> R {
        guard [module, server].allSatisfy(FileManager.default.fileExists) else {
            throw LoadFailure("nchan is missing: install nginx-light and libnginx-mod-nchan")
        }
        // Finds a free port. No other process takes ports on this machine during a measurement.
        let (descriptor, port) = try Sockets.listen()
        close(descriptor)
        let directory = "\(workDirectory)/nginx"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let path = "\(directory)/nginx.conf"
        try configuration(port, directory).write(toFile: path, atomically: true, encoding: .utf8)
        let program = try ChildProgram(
            [server, "-p", directory, "-e", "\(directory)/error.log", "-c", path],
            name: "nginx",
            directory: directory
        )
        return try await program.during {
            try await waitUntilReady(port, program)
            let request = StreamTarget.request("/stream")
            return try await body(
                StreamPeer(
                    name: "nchan",
                    pid: program.pid,
                    target: StreamTarget(port: port, beginning: .head) { _ in request },
                    request: { frame in
                        post("/publish", ["X-EventSource-Event: \(frame.event)"], Array(frame.data.utf8))
                    }
                )
            )
        }
    }

    /// Waits until the server responds.
    private static func waitUntilReady(_ port: Int, _ program: ChildProgram) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            guard program.exitStatus() == nil else { throw LoadFailure("nginx: \(try program.outputTail())") }
            do {
                _ = try await ReadDriver.fetch("/up", port: port, token: "none")
                return
            } catch is LoadFailure {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        throw LoadFailure("nginx does not answer: \(try program.outputTail())")
    }

    private static func configuration(_ port: Int, _ directory: String) -> String {
        """
        load_module \(module);
        daemon off;
        worker_processes 1;
        worker_rlimit_nofile 65536;
        pid \(directory)/nginx.pid;
        events { worker_connections 40000; }
        http {
            access_log off;
            client_body_temp_path \(directory)/body;
            proxy_temp_path \(directory)/proxy;
            fastcgi_temp_path \(directory)/fastcgi;
            scgi_temp_path \(directory)/scgi;
            uwsgi_temp_path \(directory)/uwsgi;
            keepalive_requests 1000000000;
            nchan_shared_memory_size 1024M;
            nchan_message_buffer_length 20000;
            server {
                listen 127.0.0.1:\(port) backlog=4096;
                location = /up { return 200 "up"; }
                location = /publish { nchan_publisher; nchan_channel_id all; }
                location = /stream {
                    nchan_subscriber eventsource;
                    nchan_subscriber_first_message newest;
                    nchan_channel_id all;
                }
                location ~ ^/stream/(.+)$ {
                    nchan_subscriber eventsource;
                    nchan_subscriber_first_message newest;
                    nchan_channel_id $1;
                }
            }
        }

        """
    }
}
