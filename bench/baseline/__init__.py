"""The recipe of the project that Stockcast succeeds, rebuilt from its description to compare with.

Flask takes a request and polls Redis every 50 ms until the answer is there; a threaded TCP server
has the prices put into S3 and passes the request on to another one, which fits Prophet with its
defaults and 1,000 samples and draws the chart with pyplot. What would have stopped it from running
is mended: messages end with a line break, an error is answered, pyplot is under a lock, and each
request has an id of its own.
"""
