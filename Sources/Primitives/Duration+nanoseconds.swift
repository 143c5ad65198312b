extension Duration {
    /// Whole nanoseconds: 0 for a negative duration, at most `UInt64.max`.
    public var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = max(self, .zero).components
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowed) = product.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
        return overflow || overflowed ? .max : sum
    }
}
