/// An outbound event: the application wants the body of the request that it answers. Until then the body is not read.
package struct RequestBodyWanted: Sendable {
    package init() {}
}
