import Access
import Crypto
import FoundationEssentials
import Glibc
import Logging

/// The time of these tests, in seconds since 1970.
let noon: Double = 1_800_000_000

/// A new directory, removed when the closure ends.
func withDirectory<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: (String) async throws -> Result
) async throws -> Result {
    var template = Array("/tmp/waybill-access-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw KeyError(source: "/tmp", reason: "no directory") }
    let path = String(cString: made)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

func write(_ text: String, to path: String, mode: Int = 0o600) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
    guard chmod(path, mode_t(mode)) == 0 else { throw KeyError(source: path, reason: "chmod") }
}

let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// A token made by hand, so that it can be wrong in any way.
func token(header: String, payload: String, sign: (Data) throws -> some Sequence<UInt8>) rethrows -> String {
    let signed = "\(Base64URL.encode(Array(header.utf8))).\(Base64URL.encode(Array(payload.utf8)))"
    return try "\(signed).\(Base64URL.encode(Array(sign(Data(signed.utf8)))))"
}

func es256(_ payload: String, _ key: P256.Signing.PrivateKey, header: String = #"{"alg":"ES256","kid":"a"}"#) throws
    -> String
{
    try token(header: header, payload: payload) { try key.signature(for: SHA256.hash(data: $0)).rawRepresentation }
}

/// Claims that are accepted at noon; `changes` replaces a claim's JSON, or removes it where nil.
func claims(_ changes: [String: String?] = [:]) -> String {
    var all: [String: String] = [
        "aud": #""waybill""#, "iss": #""issuer""#, "sub": #""cust-1""#, "exp": "\(Int(noon) + 3600)",
        "role": #""customer""#, "shop": #""demo""#,
    ]
    for (name, value) in changes { all[name] = value }
    return "{" + all.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
}

/// A key set with one P-256 key.
func jwks(_ key: P256.Signing.PublicKey, kid: String? = "a", more: String = "") -> String {
    #"{"keys":[\#(jwk(key, kid: kid, more: more))]}"#
}

func jwk(_ key: P256.Signing.PublicKey, kid: String? = "a", more: String = "") -> String {
    let point = key.rawRepresentation
    let (x, y) = (Base64URL.encode(point.prefix(32)), Base64URL.encode(point.suffix(32)))
    let name = kid.map { #""kid":"\#($0)","# } ?? ""
    return #"{\#(name)\#(more)"kty":"EC","crv":"P-256","x":"\#(x)","y":"\#(y)"}"#
}

/// A verifier of one key set, without a network.
func verifier(_ jwks: String, capacity: Int = 100) async throws -> TokenVerifier {
    TokenVerifier(keys: try await KeySource(.test(jwks), now: noon, logger: quiet), capacity: capacity)
}

extension KeySource.Origin {
    /// A URL that always answers with this key set.
    static func test(_ jwks: String) -> KeySource.Origin {
        .jwksURL(URL(string: "https://issuer.example/jwks")!) { _ in Array(jwks.utf8) }
    }
}
