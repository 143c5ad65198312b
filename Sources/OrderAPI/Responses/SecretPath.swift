package import HTTPTransport
package import HTTPTypes

/// The fields of every response whose path holds the token of a tracking link.
package enum SecretPath {
    /// Tells browsers to name the path to no other site, caches to keep nothing, and search engines to forget it.
    /// Pages and streams, refusals and mistyped paths below `/track/` have them all.
    ///
    /// - Parameter crossOrigins: the pages of other origins that may use the service; nil for none.
    @Sendable package static func fields(for request: HTTPRequest, _ crossOrigins: CrossOriginPolicy?) -> HTTPFields {
        guard let target = request.path, RequestTarget.isSecret(target) else { return [:] }
        var fields: HTTPFields = [
            .cacheControl: "no-store", .referrerPolicy: "no-referrer", .robotsTag: "noindex", .vary: "Sec-Fetch-Site",
        ]
        if crossOrigins?.allows(request) != true { fields[.crossOriginResourcePolicy] = "same-origin" }
        return fields
    }
}
