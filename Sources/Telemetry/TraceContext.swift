/// The trace that the present task works for, which requests to other services carry on.
package enum TraceContext {
    /// The `traceparent` of the request that is being handled (W3C Trace Context); nil without a valid one. It goes on
    /// as it came where there is no tracer.
    @TaskLocal package static var traceparent: String?
}
