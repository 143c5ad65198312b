/// The client has left, so that nothing more can be sent to it.
package struct SinkClosed: Error {
    package init() {}
}
