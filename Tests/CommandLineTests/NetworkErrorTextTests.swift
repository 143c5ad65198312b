import AsyncHTTPClient
import NIOHTTP1
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

    @Test func anAnswerThatBreaksOffIsNotTakenForAnotherProtocol() {
        let text = NetworkErrorText.text(for: HTTPParserError.invalidEOFState)
        #expect(text == "the connection ended in the middle of its answer")
        #expect(NetworkErrorText.text(for: HTTPParserError.invalidConstant) == "it does not speak HTTP")
    }
}
