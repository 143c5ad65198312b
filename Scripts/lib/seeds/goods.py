"""The goods of each market by sku: name, and price in minor units of the market's currency."""

AURORA_DE = {
    "LMP-OAK": ("Stehleuchte Eiche", 12900),
    "BLB-E27": ("LED-Lampe E27", 690),
    "CSH-LIN": ("Leinenkissen", 2490),
    "RUG-WOL": ("Wollteppich „Nordsee“", 18900),
    "CHR-ASH": ("Stuhl Esche", 8900),
    "TBL-ASH": ("Tisch Esche", 44900),
    "CDL-BEE": ("Kerze Bienenwachs", 1450),
    "GFT-50": ("Gutschein 50 €", 5000),
    "LBL-PPR": ("Etikett, bedruckt", 2),
    "PDF-CARE": ("Pflegeanleitung Holz (PDF)", 490),
}
FR = {
    "BGR-3": ("Trois bougies à la figue", 2700),
    "CAR-DC": ("Carafe à décanter", 4900),
    "LMP-PL": ("Lampe de chevet « Étoile »", 7900),
    "SHD-LIN": ("Abat-jour lin", 4900),
    "VAS-BLU": ("Vase bleu", 3450),
    "TBL-ND": ("Nappe en lin brodé", 5400),
}
IT = {
    "CAM-X2": ("Fotocamera X2", 89900),
    "LNS-35": ("Obiettivo 35 mm", 54900),
    "MUG-SET": ("Tazze (4)", 2990),
}
ES = {
    "MUG-SET": ("Tazas (4)", 2990),
    "CHR-ASH": ("Silla de fresno", 8900),
    "CDL-BEE": ("Vela de cera de abeja", 1450),
}
PL = {
    "CSH-GRN": ("Poduszka zielona", 2490),
    "VAS-BLU": ("Wazon niebieski", 3450),
}
CH = {
    "TGL-NC": ("Tagliere in noce", 5900),
    "CPR-LN": ("Coperta di lana", 9900),
    "LMP-TV": ("Lampada da tavolo", 11900),
    "SDG-PN": ("Sgabello in pino cembro", 14900),
}
IL = {
    "LMP-BRS": ("מנורת פליז", 15900),
    "VAS-BLU": ("אגרטל כחול", 3950),
}
NORDWIND_GB = {
    "MUG-EN": ("Enamel mug ☕️", 895),
    "STV-GAS": ("Gas stove", 4590),
    "PEG-12": ("Pegs, a dozen", 1250),
    "TNT-2P": ("Tent, two people", 18900),
    "BT-42": ("Walking boots 42", 14500),
    "BT-43": ("Walking boots 43", 14500),
    "SK-M": ("Wool socks M", 1250),
    "MAP-SNW": ("Map of Snowdonia (GPX)", 599),
}
WALES = {
    "STV-1": ("Stôf wersyll", 6400),
    "MUG-EN": ("Mwg enamel", 895),
}
NORDWIND_US = {
    "BPK-40": ("Backpack 40 l", 15900),
    "BTL-1L": ("Bottle, 1 l 💧", 2900),
    "JKT-M": ("Rain jacket", 12900),
    "JKT-DWN-L": ("Down jacket L", 27900),
    "JKT-DWN-M": ("Down jacket M", 27900),
    "PEG-TI": ("Titanium pegs (10)", 3900),
    "SOC-3": ("Wool socks, three pairs", 3600),
    "LAMP-HD": ("Headlamp", 5000),
    "GAS-230": ("Gas canister, 230 g", 795),
}
US_SPANISH = {
    "JKT-DWN-M": ("Chaqueta de plumas M", 27900),
    "BTL-1L": ("Botella, 1 l", 2900),
}
JP = {
    "FUR-01": ("風呂敷 🌸", 1650),
    "CUP-HS": ("萩焼の湯呑み", 3200),
    "CUP-5": ("湯呑み（5客）", 4200),
    "LAN-1": ("提灯", 5400),
    "POT-KY": ("急須（常滑焼）", 6800),
    "TEA-MC": ("宇治抹茶 30g", 2480),
}
KUMO_US = {
    "KNF-01": ("Kitchen knife, santoku", 18900),
    "BWL-RC": ("Rice bowl", 1900),
    "PAP-WA": ("Washi paper, 50 sheets", 2200),
    "INK-SM": ("Sumi ink & brush 🖌️", 3400),
    "TEA-SUB": ("Tea of the month", 2600),
}
EG = {
    "LAN-BR": ("فانوس نحاس مصري", 6400),
    "CUP-6": ("ستة أكواب زجاجية", 2350),
    "TEA-SET": ("طقم شاي نحاسي", 8900),
    "RUG-SW": ("سجادة سيوة يدوية", 15900),
}
KW = {
    "POT-KY": ("إبريق شاي ياباني", 18750),
    "CUP-HS": ("كوب شاي", 6333),
    "TEA-MC": ("شاي ماتشا 30 غ", 4905),
}
