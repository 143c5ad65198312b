"""The shops' markets: money, language, carrier, the carrier's places and their goods."""

from dataclasses import dataclass

import goods


@dataclass(frozen=True)
class Market:
    """A shop in one of its countries.

    - vat: tax in thousandths; part of the prices, or on top of them.
    - hubs: the places where the carrier scans a parcel, from the first to the door.
    - goods: (name, price in minor units) by sku.
    """

    shop: str
    prefix: str
    country: str
    currency: str
    locale: str
    zone: str
    carrier: str
    letters: str
    shipping: int
    vat: int
    hubs: tuple
    goods: dict
    is_tax_included: bool = True


DE = Market(
    shop="aurora",
    prefix="AU",
    country="DE",
    currency="EUR",
    locale="de-DE",
    zone="Europe/Berlin",
    carrier="dhl",
    letters="JD",
    shipping=490,
    vat=190,
    hubs=("Hub Leipzig", "Hub Köln", "Zustellbasis München"),
    goods=goods.AURORA_DE,
)
AT = Market(
    shop="aurora",
    prefix="AU",
    country="AT",
    currency="EUR",
    locale="de-AT",
    zone="Europe/Vienna",
    carrier="post-at",
    letters="AT",
    shipping=690,
    vat=200,
    hubs=("Salzburg", "Logistikzentrum Wien", "Wien 3"),
    goods=goods.AURORA_DE,
)
FR = Market(
    shop="aurora",
    prefix="AU",
    country="FR",
    currency="EUR",
    locale="fr-FR",
    zone="Europe/Paris",
    carrier="chronopost",
    letters="XP",
    shipping=590,
    vat=200,
    hubs=("Roissy", "Lyon-Corbas", "Lille"),
    goods=goods.FR,
)
IT = Market(
    shop="aurora",
    prefix="AU",
    country="IT",
    currency="EUR",
    locale="it-IT",
    zone="Europe/Rome",
    carrier="brt",
    letters="BR",
    shipping=790,
    vat=220,
    hubs=("Bologna Interporto", "Roma Nord", "Roma Trastevere"),
    goods=goods.IT,
)
ES = Market(
    shop="aurora",
    prefix="AU",
    country="ES",
    currency="EUR",
    locale="es-ES",
    zone="Europe/Madrid",
    carrier="seur",
    letters="SE",
    shipping=590,
    vat=210,
    hubs=("Zaragoza PLAZA", "Madrid Coslada", "Madrid Lavapiés"),
    goods=goods.ES,
)
PL = Market(
    shop="aurora",
    prefix="AU",
    country="PL",
    currency="EUR",
    locale="pl-PL",
    zone="Europe/Warsaw",
    carrier="inpost",
    letters="PL",
    shipping=390,
    vat=230,
    hubs=("Sortownia Łódź", "Warszawa Wola", "Paczkomat WAW22A"),
    goods=goods.PL,
)
CH = Market(
    shop="aurora",
    prefix="AU",
    country="CH",
    currency="CHF",
    locale="it-CH",
    zone="Europe/Zurich",
    carrier="swisspost",
    letters="CH",
    shipping=900,
    vat=81,
    hubs=("Härkingen", "Centro pacchi Cadenazzo", "Lugano"),
    goods=goods.CH,
)
IL = Market(
    shop="aurora",
    prefix="AU",
    country="IL",
    currency="USD",
    locale="he-IL",
    zone="Asia/Jerusalem",
    carrier="israelpost",
    letters="IL",
    shipping=1490,
    vat=0,
    hubs=("נתב״ג", "מודיעין", "תל אביב"),
    goods=goods.IL,
)
GB = Market(
    shop="nordwind",
    prefix="NW",
    country="GB",
    currency="GBP",
    locale="en-GB",
    zone="Europe/London",
    carrier="royalmail",
    letters="RM",
    shipping=490,
    vat=200,
    hubs=("National Hub Daventry", "Leeds Mail Centre", "Bristol"),
    goods=goods.NORDWIND_GB,
)
WALES = Market(
    shop="nordwind",
    prefix="NW",
    country="GB",
    currency="GBP",
    locale="cy-GB",
    zone="Europe/London",
    carrier="royalmail",
    letters="RM",
    shipping=490,
    vat=200,
    hubs=("National Hub Daventry", "Canolfan Bost Caerdydd", "Caerdydd"),
    goods=goods.WALES,
)
US = Market(
    shop="nordwind",
    prefix="NW",
    country="US",
    currency="USD",
    locale="en-US",
    zone="America/New_York",
    carrier="ups",
    letters="1Z",
    shipping=895,
    vat=80,
    hubs=("Louisville, KY", "Secaucus, NJ", "Newark, NJ"),
    goods=goods.NORDWIND_US,
    is_tax_included=False,
)
US_SPANISH = Market(
    shop="nordwind",
    prefix="NW",
    country="US",
    currency="USD",
    locale="es-US",
    zone="America/Los_Angeles",
    carrier="fedex",
    letters="FX",
    shipping=895,
    vat=95,
    hubs=("Memphis, TN", "Los Angeles, CA", "San Diego, CA"),
    goods=goods.US_SPANISH,
    is_tax_included=False,
)
CA = Market(
    shop="nordwind",
    prefix="NW",
    country="CA",
    currency="USD",
    locale="en-CA",
    zone="America/Toronto",
    carrier="purolator",
    letters="PR",
    shipping=1490,
    vat=130,
    hubs=("Buffalo, NY", "Toronto", "Ottawa"),
    goods=goods.NORDWIND_US,
    is_tax_included=False,
)
JP = Market(
    shop="kumo",
    prefix="KU",
    country="JP",
    currency="JPY",
    locale="ja-JP",
    zone="Asia/Tokyo",
    carrier="yamato",
    letters="YM",
    shipping=600,
    vat=100,
    hubs=("羽田クロノゲート", "東京ベース", "京都伏見"),
    goods=goods.JP,
)
KUMO_US = Market(
    shop="kumo",
    prefix="KU",
    country="US",
    currency="USD",
    locale="en-US",
    zone="America/Los_Angeles",
    carrier="usps",
    letters="US",
    shipping=790,
    vat=85,
    hubs=("Los Angeles, CA", "Reno, NV", "Oakland, CA"),
    goods=goods.KUMO_US,
    is_tax_included=False,
)
EG = Market(
    shop="kumo",
    prefix="KU",
    country="EG",
    currency="USD",
    locale="ar-EG",
    zone="Africa/Cairo",
    carrier="aramex",
    letters="AX",
    shipping=490,
    vat=140,
    hubs=("مطار القاهرة", "القاهرة – مركز الفرز", "الإسكندرية"),
    goods=goods.EG,
)
# The Kuwaiti dinar has three decimals, and the country no tax.
KW = Market(
    shop="kumo",
    prefix="KU",
    country="KW",
    currency="KWD",
    locale="ar-KW",
    zone="Asia/Kuwait",
    carrier="aramex",
    letters="AX",
    shipping=1500,
    vat=0,
    hubs=("مطار الكويت", "الشويخ", "السالمية"),
    goods=goods.KW,
)
