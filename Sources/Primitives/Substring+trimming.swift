extension Substring {
    /// The text without spaces and tabs at its ends.
    public func trimmingASCIIWhitespace() -> Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
