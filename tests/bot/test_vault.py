"""The vault: what is sealed opens only where it belongs, and a key never outlives the row that keeps it."""

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import vault as vault_module
from bot.database import Database
from bot.vault import Vault, VaultError, fingerprint, make_key
from models.service import DATA_KEY

SUBJECT, PLACE, ROW = "conversation:1", "letter.body", "7"
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SECRET = "trẻ ở số 5".encode()


async def sealed_by(db: Database, vault: Vault, plain: bytes = SECRET, subject: str = SUBJECT) -> bytes:
    return await db.run(lambda connection: vault.seal(connection, subject, PLACE, ROW, plain))


async def opened_by(db: Database, vault: Vault, sealed: bytes, **where: str) -> bytes:
    at = {"subject": SUBJECT, "place": PLACE, "row": ROW} | where
    return await db.run(lambda connection: vault.open(connection, at["subject"], at["place"], at["row"], sealed))


def statements(db: Database, begun: list[str]) -> Callable[[], list[str]]:
    """Records the statements on data_key from now on."""
    sa.event.listen(db.engine, "before_cursor_execute", lambda *args: begun.append(args[2]) if "data_key" in args[2] else None)
    return lambda: [statement.split()[0] for statement in begun]


async def test_what_is_sealed_opens_for_its_owner_and_after_a_restart(db: Database) -> None:
    """A value opens with the same arguments, by another vault with the same master key too, and shows nothing while it is sealed."""
    key = make_key()
    sealed = await sealed_by(db, Vault([key]))
    assert await opened_by(db, Vault([key]), sealed) == SECRET
    assert SECRET not in sealed


async def test_the_same_value_is_never_sealed_the_same_way_twice(db: Database, vault: Vault) -> None:
    """Equal answers cannot be recognised by their ciphertext."""
    assert await sealed_by(db, vault) != await sealed_by(db, vault)


@pytest.mark.parametrize("where", [{"row": "8"}, {"place": "inbox.body"}, {"subject": "conversation:2"}])
async def test_a_moved_value_does_not_open(db: Database, vault: Vault, where: dict[str, str]) -> None:
    """Moved to another row, column or subject, a sealed value is refused."""
    sealed = await sealed_by(db, vault)
    await sealed_by(db, vault, subject="conversation:2")
    with pytest.raises(VaultError, match="changed, moved"):
        await opened_by(db, vault, sealed, **where)


async def test_a_changed_value_does_not_open(db: Database, vault: Vault) -> None:
    """One changed bit anywhere, or a cut end, is refused, and the error has neither content nor a cause that has it."""
    sealed = await sealed_by(db, vault)
    changed = [bytes([*sealed[:at], sealed[at] ^ 1, *sealed[at + 1 :]]) for at in range(len(sealed))]
    for broken in (*changed, b"", sealed[:1], sealed[:10], sealed[:-1]):
        with pytest.raises(VaultError) as caught:
            await opened_by(db, vault, broken)
        assert "trẻ" not in str(caught.value)
        assert caught.value.__cause__ is None


async def test_a_swapped_data_key_does_not_open(db: Database, vault: Vault) -> None:
    """A data key's row is bound to its subject: put in another's place, it is refused."""
    sealed = await sealed_by(db, vault)
    await sealed_by(db, vault, subject="conversation:2")

    def swap(connection: sa.Connection) -> None:
        other = connection.scalar(sa.select(DATA_KEY.c.wrapped).where(DATA_KEY.c.subject == "conversation:2"))
        connection.execute(sa.update(DATA_KEY).where(DATA_KEY.c.subject == SUBJECT).values(wrapped=other))

    await db.run(swap)
    vault._cache.clear()
    with pytest.raises(VaultError):
        await opened_by(db, vault, sealed)


async def test_each_subject_has_one_key_and_a_cached_key_costs_no_statement(db: Database, vault: Vault) -> None:
    """The first use makes the row; from then on sealing and opening ask the database nothing."""
    sealed = await sealed_by(db, vault)
    asked = statements(db, [])
    await opened_by(db, vault, sealed)
    await opened_by(db, vault, await sealed_by(db, vault))
    assert asked() == []
    assert await db.run(lambda connection: connection.scalar(sa.select(sa.func.count()).select_from(DATA_KEY))) == 1


async def test_a_new_subject_is_asked_for_once_in_its_first_work(db: Database, vault: Vault) -> None:
    """Within the work that makes a key, further values need no statement."""
    asked = statements(db, [])

    def work(connection: sa.Connection) -> list[bytes]:
        return [vault.seal(connection, SUBJECT, PLACE, str(n), b"x") for n in range(5)]

    await db.run(work)
    assert asked()[:2] == ["SELECT", "INSERT"]
    assert asked()[2:] in ([], ["SELECT"])


async def test_a_key_of_a_rolled_back_work_is_forgotten(db: Database, vault: Vault) -> None:
    """After the rollback of the work that made a key, the next seal makes another row instead of sealing for nobody."""

    def fail(connection: sa.Connection) -> None:
        vault.seal(connection, SUBJECT, PLACE, ROW, SECRET)
        raise LookupError

    with pytest.raises(LookupError):
        await db.run(fail)
    sealed = await sealed_by(db, vault)
    vault._cache.clear()
    assert await opened_by(db, vault, sealed) == SECRET


async def test_a_key_of_a_rolled_back_savepoint_is_forgotten(db: Database, vault: Vault) -> None:
    """The same within one work: a savepoint that is undone takes its key with it."""

    def work(connection: sa.Connection) -> bytes:
        inner = connection.begin_nested()
        vault.seal(connection, SUBJECT, PLACE, ROW, b"undone")
        inner.rollback()
        return vault.seal(connection, SUBJECT, PLACE, ROW, SECRET)

    sealed = await db.run(work)
    vault._cache.clear()
    assert await opened_by(db, vault, sealed) == SECRET


async def test_works_in_one_commit_share_a_new_key_safely(db: Database, vault: Vault) -> None:
    """Many works that use a new subject at once, some failing: every kept value opens."""

    def work(n: int) -> Callable[[sa.Connection], bytes]:
        def seal(connection: sa.Connection) -> bytes:
            sealed = vault.seal(connection, SUBJECT, PLACE, ROW, str(n).encode())
            if n % 4 == 0:
                raise LookupError
            return sealed

        return seal

    results = await asyncio.gather(*(db.run(work(n)) for n in range(40)), return_exceptions=True)
    vault._cache.clear()
    kept = {n: result for n, result in enumerate(results) if isinstance(result, bytes)}
    assert len(kept) == 30
    assert {n: await opened_by(db, vault, sealed) for n, sealed in kept.items()} == {n: str(n).encode() for n in kept}


async def test_two_processes_agree_on_one_key(db: Database, database_url: str) -> None:
    """Two vaults that meet a new subject at the same time end with one key, and each opens what the other sealed."""
    key = make_key()
    first, second, other = Vault([key]), Vault([key]), Database(database_url, threads=2)
    sealed = await asyncio.gather(sealed_by(db, first), sealed_by(other, second))
    assert [await opened_by(db, first, sealed[1]), await opened_by(other, second, sealed[0])] == [SECRET, SECRET]
    await asyncio.to_thread(other.close)


async def test_outside_of_a_work_nothing_is_cached(db: Database, vault: Vault) -> None:
    """On a connection taken by hand, whose commit the vault cannot see, every use asks the database."""
    with db.engine.connect() as connection, connection.begin() as transaction:
        vault.seal(connection, SUBJECT, PLACE, ROW, SECRET)
        transaction.rollback()
    assert await opened_by(db, vault, await sealed_by(db, vault)) == SECRET


async def test_rotation_keeps_everything_readable(db: Database) -> None:
    """With a new first key everything opens; after rewrapping the old key can go, and the sealed values have not changed."""
    old, new = make_key(), make_key()
    sealed = [await sealed_by(db, Vault([old]), subject=f"person:{n}") for n in range(5)]
    both = Vault([new, old])
    assert await opened_by(db, both, sealed[0], subject="person:0") == SECRET
    assert [await db.run(lambda connection: both.rewrap(connection, limit=3)) for _ in range(3)] == [3, 2, 0]
    assert {await opened_by(db, Vault([new]), value, subject=f"person:{n}") for n, value in enumerate(sealed)} == {SECRET}
    masters = await db.run(lambda connection: set(connection.scalars(sa.select(DATA_KEY.c.master))))
    assert masters == {fingerprint(new)}


async def test_an_unknown_master_key_is_named_by_its_fingerprint(db: Database) -> None:
    """When the master key is missing, the error says which one by its fingerprint and shows no key."""
    lost, found = make_key(), make_key()
    sealed = await sealed_by(db, Vault([lost]))
    with pytest.raises(VaultError, match=fingerprint(lost)) as caught:
        await opened_by(db, Vault([found]), sealed)
    assert lost not in str(caught.value)
    with pytest.raises(VaultError, match=fingerprint(lost)):
        await db.run(Vault([found]).rewrap)


async def test_an_erased_subject_opens_never_again(db: Database, vault: Vault) -> None:
    """After erasing, what was sealed is lost, also where the key was cached; the subject may begin anew."""
    sealed = await sealed_by(db, vault)
    await db.run(lambda connection: vault.erase(connection, SUBJECT))
    with pytest.raises(VaultError, match="no data key"):
        await opened_by(db, vault, sealed)
    assert await opened_by(db, vault, await sealed_by(db, vault, b"anew")) == b"anew"
    with pytest.raises(VaultError, match="changed, moved"):
        await opened_by(db, vault, sealed)


async def test_a_key_erased_and_begun_anew_elsewhere_is_read_again(db: Database) -> None:
    """A process that still has the old key cached opens what another one sealed under the new key."""
    key = make_key()
    here, elsewhere = Vault([key]), Vault([key])
    await sealed_by(db, here)
    await db.run(lambda connection: elsewhere.erase(connection, SUBJECT))
    assert await opened_by(db, here, await sealed_by(db, elsewhere)) == SECRET


async def test_the_cache_is_bounded(db: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """No number of subjects fills the memory; the least used key leaves first."""
    monkeypatch.setattr(vault_module, "_CACHED", 3)
    for name in ("a", "b", "c", "a", "d"):
        await sealed_by(db, vault, subject=f"person:{name}")
    assert list(vault._cache) == ["person:c", "person:a", "person:d"]


@settings(deadline=None, max_examples=60)  # a loaded machine is no reason to fail
@given(plain=st.binary(max_size=300), row=st.text(max_size=20))
def test_any_bytes_come_back(memory: tuple[sa.Connection, Vault], plain: bytes, row: str) -> None:
    """Whatever is sealed comes back as it was, empty and binary values included."""
    connection, vault = memory
    assert vault.open(connection, SUBJECT, PLACE, row, vault.seal(connection, SUBJECT, PLACE, row, plain)) == plain


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(deadline=None, max_examples=60)  # a loaded machine is no reason to fail
@given(value=json_values)
def test_any_json_comes_back(memory: tuple[sa.Connection, Vault], value: object) -> None:
    """Whatever JSON can say comes back as it was."""
    connection, vault = memory
    assert vault.open_json(connection, SUBJECT, PLACE, ROW, vault.seal_json(connection, SUBJECT, PLACE, ROW, value)) == value


@pytest.fixture(scope="module")
def memory() -> tuple[sa.Connection, Vault]:
    """A database in memory: what is asked of it here is the vault's arithmetic."""
    connection = sa.create_engine("sqlite://").connect()
    DATA_KEY.create(connection)
    return connection, Vault([make_key()])


@pytest.mark.parametrize("wrong", ["", "short", "not base64 at all!", KEY[:-4], KEY + "AAAA"])
def test_a_malformed_master_key_is_refused_without_repeating_it(wrong: str) -> None:
    """A key that is no 32 bytes in base64 is refused in one sentence that does not show it."""
    with pytest.raises(VaultError, match="must be 32 bytes") as caught:
        Vault([make_key(), wrong])
    assert not wrong or wrong not in str(caught.value)


def test_a_vault_without_a_key_is_refused() -> None:
    """Without any master key there is no vault."""
    with pytest.raises(VaultError, match="at least one"):
        Vault([])


def test_fingerprints_are_stable_and_tell_nothing() -> None:
    """The same key has the same short name for good, another key another one."""
    assert fingerprint(KEY) == fingerprint(f" {KEY}\n")
    assert len({fingerprint(KEY), fingerprint(make_key()), fingerprint(make_key())}) == 3
    assert fingerprint(KEY) == "c04e44ac68ea9500"
