"""Write functions/web/symbols/symbols.tsv.gz, the bundled symbol directory, from `pytickersymbols`.

The package (MIT license) lists the stocks of indices from Wikipedia. The file has the ticker and
the name of each stock in the indices of the United States. From other indices, it has the stocks
whose ticker has the suffix of an exchange. OTHERS adds indices, currencies, futures,
cryptocurrencies, and large stocks of markets that the package does not have.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from functions.common.messages.fields import SYMBOL
from functions.common.prices import exchanges
from functions.common.prices.symbol_directory import Listing, to_bytes

TARGET = Path(__file__).parents[2] / "functions" / "web" / "symbols" / "symbols.tsv.gz"
INDICES = ("S&P 600", "S&P 500", "NASDAQ 100", "S&P 100", "DOW JONES")
"""The indices of the United States. If two of them name a company differently, the last one wins.
"""


OTHERS = """
^GSPC S&P 500|^DJI Dow Jones Industrial Average|^IXIC Nasdaq Composite|^NDX Nasdaq 100
^RUT Russell 2000|^VIX Cboe Volatility Index|^FTSE FTSE 100|^GDAXI DAX|^FCHI CAC 40
^STOXX50E Euro Stoxx 50|^N225 Nikkei 225|^HSI Hang Seng Index|^AXJO S&P/ASX 200|^BVSP Ibovespa
^NSEI Nifty 50|^BSESN S&P BSE Sensex|^KS11 KOSPI|^TWII Taiwan Weighted Index
^STI Straits Times Index|^GSPTSE S&P/TSX Composite|^IBEX IBEX 35|^SSMI Swiss Market Index
EURUSD=X Euro in US dollars|GBPUSD=X British pound in US dollars|JPY=X US dollar in Japanese yen
CHF=X US dollar in Swiss francs|CNY=X US dollar in Chinese yuan|INR=X US dollar in Indian rupees
AUDUSD=X Australian dollar in US dollars|CAD=X US dollar in Canadian dollars
BTC-USD Bitcoin|ETH-USD Ethereum|SOL-USD Solana|XRP-USD XRP|BNB-USD BNB|ADA-USD Cardano
DOGE-USD Dogecoin|LTC-USD Litecoin
GC=F Gold future|SI=F Silver future|CL=F Crude oil future|NG=F Natural gas future
0700.HK Tencent Holdings|9988.HK Alibaba Group|3690.HK Meituan|1299.HK AIA Group
0005.HK HSBC Holdings|0941.HK China Mobile|600519.SS Kweichow Moutai|601398.SS ICBC
300750.SZ CATL|005930.KS Samsung Electronics|000660.KS SK hynix|2330.TW TSMC|2317.TW Hon Hai
RELIANCE.NS Reliance Industries|TCS.NS Tata Consultancy Services|INFY.NS Infosys
HDFCBANK.NS HDFC Bank|BHP.AX BHP Group|CBA.AX Commonwealth Bank of Australia|CSL.AX CSL
SHOP.TO Shopify|RY.TO Royal Bank of Canada|TD.TO Toronto-Dominion Bank|PETR4.SA Petrobras
VALE3.SA Vale|NOVO-B.CO Novo Nordisk|EQNR.OL Equinor|D05.SI DBS Group|NPN.JO Naspers
TEVA.TA Teva Pharmaceutical|2222.SR Saudi Aramco|AMXB.MX America Movil
"""


def elsewhere() -> dict[str, str]:
    """The names of stocks outside the United States, by ticker."""
    from pytickersymbols import PyTickerSymbols

    source = PyTickerSymbols()
    found = {
        stock["symbol"]: stock["name"].strip()
        for index in source.get_all_indices()
        for stock in source.get_stocks_by_index(index)
        if exchanges.of_symbol(stock.get("symbol", "")) and stock["symbol"].count(".") == 1
    }
    told = (one.split(" ", 1) for line in OTHERS.split("\n") if line for one in line.split("|"))
    return found | dict(told)


def listings() -> list[Listing]:
    """All listings, sorted by ticker."""
    from pytickersymbols import PyTickerSymbols

    source = PyTickerSymbols()
    found = {
        stock["symbol"].replace("-", "."): stock["name"].strip()
        for index in INDICES
        for stock in source.get_stocks_by_index(index)
    }
    return [
        Listing(*pair)
        for pair in sorted((found | elsewhere()).items())
        if SYMBOL.fullmatch(pair[0])
    ]


if __name__ == "__main__":
    found = listings()
    TARGET.write_bytes(to_bytes(found))
    print(f"{len(found)} listings from pytickersymbols {version('pytickersymbols')}")
