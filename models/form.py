"""Forms are data: incident intake, periodic reports and checklists are one thing (DESIGN section 4). Words are XLSForm's where it has them.

The models say what a form file may hold; `bot.form_files` reads it and checks names; `handlers.forms` runs it.
"""
