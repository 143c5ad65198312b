import WaybillClient

extension WaybillClient.Settings {
    /// Settings with short delays, so that tests reconnect at once.
    static var quick: WaybillClient.Settings {
        var settings = WaybillClient.Settings()
        settings.reconnectionTime = .milliseconds(10)
        settings.maximumBackoff = .milliseconds(50)
        return settings
    }
}
