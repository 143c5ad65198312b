import Foundation

/// The size of the terminal that a descriptor writes to.
enum TerminalSize {
    /// The columns now; nil where the descriptor is not a terminal, or the terminal does not tell.
    static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
