import Crypto
import Schema

extension Migration {
    /// SHA-256 of the file's text, in hexadecimal.
    var checksum: String {
        SHA256.hash(data: Array(sql.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
