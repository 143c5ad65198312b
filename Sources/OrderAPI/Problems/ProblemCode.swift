package import HTTPTypes

/// The stable code of a problem. A code means the same on every route.
package enum ProblemCode: String, Sendable, CaseIterable {
    case malformedRequest
    case malformedJson
    case invalidUtf8
    case duplicateKey
    case invalidQuery
    case malformedPosition
    case malformedCommandId
    case malformedIfMatch
    case missingToken
    case malformedToken
    case badSignature
    case unknownKey
    case expiredToken
    case notYetValid
    case wrongAudience
    case wrongIssuer
    case invalidClaims
    case forbidden
    case foreignShop
    case crossSite
    case notFound
    case unknownPosition
    case unknownTrackingNumber
    case methodNotAllowed
    case rejected
    case orderExists
    case replayUnderWay
    case versionMismatch
    case requestTimeout
    case bodyTooLarge
    case unsupportedMediaType
    case invalidCommand
    case commandIdReused
    case tooManyRequests
    case internalError
    case overloaded
    case unavailable
    case notDurable
    case noKeys
    case keyNotFetched

    package var status: HTTPResponse.Status {
        switch self {
        case .malformedRequest, .malformedJson, .invalidUtf8, .duplicateKey, .invalidQuery, .malformedPosition,
            .malformedCommandId, .malformedIfMatch:
            .badRequest
        case .missingToken, .malformedToken, .badSignature, .unknownKey, .expiredToken, .notYetValid, .wrongAudience,
            .wrongIssuer, .invalidClaims:
            .unauthorized
        case .forbidden, .foreignShop, .crossSite: .forbidden
        case .notFound, .unknownPosition, .unknownTrackingNumber: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .rejected, .orderExists, .replayUnderWay: .conflict
        case .versionMismatch: .preconditionFailed
        case .requestTimeout: .requestTimeout
        case .bodyTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .invalidCommand, .commandIdReused: .unprocessableContent
        case .tooManyRequests: .tooManyRequests
        case .internalError: .internalServerError
        case .overloaded, .unavailable, .notDurable, .noKeys, .keyNotFetched: .serviceUnavailable
        }
    }

    package var title: String {
        switch self {
        case .malformedRequest: "The request is malformed"
        case .malformedJson: "The body is not JSON"
        case .invalidUtf8: "The body is not UTF-8"
        case .duplicateKey: "An object repeats a key"
        case .invalidQuery: "The query is invalid"
        case .malformedPosition: "The position is malformed"
        case .malformedCommandId: "The Idempotency-Key is malformed"
        case .malformedIfMatch: "If-Match is malformed"
        case .missingToken: "A token is needed"
        case .malformedToken: "The token is malformed"
        case .badSignature: "The token's signature is wrong"
        case .unknownKey: "The token's key is unknown"
        case .expiredToken: "The token has expired"
        case .notYetValid: "The token is not valid yet"
        case .wrongAudience: "The token is for another service"
        case .wrongIssuer: "The token is of another issuer"
        case .invalidClaims: "The token's claims are unusable"
        case .forbidden: "The token's role may not do this"
        case .foreignShop: "The token is for other shops"
        case .crossSite: "The request comes from another site"
        case .notFound: "The resource does not exist"
        case .unknownPosition: "The log does not have this position"
        case .unknownTrackingNumber: "No parcel has this tracking number"
        case .methodNotAllowed: "The resource does not have this method"
        case .rejected: "The order does not allow this command"
        case .orderExists: "The order exists"
        case .replayUnderWay: "A replay is under way"
        case .versionMismatch: "The order has another version"
        case .requestTimeout: "The request did not end in time"
        case .bodyTooLarge: "The body is too large"
        case .unsupportedMediaType: "The media type is not supported"
        case .invalidCommand: "The command is invalid"
        case .commandIdReused: "The command id was used for another command"
        case .tooManyRequests: "Too many requests"
        case .internalError: "The service failed"
        case .overloaded: "The service is busy"
        case .unavailable: "The service cannot use its database at present"
        case .notDurable: "No standby has confirmed the change yet"
        case .noKeys: "The service cannot verify tokens at present"
        case .keyNotFetched: "The token's key may not have been fetched yet"
        }
    }
}
