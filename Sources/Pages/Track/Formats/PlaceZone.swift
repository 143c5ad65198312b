import Foundation
import Orders

/// The time zone of a place: the one that the place names, else that of a country with a single one.
enum PlaceZone {
    static let utc = TimeZone(identifier: "UTC") ?? .gmt

    static func zone(of place: Place?) -> TimeZone? {
        place.flatMap { place in
            place.timeZone.flatMap(zone(named:)) ?? place.country.flatMap(zone(ofCountry:))
        }
    }

    /// The zone of a name of the IANA time zone database, former names too, which browsers give for some zones; nil for
    /// other texts, of which Foundation takes some.
    static func zone(named name: String) -> TimeZone? {
        let bytes = name.utf8
        let isArea = bytes.contains(UInt8(ascii: "/")) && bytes.allSatisfy(isOfName) && bytes.first != UInt8(ascii: "/")
        guard bytes.count <= 40, isArea || name == "UTC" else { return nil }
        return TimeZone(identifier: name)
    }

    /// Tells whether a byte may stand in a zone's name, such as `America/Port-au-Prince` or `Etc/GMT+5`.
    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
            true
        default: false
        }
    }

    /// The time zone of a country; nil for one that has several.
    static func zone(ofCountry code: String) -> TimeZone? {
        names[code.uppercased()].flatMap { TimeZone(identifier: $0) }
    }

    /// From `zone.tab` of the IANA time zone database: countries whose people live by one time, islands far away aside.
    private static let names = [
        "AD": "Europe/Andorra", "AE": "Asia/Dubai", "AL": "Europe/Tirane", "AM": "Asia/Yerevan", "AO": "Africa/Luanda",
        "AR": "America/Argentina/Buenos_Aires", "AT": "Europe/Vienna", "AZ": "Asia/Baku", "BA": "Europe/Sarajevo",
        "BD": "Asia/Dhaka", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "BH": "Asia/Bahrain",
        "BO": "America/La_Paz", "BY": "Europe/Minsk", "CH": "Europe/Zurich", "CI": "Africa/Abidjan",
        "CM": "Africa/Douala", "CN": "Asia/Shanghai", "CO": "America/Bogota", "CR": "America/Costa_Rica",
        "CU": "America/Havana", "CY": "Asia/Nicosia", "CZ": "Europe/Prague", "DE": "Europe/Berlin",
        "DK": "Europe/Copenhagen", "DO": "America/Santo_Domingo", "DZ": "Africa/Algiers", "EE": "Europe/Tallinn",
        "EG": "Africa/Cairo", "ET": "Africa/Addis_Ababa", "FI": "Europe/Helsinki", "FR": "Europe/Paris",
        "GB": "Europe/London", "GE": "Asia/Tbilisi", "GH": "Africa/Accra", "GR": "Europe/Athens",
        "GT": "America/Guatemala", "HK": "Asia/Hong_Kong", "HN": "America/Tegucigalpa", "HR": "Europe/Zagreb",
        "HU": "Europe/Budapest", "IE": "Europe/Dublin", "IL": "Asia/Jerusalem", "IN": "Asia/Kolkata",
        "IQ": "Asia/Baghdad", "IR": "Asia/Tehran", "IS": "Atlantic/Reykjavik", "IT": "Europe/Rome",
        "JM": "America/Jamaica", "JO": "Asia/Amman", "JP": "Asia/Tokyo", "KE": "Africa/Nairobi",
        "KH": "Asia/Phnom_Penh",
        "KR": "Asia/Seoul", "KW": "Asia/Kuwait", "LB": "Asia/Beirut", "LI": "Europe/Vaduz", "LK": "Asia/Colombo",
        "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga", "LY": "Africa/Tripoli",
        "MA": "Africa/Casablanca", "MC": "Europe/Monaco", "MD": "Europe/Chisinau", "ME": "Europe/Podgorica",
        "MK": "Europe/Skopje", "MT": "Europe/Malta", "MY": "Asia/Kuala_Lumpur", "NG": "Africa/Lagos",
        "NI": "America/Managua", "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "NP": "Asia/Kathmandu",
        "NZ": "Pacific/Auckland", "OM": "Asia/Muscat", "PA": "America/Panama", "PE": "America/Lima",
        "PH": "Asia/Manila", "PK": "Asia/Karachi", "PL": "Europe/Warsaw", "PR": "America/Puerto_Rico",
        "PY": "America/Asuncion", "QA": "Asia/Qatar", "RO": "Europe/Bucharest", "RS": "Europe/Belgrade",
        "SA": "Asia/Riyadh", "SE": "Europe/Stockholm", "SG": "Asia/Singapore", "SI": "Europe/Ljubljana",
        "SK": "Europe/Bratislava", "SN": "Africa/Dakar", "SV": "America/El_Salvador", "SY": "Asia/Damascus",
        "TH": "Asia/Bangkok", "TN": "Africa/Tunis", "TR": "Europe/Istanbul", "TW": "Asia/Taipei",
        "TZ": "Africa/Dar_es_Salaam", "UA": "Europe/Kyiv", "UY": "America/Montevideo", "VE": "America/Caracas",
        "VN": "Asia/Ho_Chi_Minh", "YE": "Asia/Aden", "ZA": "Africa/Johannesburg",
    ]
}
