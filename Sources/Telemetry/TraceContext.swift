/// The trace that the present task works for, which requests to other services carry on.
package enum TraceContext {
    /// The `traceparent` of the request that is being handled (W3C Trace Context); nil without a valid one. The service
    /// makes no spans of its own, so that the value goes on as it came.
    @TaskLocal package static var traceparent: String?
}
