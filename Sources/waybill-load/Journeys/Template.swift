/// Bytes with fields of fixed width, which are filled in when it is sent: its length never changes, so that a request's
/// `Content-Length` stands in it already.
///
/// In the text, `@order@`, `@number@` and the like mark the fields.
struct Template: Sendable {
    enum Field: String, Sendable, CaseIterable {
        /// The order's UUID.
        case order
        /// The order's number, eight digits.
        case number
        /// The customer's, three digits.
        case customer
        /// Now, two hours ago, in thirty hours, in thirty-two.
        case now, earlier, later, latest

        var width: Int {
            switch self {
            case .order: 36
            case .number: 8
            case .customer: 3
            case .now, .earlier, .later, .latest: TimestampTemplate.width
            }
        }
    }

    private let bytes: [UInt8]
    private let fields: [(offset: Int, field: Field)]

    var count: Int { bytes.count }

    /// - Precondition: every `@…@` names a field; the texts are this program's own.
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

    /// Appends the bytes with their fields filled in.
    func render(_ order: OrderKey, _ times: TimestampTemplate, into buffer: inout [UInt8]) {
        let start = buffer.count
        buffer.append(contentsOf: bytes)
        buffer.withUnsafeMutableBytes { buffer in
            for (offset, field) in fields {
                let place = UnsafeMutableRawBufferPointer(rebasing: buffer[(start + offset)...])
                switch field {
                case .order: place.copyBytes(from: order.id)
                case .number: place.copyBytes(from: order.number)
                case .customer: place.copyBytes(from: order.customer)
                case .now: place.copyBytes(from: times.now)
                case .earlier: place.copyBytes(from: times.earlier)
                case .later: place.copyBytes(from: times.later)
                case .latest: place.copyBytes(from: times.latest)
                }
            }
        }
    }
}
