import Access
import Foundation
import HTTPTransport
import Logging
import Primitives

/// Checks what a service needs of this machine and of its own files: keys, certificate, descriptors, disk, clock,
/// scheduler.
struct ProcessCheck {
    let options: ServiceOptions
    let tls: TLSOptions
    let logger: Logger

    /// The streams that a service serves at most by default.
    private static let streams = 20_000
    /// The time before a certificate's end at which the end becomes a warning.
    private static let renewal = 14 * 86_400.0

    func findings() async -> [Finding] {
        certificate() + (await keys()) + descriptors() + disk() + clock() + scheduler()
    }

    // MARK: TLS

    private func certificate() -> [Finding] {
        let store: CertificateStore?
        do {
            store = try tls.certificates(logger)
        } catch {
            return [
                .failure(
                    "tls",
                    "TLS cannot be served: \(ErrorSentence.text(for: error))",
                    do: "replace the files, or correct --tls-certificate and --tls-key"
                )
            ]
        }
        guard let store else {
            let isLocal = ListeningAddress.isLoopback(options.resolvedHost)
            let text = "the service speaks clear text on \(options.resolvedHost)"
            return [
                isLocal
                    ? .ok("tls", text + ", which this machine alone reaches")
                    : .note(
                        "tls",
                        text,
                        do: "let a proxy on the same network speak TLS, or give --tls-certificate and --tls-key"
                    )
            ]
        }
        let left = store.expiresAt - Date().timeIntervalSince1970
        let date = Date(timeIntervalSince1970: store.expiresAt).formatted(.iso8601)
        let text = "the certificate fits its key and is valid until \(date)"
        return [
            left < Self.renewal
                ? .warning("tls", text, do: "renew it: \(Int(left / 86_400)) days are left")
                : .ok("tls", text)
        ]
    }

    // MARK: Keys

    private func developmentKey() -> Finding {
        let advice = "outside development give --jwks, the public keys of whoever issues your tokens"
        switch DevelopmentKey.find(in: options.database.dataDirectory.path) {
        case .usable(_, let owner) where owner != geteuid() && owner != 0:
            return .warning(
                "keys",
                """
                tokens of the data directory's development key are accepted by a service of the user \(owner), whose key \
                it is; one of this user (\(geteuid())) refuses to start with it
                """,
                do: advice
            )
        case .none, .usable:
            return .warning("keys", "tokens of the data directory's development key are accepted", do: advice)
        case .unreadable(let error):
            return .note("keys", "\(error)", do: "run this as the service's user, or as root; \(advice)")
        case .refused(let error):
            return .failure("keys", "serve refuses to start: \(error)", do: advice)
        }
    }

    private func keys() async -> [Finding] {
        guard let source = options.resolvedJWKS else {
            do {
                try options.requireKeys(
                    on: ListeningAddress(host: options.resolvedHost, port: try options.resolvedPort())
                )
            } catch {
                return [.failure("keys", "serve refuses to start: \(error)")]
            }
            return [developmentKey()]
        }
        let now = Date().timeIntervalSince1970
        do {
            let keys = try await ServiceRuntime.keySource(
                source,
                issuer: options.resolvedIssuer,
                now: now,
                logger: logger
            )
            guard keys.isUsable(now: now) else {
                return [
                    .failure(
                        "keys",
                        "the keys of --jwks are not usable",
                        do: "look at the warnings above, and at the key set"
                    )
                ]
            }
        } catch {
            return [
                .failure(
                    "keys",
                    "\(ErrorSentence.text(for: error))",
                    do: "make the key set readable, or correct --jwks"
                )
            ]
        }
        guard let issuer = options.resolvedIssuer else {
            return [
                .warning(
                    "keys",
                    "the key set of --jwks is usable; tokens of any issuer are accepted",
                    do: "give --issuer, so that tokens of another service with the same keys are refused"
                )
            ]
        }
        return [.ok("keys", "the key set of --jwks is usable; tokens must come from \(issuer)")]
    }

    // MARK: This machine

    private func descriptors() -> [Finding] {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return [] }
        // The service raises its soft limit to the hard one.
        let most = DescriptorBudget(limit: Int(min(limit.rlim_max, rlim_t(Int32.max)))).ceiling
        if most > Self.streams { return [.ok("descriptors", "room for \(Self.streams) streams beside all else")] }
        return [
            .warning(
                "descriptors",
                "the hard limit of \(limit.rlim_max) open descriptors leaves room for \(most) connections",
                do: "raise it to 32768: LimitNOFILE=32768 of a systemd unit, ulimits of a container, or ulimit -Hn"
            )
        ]
    }

    private func disk() -> [Finding] {
        let places = [
            ("the data directory", options.database.dataDirectory.path), ("temporary files", NSTemporaryDirectory()),
        ]
        return places.compactMap { name, path in DiskRoom(nearest: path)?.finding(name, least: 2 << 30) }
    }

    private func clock() -> [Finding] {
        guard let result = SystemClock.synchronisation else {
            return [.note("clock", "the kernel does not say whether the clock is synchronised")]
        }
        guard result == .unsynchronised else {
            return [.ok("clock", "the kernel calls the clock synchronised")]
        }
        return [
            .note(
                "clock",
                "the kernel does not call the clock synchronised",
                do: "run chrony or systemd-timesyncd here, unless the host of this machine keeps its clock"
            )
        ]
    }

    /// The process is in a control group that has a share of the processors: sessions count only outside of those.
    private static var isInProcessorGroup: Bool {
        let groups = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        return groups.split(separator: "\n").contains { line in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return false }
            // Of the second version, which has one line, or of the first, with a line for each controller.
            if parts[1].isEmpty {
                return FileManager.default.fileExists(atPath: "/sys/fs/cgroup\(parts[2])/cpu.weight")
            }
            return parts[1].split(separator: ",").contains("cpu") && parts[2] != "/"
        }
    }

    /// Tells whether Linux shares processor time among sessions instead of threads. Each process of PostgreSQL is a
    /// session of its own.
    private func scheduler() -> [Finding] {
        guard let setting = try? String(contentsOfFile: "/proc/sys/kernel/sched_autogroup_enabled", encoding: .utf8),
            setting.hasPrefix("1"), !Self.isInProcessorGroup
        else { return [.ok("scheduler", "processor time is shared by threads, or by control groups alone")] }
        return [
            .note(
                "scheduler",
                "processor time is shared by sessions (kernel.sched_autogroup_enabled)",
                do: """
                    where PostgreSQL is on this machine, set it to 0 by sysctl: commands wait less while thousands of \
                    streams open
                    """
            )
        ]
    }
}
