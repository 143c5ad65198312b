import Primitives

/// One step of a request's way, as the proxy at its end has written it into `Forwarded` (RFC 7239) or
/// `X-Forwarded-For`.
struct ForwardedHop: Sendable, Equatable {
    /// The address at the beginning of the step; nil where the proxy does not name it.
    let address: IPAddress?
    /// The scheme of the step; nil where the proxy does not name it.
    let scheme: String?

    /// - Parameter node: an address, with or without a port, or an identifier that names none (section 6).
    init(node: String?, scheme: String?) {
        self.address = node.flatMap(Self.address)
        self.scheme = scheme
    }

    /// The elements of `Forwarded`, from the last one on.
    ///
    /// The text is read from its end, so that an open quotation mark that a client has sent hides nothing that a proxy
    /// has added after it.
    /// - Parameters:
    ///   - values: the field's values in their order.
    ///   - limit: the most elements that are read.
    static func fromTheRight(_ values: [String], limit: Int) -> [ForwardedHop] {
        var hops: [ForwardedHop] = []
        for value in values.reversed() {
            var rest = Array(value.utf8)[...]
            while !rest.isEmpty && hops.count < limit {
                let element = lastElement(of: rest)
                rest = rest[..<max(rest.startIndex, element.startIndex - 1)]
                if element.contains(where: { $0 != space && $0 != tab }) { hops.append(ForwardedHop(element)) }
            }
        }
        return hops
    }

    /// The bytes after the last comma that stands outside of quotation marks.
    private static func lastElement(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var isQuoted = false
        for index in bytes.indices.reversed() {
            switch bytes[index] {
            case quote where !isQuoted: isQuoted = true
            case quote:
                // A quotation mark after an odd number of backslashes is part of the quoted text.
                let escapes = bytes[..<index].reversed().prefix { $0 == backslash }.count
                if escapes.isMultiple(of: 2) { isQuoted = false }
            case comma where !isQuoted: return bytes[(index + 1)...]
            default: break
            }
        }
        return bytes
    }

    /// Reads `for` and `proto` of one element; a malformed element names nothing.
    private init(_ element: ArraySlice<UInt8>) {
        var node: String?
        var scheme: String?
        var rest = element
        while !rest.isEmpty {
            guard let equals = rest.firstIndex(of: Self.equals) else { break }
            let name = Self.text(rest[..<equals]).lowercased()
            rest = rest[(equals + 1)...]
            guard let value = Self.value(&rest) else { break }
            if name == "for" { node = value }
            if name == "proto" { scheme = value }
        }
        self.init(node: node, scheme: scheme)
    }

    /// Takes a token or a quoted string, and the semicolon after it, from the beginning of `rest`.
    /// - Returns: nil for a string without an end.
    private static func value(_ rest: inout ArraySlice<UInt8>) -> String? {
        rest = rest.drop { $0 == space || $0 == tab }
        guard rest.first == quote else {
            let token = rest.prefix { $0 != semicolon }
            rest = rest[token.endIndex...].dropFirst()
            return text(token)
        }
        var value: [UInt8] = []
        var isEscaped = false
        for index in rest.indices.dropFirst() {
            let byte = rest[index]
            if isEscaped || (byte != quote && byte != backslash) {
                value.append(byte)
                isEscaped = false
            } else if byte == backslash {
                isEscaped = true
            } else {
                rest = rest[(index + 1)...].drop { $0 != semicolon }.dropFirst()
                return String(decoding: value, as: UTF8.self)
            }
        }
        return nil
    }

    /// The address of `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:80`.
    private static func address(_ node: String) -> IPAddress? {
        if node.hasPrefix("[") {
            guard let end = node.firstIndex(of: "]") else { return nil }
            return IPAddress(node[..<end].dropFirst())
        }
        return IPAddress(node) ?? node.firstIndex(of: ":").flatMap { IPAddress(node[..<$0]) }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == space || $0 == tab || $0 == semicolon }
        let rest = bytes.drop(while: isBlank)
        let blanks = rest.reversed().prefix(while: isBlank).count
        return String(decoding: rest.dropLast(blanks), as: UTF8.self)
    }

    private static let space = UInt8(ascii: " ")
    private static let tab = UInt8(ascii: "\t")
    private static let comma = UInt8(ascii: ",")
    private static let semicolon = UInt8(ascii: ";")
    private static let equals = UInt8(ascii: "=")
    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")
}
