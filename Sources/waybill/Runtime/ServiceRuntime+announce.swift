import Logging

extension ServiceRuntime.Running {
    /// The longest wait for a standard output that nobody reads.
    private static let patience = Duration.seconds(2)

    /// Prints where the service listens. A standard output that cannot be written is no reason to end a service.
    func announce() {
        do {
            try StandardOutput.line("waybill: serving on \(url)", within: Self.patience)
        } catch {
            LogLevel.logger(verbose: true).warning(
                "standard output cannot be written; the service goes on",
                metadata: ["error": "\(error)", "url": "\(url)"]
            )
        }
    }
}
