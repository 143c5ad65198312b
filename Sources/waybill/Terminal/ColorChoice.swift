import ArgumentParser
import Foundation

/// The choice of coloured output.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never

    /// The paint for a descriptor. By `auto` only a terminal that knows colours is painted, and none while `NO_COLOR`
    /// is set (no-color.org).
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
