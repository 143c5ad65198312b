import ArgumentParser
import Foundation

/// When output is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never

    /// How to paint what goes to a descriptor: by itself only a terminal that can, and never where `NO_COLOR` says so
    /// (no-color.org).
    func paint(_ descriptor: Int32) -> Paint {
        switch self {
        case .always: Paint(isOn: true)
        case .never: Paint(isOn: false)
        case .auto:
            Paint(
                isOn: isatty(descriptor) == 1 && Environment.text("NO_COLOR") == nil
                    && Environment.text("TERM") != "dumb"
            )
        }
    }
}
