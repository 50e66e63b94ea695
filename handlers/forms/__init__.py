"""The interpreter of forms: what is asked next, how an answer is read, how it is shown. Pure; used by every dialogue that fills a form."""
