import Orders

/// The names of the event types, each made once: most names are too long to be stored without an allocation of their
/// own.
enum EventTypeName {
    private static let namesByLength: [[(name: String, bytes: [UInt8])]] = {
        var byLength: [[(String, [UInt8])]] = []
        for type in EventType.allCases {
            let bytes = Array(type.rawValue.utf8)
            while byLength.count <= bytes.count { byLength.append([]) }
            byLength[bytes.count].append((type.rawValue, bytes))
        }
        return byLength
    }()

    /// The name in some bytes; empty for nil.
    static func decode(_ bytes: UnsafeRawBufferPointer?) -> String {
        guard let bytes else { return "" }
        if bytes.count < namesByLength.count {
            for candidate in namesByLength[bytes.count] where bytes.elementsEqual(candidate.bytes) {
                return candidate.name
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
