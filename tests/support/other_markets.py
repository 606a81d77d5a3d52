"""Yahoo's answers about symbols outside the United States and about other assets."""

from tests.support.replay import Market, wandering

LISTED = {
    "0700.HK": {
        "currency": "HKD",
        "exchangeName": "HKG",
        "exchangeTimezoneName": "Asia/Hong_Kong",
        "longName": "Tencent Holdings Limited",
    },
    "VOD.L": {
        "currency": "GBp",
        "exchangeName": "LSE",
        "exchangeTimezoneName": "Europe/London",
        "longName": "Vodafone Group Public Limited Company",
    },
    "^GSPC": {
        "currency": "USD",
        "exchangeName": "SNP",
        "instrumentType": "INDEX",
        "longName": "S&P 500",
    },
    "BTC-USD": {
        "currency": "USD",
        "exchangeName": "CCC",
        "instrumentType": "CRYPTOCURRENCY",
        "exchangeTimezoneName": "UTC",
        "longName": "Bitcoin USD",
    },
    "EURUSD=X": {
        "currency": "USD",
        "exchangeName": "CCY",
        "instrumentType": "CURRENCY",
        "exchangeTimezoneName": "Europe/London",
        "longName": "EUR/USD",
    },
}
CALENDARS = {"0700.HK": "XHKG", "VOD.L": "XLON", "^GSPC": "XNYS", "BTC-USD": "24/7"}
AROUND_THE_CLOCK = {"BTC-USD", "EURUSD=X"}


def world_market(first, last):
    """The market of these symbols, each with prices on the days of its own calendar."""
    market = Market()
    market.about, market.around_the_clock = LISTED, AROUND_THE_CLOCK
    for symbol in LISTED:
        start = 1.08 if symbol == "EURUSD=X" else 72.5
        calendar = CALENDARS.get(symbol, "24/5")
        market.days[symbol] = wandering(first, last, start, calendar)
    return market
