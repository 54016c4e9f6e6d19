"""The routes of every page, in one place: what the application serves, the tests look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.backup_routes import BackupRoutes
from ui.export_routes import ExportRoutes
from ui.import_routes import ImportRoutes
from ui.manual_routes import ManualRoutes
from ui.passage_routes import PassageRoutes
from ui.people_routes import PeopleRoutes
from ui.retention_routes import RetentionRoutes
from ui.routes import Routes
from ui.search_routes import SearchRoutes

if TYPE_CHECKING:
    from fastapi import APIRouter

    from assistant.bootstrap import Application


def routers(application: Application) -> list[APIRouter]:
    """Ready to be given to `ui.page.create_app`."""
    settings = application.settings
    pages = (
        Routes(
            application.library,
            application.editing,
            application.weight_names,
            settings.screen_language,
        ),
        PassageRoutes(application),
        ManualRoutes(application, settings.library_dir),
        SearchRoutes(application),
        ExportRoutes(application),
        ImportRoutes(application),
        PeopleRoutes(application),
        RetentionRoutes(application),
        BackupRoutes(application),
    )
    return [page.router() for page in pages]
