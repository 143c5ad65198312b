import StrictJSON

/// The carrier's proof that it delivered a parcel.
package struct Proof: Sendable, Hashable {
    package enum Kind: String, WireWord {
        case signature, photo, pin

        package var meaning: String {
            switch self {
            case .signature: "The recipient signed."
            case .photo: "The carrier took a photo of the delivered parcel."
            case .pin: "The recipient gave a code."
            }
        }
    }

    package let kind: Kind
    /// The carrier's reference to the proof.
    package let ref: String?
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ proof: Proof?) {
        guard let proof else { return }
        object(name) { writer in
            writer.field("kind", proof.kind)
            writer.field("ref", proof.ref)
        }
    }
}
