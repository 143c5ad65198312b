/// The sizes of blocks on the heap, in bytes, as mimalloc and the Swift runtime lay them out.
enum HeapBlock {
    /// The header of a Swift object.
    static let objectHeader = 16
    /// The header of the storage of an array or of a long string.
    private static let storageHeader = 32

    /// The block for a number of bytes. mimalloc has four sizes between a power of two and the next one, and below 64
    /// bytes one for each word.
    static func size(_ bytes: Int) -> Int {
        guard bytes > 64 else { return (bytes + 7) & ~7 }
        let step = 1 << (Int.bitWidth - 3 - (bytes - 1).leadingZeroBitCount)
        return (bytes + step - 1) & ~(step - 1)
    }

    /// The block of an array of bytes.
    static func array(_ bytes: Int) -> Int { bytes == 0 ? 0 : size(storageHeader + bytes) }

    /// The block of a string. Up to fifteen bytes fit into the value itself.
    ///
    /// - Parameter bytes: the length in UTF-8.
    static func text(_ bytes: Int) -> Int { bytes <= 15 ? 0 : size(storageHeader + bytes + 1) }
}
