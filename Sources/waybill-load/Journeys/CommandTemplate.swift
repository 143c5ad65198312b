/// The bytes of a command with fields of fixed width, which are filled in when the command is sent. The length never
/// changes, so that the template contains a request's `Content-Length`.
///
/// In the template's text `@order@`, `@number@` and so on mark the fields.
struct CommandTemplate: Sendable {
    enum Field: String, Sendable, CaseIterable {
        /// The order's UUID.
        case order
        /// The order's number, of eight digits.
        case number
        /// The customer's number, of three digits.
        case customer
        /// The present time, two hours before it, 30 hours after it, 32 hours after it.
        case now, earlier, later, latest

        var width: Int {
            switch self {
            case .order: 36
            case .number: 8
            case .customer: 3
            case .now, .earlier, .later, .latest: TimestampTexts.width
            }
        }
    }

    private let bytes: [UInt8]
    private let fields: [(offset: Int, field: Field)]

    /// The length in bytes.
    var count: Int { bytes.count }

    /// - Precondition: every `@…@` names a field. The texts are constants of this program.
    init(_ text: String) {
        var bytes: [UInt8] = []
        var fields: [(Int, Field)] = []
        for (index, part) in text.split(separator: "@", omittingEmptySubsequences: false).enumerated() {
            if index % 2 == 0 {
                bytes.append(contentsOf: part.utf8)
            } else if let field = Field(rawValue: String(part)) {
                fields.append((bytes.count, field))
                bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: field.width))
            } else {
                preconditionFailure("the template names an unknown field: \(part)")
            }
        }
        self.bytes = bytes
        self.fields = fields
    }

    /// Appends the bytes with the fields filled in.
    func render(_ order: OrderIdentity, _ times: TimestampTexts, into buffer: inout [UInt8]) {
        let start = buffer.count
        buffer.append(contentsOf: bytes)
        buffer.withUnsafeMutableBytes { buffer in
            for (offset, field) in fields {
                let target = UnsafeMutableRawBufferPointer(rebasing: buffer[(start + offset)...])
                switch field {
                case .order: target.copyBytes(from: order.id)
                case .number: target.copyBytes(from: order.number)
                case .customer: target.copyBytes(from: order.customer)
                case .now: target.copyBytes(from: times.now)
                case .earlier: target.copyBytes(from: times.earlier)
                case .later: target.copyBytes(from: times.later)
                case .latest: target.copyBytes(from: times.latest)
                }
            }
        }
    }
}
