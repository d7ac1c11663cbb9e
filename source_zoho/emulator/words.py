"""Which words fill the generated records?

All of them are our own invention. Some need more than ASCII, because names in Zoho do.
"""

from __future__ import annotations

FIRST_NAMES = ("Ada", "Björn", "Chitra", "Đorđe", "Élodie", "Farid", "Göksu", "Hana", "Íñigo", "Jun", "Kavya", "Łukasz")
LAST_NAMES = ("Okafor", "Müller", "Sørensen", "Ramanujam", "Ferreira", "Nowák", "O’Neill", "Tanaka", "Quispe", "Çelik")
COMPANIES = (
    "Harbour",
    "Blåbær",
    "Kestrel",
    "Nordlicht",
    "Saffron",
    "Río Verde",
    "Granit",
    "Peepal",
    "井戸",
    "Лён",
    "Umber",
)
TRADES = (
    "Bakery",
    "Werkzeuge",
    "Textiles",
    "Logistik",
    "Studios",
    "Instruments",
    "Mühle",
    "Print & Co",
    "Farms",
    "Optik",
)
PRODUCTS = (
    "Teapot",
    "Drehstuhl",
    "Cable, 3 m",
    "Café blend",
    "Notebook “A5”",
    "Lamp\tdesk",
    "Bolt M8",
    "Regal",
    "Kürbiskernöl",
)
CITIES = ("Chennai", "München", "Portland", "São Paulo", "Gdańsk", "京都", "Kraków", "Leeds")
STREETS = ("Canal Road", "Große Gasse", "Rue de l’Île", "4th Cross", "Nowy Świat", "Harbour Lane")
PROJECTS = ("Warehouse move", "Website relaunch", "Überholung Anlage 3", "Audit", "Line 2 retrofit", "Training")
JOBS = ("Planning", "Assembly", "Prüfung", "Handover", "Site visit")
ACCOUNTS = (
    "Rent",
    "Travel",
    "Sales",
    "Bürobedarf",
    "Goodwill",
    "Inventory asset",
    "Wages",
    "Interest",
    "Software",
    "Fuel",
)
BANKS = ("Current account", "Petty cash", "Tagesgeldkonto", "Corporate card", "Caisse d’épargne", "Payment gateway")
ASSETS = ("Van", "Laser cutter", "Server rack", "Forklift", "Kopierer")
ASSET_TYPES = ("Vehicles", "Machinery", "Computers", "Furniture", "Fixtures")
CATEGORIES = ("Hardware", "Paper", "Getränke", "Spare parts", "Services", "Lighting")
TAXES = ("GST", "VAT", "MwSt", "Sales tax", "Zero rated", "Reduced")
AUTHORITIES = ("State revenue office", "Finanzamt Mitte", "Commercial taxes")
TAGS = ("Business unit", "Campaign", "Région")
OPTIONS = ("North", "South", "Ost", "West", "Online", "Export")
VEHICLES = ("Van 7", "Lastwagen", "Truck 12", "Moto", "Trailer")
PRICE_LISTS = ("Wholesale", "Retail", "Festival", "Export")
SENTENCES = (
    "Delivered to the back door.",
    "Zahlbar ohne Abzug.",
    "Two lines\nin one note.",
    "Price as agreed — see mail of the 4th.",
    'Says "urgent", is not.',
    "Merci, à bientôt.",
    "प्रति इकाई मूल्य",
)
WORDS = ("amber", "birch", "cobalt", "delta", "écru", "fern", "grün", "hazel")
REGIONS = ("North", "Süd", "Ouest", "東")
# The kinds of document that have templates, as their paths spell them.
DOCUMENT_KINDS = (
    "invoices",
    "estimates",
    "creditnotes",
    "salesorders",
    "purchaseorders",
    "retainerinvoices",
    "deliverychallans",
)
CURRENCIES = (
    ("INR", "INR- Indian Rupee", "₹"),
    ("USD", "USD- United States Dollar", "$"),
    ("EUR", "EUR- Euro", "€"),
    ("GBP", "GBP- Pound Sterling", "£"),
    ("JPY", "JPY- Japanese Yen", "¥"),
    ("AUD", "AUD- Australian Dollar", "$"),
    ("CHF", "CHF- Swiss Franc", "CHF"),
    ("BRL", "BRL- Brazilian Real", "R$"),
)
# Zoho keeps rules such as "end of next month" as negative payment terms.
TERMS = (
    (0, "Due on Receipt"),
    (15, "Net 15"),
    (30, "Net 30"),
    (-2, "Due end of the month"),
    (45, "Net 45"),
    (-3, "Due end of next month"),
)
TAX_RATES = (0, 5, 7.7, 12.5, 18, 19, 20)
MODULES = (
    ("Vehicles", "Vehicle", "cm_vehicles", True),
    ("Debtors", "Debtor", "cm_debtors", True),
    ("Old Leads", "Old Lead", "cm_old_leads", False),
)
