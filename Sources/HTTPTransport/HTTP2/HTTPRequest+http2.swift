import HTTPTypes
import NIOHPACK

extension HTTPRequest {
    /// A request by its header block, as NIO's codec reads one.
    ///
    /// - Returns: nil for a block that the codec refuses, or that names a protocol.
    init?(_ block: HPACKHeaders) {
        var pseudo: (method: String?, scheme: String?, authority: String?, path: String?)
        var fields = HTTPFields()
        fields.reserveCapacity(block.count + 1)
        var hasFields = false
        for (name, value, _) in block {
            guard name.utf8.first == UInt8(ascii: ":") else {
                hasFields = true
                // The codec drops fields whose names are not valid.
                if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
                continue
            }
            guard !hasFields, Self.set(value, for: name, of: &pseudo) else { return nil }
        }
        guard let method = pseudo.method.flatMap({ Method($0) }) else { return nil }
        self.init(method: method, scheme: pseudo.scheme, authority: pseudo.authority, path: pseudo.path)
        headerFields = fields
    }

    /// - Returns: false for a pseudo field that is unknown or is there twice.
    private static func set(
        _ value: String,
        for name: String,
        of pseudo: inout (method: String?, scheme: String?, authority: String?, path: String?)
    ) -> Bool {
        func set(_ field: inout String?) -> Bool {
            guard field == nil else { return false }
            field = value
            return true
        }
        switch name {
        case ":method": return set(&pseudo.method)
        case ":scheme": return set(&pseudo.scheme)
        case ":authority": return set(&pseudo.authority)
        case ":path": return set(&pseudo.path)
        default: return false
        }
    }
}

extension HPACKHeaders {
    /// The header block of a response.
    init(_ response: HTTPResponse) {
        self.init()
        reserveCapacity(response.headerFields.count + 1)
        add(name: ":status", value: String(response.status.code))
        for field in response.headerFields { add(name: field.name.canonicalName, value: field.value) }
    }
}
