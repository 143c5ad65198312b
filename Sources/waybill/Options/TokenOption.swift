import ArgumentParser

/// The token that a command shows to a service.
struct TokenOption: ParsableArguments {
    @Option(help: "A token of the service's. [WAYBILL_TOKEN] (default: one by the data directory's development key)")
    var token: String?

    @Option(help: "A file that holds the token; only its owner may read it. [WAYBILL_TOKEN_FILE]")
    var tokenFile: String?

    func validate() throws { _ = try given() }

    /// The token that was given, nil where the development key is to make one.
    func given() throws -> String? {
        switch try SecretFile.source("--token", token, tokenFile, variable: "WAYBILL_TOKEN") {
        case nil: return nil
        case .text(let token): return token
        case .file(let path, let name):
            let (token, exposure) = try SecretFile.read(path, named: name)
            if let exposure { throw ValidationError("\(name): \(TerminalText.plain(path)): \(exposure).") }
            return token
        }
    }
}
