"""Fetches what people sent: photos and voice notes, by the temporary address that the event named.

The address comes from outside. Whoever can make an event name any address must not make this server ask its own network (a database without
password, a router, a cloud's metadata), so: http and https only, every address is resolved here and must be a public one, the request goes to
exactly the address that was looked at (a name that answers differently a moment later changes nothing), and each redirect is looked at anew.
Where the API itself is configured on the loopback address (tests, a relay on this machine), its files are there too and all are let through.
"""

import asyncio
import ipaddress
import socket
from typing import Any

import httpx

from bot.channels import FileGone, FileTooLarge, Unreachable
from bot.channels.hush import hush
from bot.channels.zalo.limits import MAX_FILE
from models.talk import FileRef

_REDIRECTS = 3
_TRIED = 3  # addresses of one name
_COME_AGAIN = frozenset({408, 425, 429})


class Files:
    """`base`: the address of the API."""

    def __init__(self, base: str, *, connect: float = 5, read: float = 20) -> None:
        self._inside = _is_loopback(httpx.URL(base).host)
        # A connection is not kept: one made for another name at the same address would have shown the other name's certificate. No proxy of
        # the environment: it would resolve the name by itself.
        limits = httpx.Limits(max_connections=8, max_keepalive_connections=0)
        self._http = httpx.AsyncClient(timeout=httpx.Timeout(read, connect=connect), limits=limits, trust_env=False)
        hush("httpx", "httpcore")

    async def fetch(self, file: FileRef) -> bytes:
        """The bytes. Raises FileGone, FileTooLarge, or Unreachable where it is worth another try; none of them holds the address."""
        if (file.size or 0) > MAX_FILE:
            raise FileTooLarge(f"{file.size} bytes")
        address: httpx.URL | None = _url(file.ref)
        for _ in range(1 + _REDIRECTS):
            if address is None:
                break
            found = await self._ask(address)
            if isinstance(found, bytes):
                return found
            address = found
        raise FileGone("not at an address that may be asked")

    async def close(self) -> None:
        await self._http.aclose()

    async def _ask(self, url: httpx.URL) -> bytes | httpx.URL | None:
        """The bytes, or where they are instead (None: nowhere that may be asked)."""
        trouble = "nothing"
        for address in (await self._addresses(url))[:_TRIED]:
            answer = await self._get(url, address)
            if not isinstance(answer, httpx.RequestError | OSError):
                return answer
            trouble = type(answer).__name__
        raise Unreachable(f"a file cannot be downloaded: {trouble}")

    async def _get(self, url: httpx.URL, address: str) -> bytes | httpx.URL | httpx.RequestError | OSError | None:
        """An error of the network is given back and not raised: it holds the address."""
        headers = {"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity"}  # what is counted is what is kept
        named: dict[str, Any] = {"headers": headers, "extensions": {"sni_hostname": url.raw_host.decode("ascii")}}
        try:
            async with self._http.stream("GET", url.copy_with(host=address, username=None, password=None), **named) as answer:
                if answer.is_success:
                    return await _body(answer)
                if answer.is_redirect:
                    return _url(answer.headers.get("Location", ""), url)
                status = answer.status_code
        except (httpx.RequestError, OSError) as error:
            return error
        if status >= 500 or status in _COME_AGAIN:
            raise Unreachable(f"a file cannot be downloaded: {status}")
        raise FileGone(f"the address answers {status}")  # 404, 403, 410: its time is over

    async def _addresses(self, url: httpx.URL) -> list[str]:
        """Where the name lives. Raises FileGone if any of it is inside: such a name is not to be trusted with the others either."""
        loop, port = asyncio.get_running_loop(), url.port or (443 if url.scheme == "https" else 80)
        try:
            found = await loop.getaddrinfo(url.raw_host.decode("ascii"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unreachable(f"a file's server cannot be found: {type(error).__name__}") from None
        addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
        if not self._inside and not all(is_public(address) for address in addresses):
            raise FileGone("at an address within this network")
        return addresses


async def _body(answer: httpx.Response) -> bytes:
    """Raises FileTooLarge as soon as it is known."""
    if int(answer.headers.get("Content-Length") or 0) > MAX_FILE:
        raise FileTooLarge("more than is kept")
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > MAX_FILE:
            raise FileTooLarge("more than is kept")
    return bytes(body)


def _url(text: str, base: httpx.URL | None = None) -> httpx.URL | None:
    """An http or https address with a host, else None."""
    try:
        url = base.join(text) if base is not None else httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        return None
    return url if url.scheme in {"http", "https"} and url.host else None


def is_public(address: str) -> bool:
    """False for loopback, private, link-local, reserved and multicast addresses, also where an IPv6 address only wraps one of them."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # an IPv6 address with a zone: of this network
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or _nat64(found)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return found.is_global and not found.is_multicast


def _nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in ipaddress.ip_network("64:ff9b::/96") else None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
