"""Telegram's limits. Source: https://core.telegram.org/bots/api (sendMessage, sendMediaGroup, answerCallbackQuery, getFile)."""

MAX_TEXT, MAX_CAPTION, MAX_TOAST = 4096, 1024, 200  # UTF-16 units
MAX_ALBUM = 10
MAX_ROW = 8  # buttons
MAX_DOES = 256  # UTF-16 units: what is said of a command
MAX_FILE = 20 << 20  # bytes that a bot may download
