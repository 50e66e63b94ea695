"""Private details and files for people whose messenger can keep neither: a page on this server behind a one-time link.

    planning    a turn's private says become one row and one content-free letter with the link
    opening     who may read it, decided anew on the rows at every look
    guesses     how often somebody may be wrong
    routes      the page itself over HTTP
    words       its texts, in both languages

The link's token stands behind the "#" of the address: a browser never sends that part, so it is in no request line, no access log and no
Referer, and a messenger's preview robot that fetches the address can use nothing up.
"""
