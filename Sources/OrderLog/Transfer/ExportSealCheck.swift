/// The check of a file's lines against the seals of the exports in the file.
///
/// A file is one export, or several one after the other, each within its seal. A file without any seal comes from a
/// version that wrote none.
struct ExportSealCheck {
    private enum State {
        case outside
        case inside(ExportSeal)
    }

    private var state = State.outside
    /// True while every line stood within a seal.
    private(set) var isSealed = true

    /// Checks the next line.
    ///
    /// - Parameter line: the line's bytes, without the line feed.
    /// - Returns: whether the line is an event's.
    /// - Throws: `LogTransferError` where the seal does not fit what came before it.
    mutating func take(_ line: [UInt8]) throws -> Bool {
        if ExportSeal.isBegin(line) {
            guard case .outside = state else {
                throw LogTransferError("an export begins here before the one above has ended: lines are missing")
            }
            guard line + [UInt8(ascii: "\n")] == ExportSeal.begin else {
                throw LogTransferError("the export is of a later version: import it with that version's waybill")
            }
            state = .inside(ExportSeal())
            return false
        }
        switch state {
        case .outside:
            guard !ExportSeal.isEnd(line) else {
                throw LogTransferError("an export ends here that has not begun: its first line is missing")
            }
            isSealed = false
            return true
        case .inside(var seal):
            guard ExportSeal.isEnd(line) else {
                seal.add(line + [UInt8(ascii: "\n")])
                state = .inside(seal)
                return true
            }
            guard line + [UInt8(ascii: "\n")] == seal.end else {
                throw LogTransferError(
                    "the count or the hash is not that of the lines above: the file was changed or lines are missing"
                )
            }
            state = .outside
            return false
        }
    }

    /// Checks the end of the file.
    ///
    /// - Throws: `LogTransferError` where an export has not ended.
    func finish() throws {
        guard case .outside = state else {
            throw LogTransferError("the export has no last line with count and hash: the file was cut off")
        }
    }
}
