import Access
import Testing

@Suite struct SessionTests {
    @Test func onlyTheCookiesValueOpensTheSealedToken() throws {
        let (mine, other) = (SessionSecret.make(), SessionSecret.make())
        let sealed = try mine.seal("the.bearer.token")
        #expect(SessionSecret(mine.text)?.open(sealed) == "the.bearer.token")
        #expect(other.open(sealed) == nil)
        #expect(mine.open(sealed.dropLast() + [sealed.last.map { $0 ^ 1 } ?? 0]) == nil)
        #expect(mine.open([]) == nil)
    }

    @Test func theHashTellsNothingOfTheSealingKey() throws {
        let secret = SessionSecret.make()
        #expect(secret.hash.count == 32)
        #expect(SessionSecret(secret.text)?.hash == secret.hash)
        #expect(SessionSecret.make().hash != secret.hash)
        // A row's hash is no cookie.
        #expect(SessionSecret(Base64URL.encode(secret.hash))?.open(try secret.seal("x")) == nil)
    }

    @Test func cookiesAreForThisHostAlone() {
        let secret = SessionSecret.make()
        let value = secret.text
        #expect(
            SessionCookie.hostOnly.setting(secret, for: 60)
                == "__Host-waybill=\(value); Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure"
        )
        #expect(
            SessionCookie.loopback.setting(secret, for: 60)
                == "waybill=\(value); Path=/; Max-Age=60; HttpOnly; SameSite=Strict"
        )
        #expect(
            SessionCookie.hostOnly.removal == "__Host-waybill=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure"
        )
    }

    @Test func aCookieIsFoundAmongOthers() {
        let value = SessionSecret.make().text
        let cookie = SessionCookie.hostOnly
        #expect(cookie.secret(in: ["a=b; __Host-waybill=\(value);c=d"])?.text == value)
        #expect(cookie.secret(in: ["a=b", "__Host-waybill=\(value)"])?.text == value)
        for fields in [
            [], ["waybill=\(value)"], ["x__Host-waybill=\(value)"], ["__Host-waybill=\(value)A"], ["__Host-waybill="],
            ["__Host-waybill=\(value); __Host-waybill=\(SessionSecret.make().text)"],
        ] { #expect(cookie.secret(in: fields) == nil, "\(fields)") }
    }
}
