/// A variable's value cannot be used. The text does not hold the value, which may be a secret.
package struct OTLPSettingsError: Error, CustomStringConvertible, Hashable {
    package let variable: String
    package let reason: String

    package var description: String { "\(variable): \(reason)" }
}
