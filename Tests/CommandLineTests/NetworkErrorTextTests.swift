import AsyncHTTPClient
import Testing

@testable import waybill

@Suite("Errors of connections in words")
struct NetworkErrorTextTests {
    @Test(arguments: [
        (HTTPClientError.remoteConnectionClosed, "the connection broke off"),
        (.deadlineExceeded, "it does not answer in time"), (.connectTimeout, "nothing answers there"),
        (.invalidURL, "the address is not an http or https URL"),
    ])
    func clientErrorsHaveASentence(_ error: HTTPClientError, _ text: String) {
        #expect(NetworkErrorText.text(for: error) == text)
    }
}
