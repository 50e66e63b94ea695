"""Small strict servers that behave like the real ones at the wire. They import nothing of ours."""
