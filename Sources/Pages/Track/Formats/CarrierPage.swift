import Foundation
import Orders

/// A carrier's name and its own tracking page.
enum CarrierPage {
    /// The carrier's name as people know it; the shop's word for one that is not known.
    static func name(of carrier: String) -> String { known[key(carrier)]?.name ?? carrier }

    /// The address at which the carrier shows a parcel: the one that the shop gave, else that of a known carrier.
    /// Always https; nil where there is none.
    static func address(of tracking: Tracking) -> String? {
        if let given = tracking.trackingUrl {
            // Old events may hold an address that commands would refuse now.
            let isPlain = given.unicodeScalars.allSatisfy {
                $0.isASCII && $0.value > 0x20 && !"\"'<>`".unicodeScalars.contains($0)
            }
            return isPlain && given.lowercased().hasPrefix("https://") ? given : nil
        }
        guard let carrier = tracking.carrier, let number = tracking.trackingNumber,
            let page = known[key(carrier)]?.page,
            let escaped = number.addingPercentEncoding(withAllowedCharacters: unreserved)
        else { return nil }
        return "https://" + page.replacing("{}", with: escaped)
    }

    /// Names are compared by their letters and digits: `Royal Mail`, `royal-mail` and `royalmail` are one carrier.
    private static func key(_ carrier: String) -> String {
        String(carrier.lowercased().unicodeScalars.filter { ("a"..."z").contains($0) || ("0"..."9").contains($0) })
    }

    /// RFC 3986, section 2.3.
    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )

    private static let known: [String: (name: String, page: String?)] = [
        "aramex": ("Aramex", "www.aramex.com/track/results?ShipmentNumber={}"),
        "auspost": ("Australia Post", "auspost.com.au/mypost/track/details/{}"),
        "australiapost": ("Australia Post", "auspost.com.au/mypost/track/details/{}"),
        "bpost": ("bpost", "track.bpost.cloud/btr/web/#/search?itemCode={}"),
        "brt": ("BRT", "vas.brt.it/vas/sped_det_show.hsm?referer=sped_numspe_par.htm&Nspediz={}"),
        "canadapost": ("Canada Post", "www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}"),
        "chronopost": ("Chronopost", "www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={}"),
        "colissimo": ("Colissimo", "www.laposte.fr/outils/suivre-vos-envois?code={}"),
        "correos": ("Correos", "www.correos.es/es/es/herramientas/localizador/envios/detalle?tracking-number={}"),
        "deutschepost": ("Deutsche Post", "www.deutschepost.de/de/s/sendungsverfolgung.html?piececode={}"),
        "dhl": ("DHL", "www.dhl.com/global-en/home/tracking/tracking-parcel.html?submit=1&tracking-id={}"),
        "dpd": ("DPD", "tracking.dpd.de/status/en_US/parcel/{}"),
        "evri": ("Evri", "www.evri.com/track/parcel/{}"),
        "fedex": ("FedEx", "www.fedex.com/fedextrack/?trknbr={}"),
        "gls": ("GLS", "gls-group.com/EU/en/parcel-tracking?match={}"),
        "hermes": ("Hermes", "www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation/#{}"),
        "inpost": ("InPost", "inpost.pl/sledzenie-przesylek?number={}"),
        "israelpost": ("Israel Post", "mypost.israelpost.co.il/itemtrace?itemcode={}"),
        "laposte": ("La Poste", "www.laposte.fr/outils/suivre-vos-envois?code={}"),
        "ontrac": ("OnTrac", "www.ontrac.com/tracking/?number={}"),
        "postat": ("Österreichische Post", "www.post.at/sv/sendungsdetails?snr={}"),
        "postnl": ("PostNL", "jouw.postnl.nl/track-and-trace/{}"),
        "postnord": ("PostNord", "tracking.postnord.com/en/tracking?id={}"),
        "purolator": ("Purolator", "www.purolator.com/en/shipping/tracker?pin={}"),
        "royalmail": ("Royal Mail", "www.royalmail.com/track-your-item#/tracking-results/{}"),
        "seur": ("SEUR", "www.seur.com/livetracking/?segOnlineIdentificador={}"),
        "smsa": ("SMSA Express", "www.smsaexpress.com/trackingdetails?tracknumbers={}"),
        "swisspost": ("Swiss Post", "service.post.ch/ekp-web/ui/entry/search/{}"),
        "ups": ("UPS", "www.ups.com/track?tracknum={}"),
        "usps": ("USPS", "tools.usps.com/go/TrackConfirmAction?tLabels={}"),
        "yamato": ("Yamato Transport", "jizen.kuronekoyamato.co.jp/jizen/servlet/crjz.b.NQ0010?id={}"),
    ]
}
