"""Documents that the service makes: pictures, workbooks, drafts.

    a turn        WantDocument(id, kind, data, person or unit)           handlers
    the worker    takes the row, reads, draws, keeps the sealed file     bot.documents.worker
    a turn        the timer "document": the file goes to who wanted it   handlers.document

A new kind is a recipe in RECIPES and a caption in handlers.document.CAPTIONS.
"""

from bot.documents import periodic_report, progress_picture, template, workbook
from bot.documents.made import Made, Recipe

__all__ = ["RECIPES", "Made", "Recipe"]

RECIPES: dict[str, Recipe] = {
    "template": template.RECIPE,
    "workbook": workbook.RECIPE,
    "periodic_report": periodic_report.RECIPE,
    "progress": progress_picture.RECIPE,
}
"""By the kind of a document."""
