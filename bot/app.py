"""The composition root: the only place that knows every concrete class. Everything that runs, runs in one TaskGroup."""

import asyncio
import gc
import secrets
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from bot import alive, health, http, lease, quota, upkeep
from bot.attachments import Attachments
from bot.auditor import Auditor
from bot.channels import Channel
from bot.database import Database, StorageDown
from bot.documents import RECIPES
from bot.documents.worker import Documents
from bot.engine import Engine
from bot.fuse import Fuse
from bot.hearing import Hearing
from bot.heartbeat import Heartbeat
from bot.metrics import Metrics
from bot.outbox import Outbox
from bot.pacing import Pacer
from bot.pages.routes import Routes as Pages
from bot.settings import Settings
from bot.turn import Taken
from bot.watch import Listening, Patience, Watch, internal, reroute_waiting
from models.service import down_channels
from models.talk import Incoming, Json, Kind, Lane, Letter
from scheduler import build
from scheduler.due import Sweep

log = structlog.get_logger()


EAR_LEASE = 30.0  # seconds
EAR_PAUSE = 10.0
WATCHING = Patience()


class LeaseLost(Exception):  # noqa: N818  the name says what happened
    """Another process polls for this token now."""


class App:
    """One running Báo Ngay: `run` serves until `stop` is called or a signal comes."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        engine: Engine,
        channels: Sequence[Channel],
        files: Path,
        pause: float = 1.0,
        watching: Patience = WATCHING,
    ) -> None:
        self.settings, self.db, self.engine, self.channels = settings, db, engine, channels
        self.metrics = Metrics()
        self.hearing = Hearing(db, engine, self._wake, pause)
        self.sweep = Sweep(db, self.hearing.hear, engine.now)
        by_name = {channel.name: channel for channel in channels}
        fetchers = {name: channel.fetch for name, channel in by_name.items()}
        self.attachments = Attachments(db, engine.vault, files, fetchers, refused=self._refused, domain_now=engine.now)
        self.documents = Documents(db, engine, files, RECIPES, set_timers=self._safely(self.sweep.tick))
        self.auditor = Auditor(db, engine, self.metrics, Heartbeat(settings.heartbeat_address), self.hearing.hear, self.hearing.resume)
        self.watching = watching
        self.watches = {name: self._watch(channel, frozenset(by_name) - {name}) for name, channel in by_name.items()}
        self.outboxes = {name: self._outbox(channel) for name, channel in by_name.items()}
        self.web = web.Application(client_max_size=25 * 2**20)
        http.add_routes(self.web, self.health, self.metrics_text, settings.metrics_token_text, public=settings.public_url is not None)
        for channel in channels:
            channel.add_routes(self.web, self.hearing.hear, self.hearing.undecodable)
        if engine.public_url:
            Pages(db, engine, self.attachments.load).add_to(self.web)
        self.port = 0
        self._holder = secrets.token_hex(8) if db.is_postgresql else "the only process"  # a killed one leaves its lease to its successor
        self._stopping = asyncio.Event()
        self._started = asyncio.Event()

    def _outbox(self, channel: Channel) -> Outbox:
        return Outbox(
            self.db, self.engine.vault, channel, Pacer(channel.pace), load=self.attachments.load,
            gone=self._gone, moved=self._moved, on_outcome=self._outcome, saw=self.watches[channel.name].saw, zone=self.engine.zone,
            fuse=Fuse(lambda: self.engine.now().timestamp()),
        )  # fmt: skip

    def _watch(self, channel: Channel, others: frozenset[str]) -> Watch:
        return Watch(self.db, channel, self.hearing.hear, self.engine.now, self.watching, others)

    # --- running ------------------------------------------------------------------------------------------------------

    async def run(self, ready: Callable[[], Awaitable[None]] | None = None) -> None:
        """Serve. `ready` is awaited once the port is open (the training room fills itself, the CLI prints its line)."""
        runner = web.AppRunner(self.web, access_log=None, shutdown_timeout=2)
        await runner.setup()
        jobs = {
            "due": (self.settings.tick_seconds, self._safely(self.sweep.tick)),
            "resume": (30, self._safely(self.hearing.resume)),
            "quota": (60, self._safely(self.warn_of_quota)),
            "sweep": (3600, self._safely(self._upkeep)),
            "audit": (60, self._safely(self.auditor.run)),
            "watch": (self.watching.every, self._safely(self.look)),
        }
        clock = build(jobs)
        try:
            site = web.TCPSite(runner, self.settings.http_host, self.settings.http_port)
            await site.start()
            self.port = runner.addresses[0][1]
            if ready:
                await ready()
            await self._safely(self._stay_on_duty)()
            await self._safely(self._after_an_outage)()
            await self._safely(self._switched_off)()
            clock.start()
            gc.freeze()  # what start-up made stays: full collections over it cost up to 100 ms (measured)
            self._started.set()
            await self._serve()
        finally:
            with suppress(Exception):
                clock.shutdown(wait=False)
            await runner.cleanup()

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            resuming = tasks.create_task(self._safely(partial(self.hearing.resume, timedelta()))(), name="resume")
            ears = [tasks.create_task(self._listen(channel), name=f"ear-{channel.name}") for channel in self.channels]
            mouths = [tasks.create_task(outbox.run(), name=f"mouth-{name}") for name, outbox in self.outboxes.items()]
            fetcher = tasks.create_task(self.attachments.run(), name="attachments")
            drawer = tasks.create_task(self.documents.run(), name="documents")
            await self._stopping.wait()
            log.info("stopping")
            for task in (resuming, *ears):
                task.cancel()
            await asyncio.gather(resuming, *ears, return_exceptions=True)
            for outbox in self.outboxes.values():
                await outbox.stop()
            for task in (*mouths, fetcher, drawer):
                task.cancel()
        for channel in self.channels:
            await channel.close()

    async def _listen(self, channel: Channel) -> None:
        """An ear that ends with an error does not end the others: the service goes on with what it has, and says so."""
        while True:
            try:
                await self._listen_alone(channel)
                return
            except ExceptionGroup as errors:  # one deaf channel must not stop the others
                log.error("ear_failed", channel=channel.name, error=", ".join(type(error).__name__ for error in errors.exceptions))
            await asyncio.sleep(EAR_PAUSE)

    async def _listen_alone(self, channel: Channel) -> None:
        """One poller a token: another process that holds the lease is waited for; whoever loses it falls silent at once. Whoever listens notes
        until when."""
        try:
            async with asyncio.TaskGroup() as tasks:
                while not await self._ear_lease(channel):  # noqa: ASYNC110  there is no event across processes
                    await asyncio.sleep(EAR_LEASE / 3)
                listening = tasks.create_task(channel.listen(self.hearing.hear, self.hearing.undecodable), name=f"listen-{channel.name}")
                noting = tasks.create_task(self._note_listening(channel), name=f"note-{channel.name}")
                while not (await asyncio.wait({listening}, timeout=EAR_LEASE / 3))[0]:
                    if not await self._ear_lease(channel):
                        listening.cancel()
                        raise LeaseLost
                noting.cancel()
        finally:  # whoever comes next need not wait until the lease has run out
            with suppress(StorageDown):
                await self.db.run(partial(lease.release, name=f"ear:{channel.name}", holder=self._holder))

    async def _note_listening(self, channel: Channel) -> None:
        """Beside the lease, which must not wait for a turn."""
        note = self._safely(Listening(self.db, channel, self.hearing.hear, self.engine.now, self.watching.deaf).look)
        while True:
            await asyncio.sleep(EAR_LEASE / 3)
            await note()

    async def _ear_lease(self, channel: Channel) -> bool:
        work = partial(
            lease.take, name=f"ear:{channel.name}", holder=self._holder, now=datetime.now(UTC), lasts=timedelta(seconds=EAR_LEASE)
        )
        taking = asyncio.ensure_future(self.db.run(work))
        try:
            return await asyncio.shield(taking) is not None
        except StorageDown:
            return True  # nobody else can take it either, and `hear` refuses until the database is back
        finally:  # stopped in between, it must be over before the lease is let go, or it would be taken again for half a minute
            await asyncio.gather(taking, return_exceptions=True)

    def stop(self) -> None:
        """Finish what is under way and end `run`."""
        self._stopping.set()

    async def started(self) -> None:
        """Returns when everything listens."""
        await self._started.wait()

    def stop_on_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self.stop)

    # --- wakes and callbacks ------------------------------------------------------------------------------------------

    def _wake(self, taken: Taken) -> None:
        """After a commit: whoever has something new to do."""
        (self.metrics.parked if taken.route == "parked" else self.metrics.turns.labels(taken.route)).inc()
        for name in taken.channels:
            if name in self.outboxes:
                self.outboxes[name].wake()
        if taken.attachments:
            self.attachments.wake()
        if taken.documents:
            self.documents.wake()

    async def look(self) -> None:
        """How every messenger does that this process sends for."""
        await asyncio.gather(*(watch.look() for name, watch in self.watches.items() if self.outboxes[name].holds))
        for name in await self.db.run(down_channels):
            if name not in self.outboxes:  # switched off: nobody sends for it, so nobody watches it
                now, on = datetime.now(UTC), frozenset(self.outboxes)
                await reroute_waiting(self.db, self.hearing.hear, name, on, now, self.engine.now())

    async def _stay_on_duty(self) -> None:
        await self.db.run(partial(upkeep.stay_on_duty, engine=self.engine), priority=2)

    async def _after_an_outage(self) -> None:
        """How long nobody listened is told, before this start is noted. The training room's computer may be switched off whenever one likes."""
        outage = await self.db.run(partial(alive.outage, now=self.engine.now(), channels=self.engine.channels))
        if outage is not None and not self.settings.training:
            log.warning("after_an_outage", since=outage.data["since"])
            await self.hearing.hear(outage)
        await self.db.run(partial(alive.write, now=self.engine.now()))

    async def _switched_off(self) -> None:
        """Messengers that people and rooms are known on and that nobody has switched on here: what is urgent goes elsewhere from the start."""
        for name, title in await self.db.run(partial(upkeep.switched_off, on=self.outboxes)):
            log.warning("messenger_switched_off", channel=name)
            data: dict[str, Json] = {"timer": "messenger_down", "subject": name, "title": title, "off": True}
            await self.hearing.hear(internal(f"messenger_off:{name}:{self.engine.now().isoformat()}", data, self.engine.now()))

    async def settle(self) -> None:
        """Until nothing more may leave just now (the training clock stops here before it moves on). What is drawn sets a timer that is due at once."""
        await self.documents.drain()
        for outbox in self.outboxes.values():
            outbox.wake()
            await outbox.idle()

    async def _gone(self, letter: Letter, reason: str) -> None:
        """A chat cannot be reached: the same as if its person had blocked us, or the group thrown us out."""
        sender = "" if letter.group else letter.chat
        event = Incoming(
            letter.channel,
            f"gone:{letter.id}",
            letter.chat,
            sender,
            Kind.BLOCKED,
            self.engine.now(),
            group=letter.group,
            topic=letter.topic,
            data={"letter": letter.id},
        )
        log.warning("chat_gone", letter=letter.id, reason=reason)
        await self.hearing.hear(event)

    async def _moved(self, letter: Letter, to: str) -> None:
        event = Incoming(
            letter.channel,
            f"moved:{letter.id}",
            letter.chat,
            "",
            Kind.MIGRATED,
            self.engine.now(),
            group=True,
            topic=letter.topic,
            data={"to": to},
        )
        await self.hearing.hear(event)

    async def _refused(self, attachment: str) -> None:
        """A picture or voice note could not be kept: its sender is asked again, in a turn of its own."""
        await self.hearing.hear(internal(f"refused:{attachment}", {"timer": "refused", "subject": attachment}, self.engine.now()))

    async def warn_of_quota(self) -> None:
        """Administrators are told in time that a messenger's month is nearly used up."""
        for warning in await self.db.run(partial(quota.warnings, engine=self.engine)):
            await self.hearing.hear(warning)

    def _outcome(self, lane: Lane, kind: str, outcome: str, seconds: float) -> None:
        self.metrics.letters.labels(lane.name.lower(), kind, outcome).inc()
        self.metrics.delivery.labels(lane.name.lower()).observe(seconds)

    def _safely(self, job: Callable[[], Awaitable[Any]]) -> Callable[[], Coroutine[Any, Any, None]]:
        """A tick that meets an unreachable database says so and comes again."""

        async def tick() -> None:
            try:
                await job()
            except StorageDown:
                self.metrics.storage_down.inc()
                log.error("storage_down")
            except Exception as error:  # noqa: BLE001  the clock must go on whatever one tick met
                log.error("tick_failed", error=type(error).__name__)

        return tick

    async def _upkeep(self) -> None:
        await self.db.run(partial(upkeep.forget, engine=self.engine), priority=2)
        await self._stay_on_duty()
        await self.documents.forget()
        await self.attachments.sweep()

    # --- what it says of itself ---------------------------------------------------------------------------------------

    async def health(self) -> dict[str, Any]:
        """For /healthz: whether it works, what waits, since when; no personal data."""
        try:
            return await self.db.run(partial(health.health, engine=self.engine)) | {"audit": self.auditor.status()}
        except StorageDown:
            return {"ok": False, "database": "down", "audit": self.auditor.status()}

    async def metrics_text(self) -> bytes:
        with suppress(StorageDown):
            await self.db.run(partial(health.gauges, engine=self.engine, metrics=self.metrics))
        return self.metrics.text()
