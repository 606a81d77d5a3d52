"""The recipe of the project before Stockcast, rebuilt from its description for comparison.

Flask accepts a request and polls Redis every 50 ms for the answer. A threaded TCP server stores the
prices in S3 and passes the request to a second server. The second server fits Prophet with its
defaults and 1,000 samples, and draws the chart with pyplot.

Four fixes make it run: messages end with a line break, errors get an answer, pyplot has a lock, and
each request has its own id.
"""
