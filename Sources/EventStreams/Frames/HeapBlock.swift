/// The sizes of blocks on the heap, in bytes, as glibc and the Swift runtime lay them out.
enum HeapBlock {
    /// The header of a Swift object.
    static let objectHeader = 16
    /// The header of the storage of an array or of a long string.
    private static let storageHeader = 32

    /// The block for a number of bytes. glibc adds a word and rounds up to two words.
    static func size(_ bytes: Int) -> Int { max(32, (bytes + 8 + 15) & ~15) }

    /// The block of an array of bytes.
    static func array(_ bytes: Int) -> Int { bytes == 0 ? 0 : size(storageHeader + bytes) }

    /// The block of a string. Up to fifteen bytes fit into the value itself.
    ///
    /// - Parameter bytes: the length in UTF-8.
    static func text(_ bytes: Int) -> Int { bytes <= 15 ? 0 : size(storageHeader + bytes + 1) }
}
