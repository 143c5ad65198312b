/// An outbound event that closes a channel at once, even while responses are under way.
package struct ForceClose: Sendable {}
