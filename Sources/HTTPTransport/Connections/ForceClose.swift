/// An outbound event that closes a channel whatever is under way, open streams included.
package struct ForceClose: Sendable {}
