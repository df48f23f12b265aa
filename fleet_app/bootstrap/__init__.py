"""Builds adapters and services from settings. The only place that knows which adapter is used."""

from __future__ import annotations

from functools import cached_property, lru_cache

from fleet_app.bootstrap.people import People
from fleet_app.bootstrap.planning import Planning
from fleet_app.bootstrap.stores import PATIENT_SECONDS
from fleet_app.catalogue.kinds import KINDS
from fleet_app.delivery.live_status import LiveStatus
from fleet_app.fleet.file_service import FileService
from fleet_app.location.live_view import LiveView
from fleet_app.location.service import IngestService
from fleet_app.location.tracker import Tracker
from fleet_app.notification.channels.opening import Channels
from fleet_app.notification.channels.sealing import Sealer
from fleet_app.notification.channels.sending import Sender
from fleet_app.records.exports import Exports
from fleet_app.records.imports.service import Imports
from fleet_app.settings import get_settings
from fleet_app.storage.live.delivery_status import ValkeyDeliveryStatuses
from fleet_app.storage.live.rejections import RedisRejectedPayloads

__all__ = ["PATIENT_SECONDS", "Container", "get_container"]


class Container(People, Planning):
    """Everything one process needs, built on first use. One per process and event loop."""

    @cached_property
    def ingest(self) -> IngestService:
        """Takes over what phones send."""
        return IngestService(self.fix_log, RedisRejectedPayloads(self.repeat_redis))

    @cached_property
    def live_view(self) -> LiveView:
        """Where a whole fleet is."""
        return LiveView(self.work)

    @cached_property
    def delivery_status(self) -> LiveStatus:
        """The status of deliveries, for those who ask often."""
        return LiveStatus(self.work, ValkeyDeliveryStatuses(self.redis))

    @cached_property
    def file_service(self) -> FileService:
        """Photographs and papers of records."""
        return FileService(self.work, self.files, limit=self.settings.file_max_bytes)

    @cached_property
    def imports(self) -> Imports:
        """Spreadsheets on their way into the records."""
        return Imports(self.work, KINDS, self.files, limit=self.settings.import_max_bytes)

    @cached_property
    def exports(self) -> Exports:
        """Lists as sheets."""
        return Exports(self.work, KINDS, self.view)

    @cached_property
    def sealer(self) -> Sealer:
        """Keeps the secrets of webhooks."""
        return Sealer(self.settings.signing_key())

    @cached_property
    def channels(self) -> Channels:
        """The ways by which messages leave this installation."""
        return Channels(self.settings)

    @cached_property
    def sender(self) -> Sender:
        """Sends the messages that wait."""
        return Sender(self.work, self.channels.find, self.sealer, self.settings.origin)

    def new_tracker(self) -> Tracker:
        """A tracker that remembers nothing yet, for a partition just taken over."""
        return Tracker(self._unattended, self.live)

    async def close(self) -> None:
        """Close every connection."""
        await super().close()
        if "geocoder" in self.__dict__:
            await self.geocoder.close()
        if "channels" in self.__dict__:
            await self.channels.close()


@lru_cache(maxsize=1)
def get_container() -> Container:
    """The container of this process."""
    return Container(get_settings())
