"""The address of a server that keeps a graph."""

from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from questgraph.tools.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Address:
    """Where a Bolt server is, and who asks there."""

    url: str
    """Without user, password and database: what the driver takes."""

    user: str
    password: str = field(repr=False)
    database: str
    """Empty for the server's own choice."""

    @property
    def name(self) -> str:
        """The address for messages: without the password."""
        scheme, _, place = self.url.partition("://")
        user = f"{self.user}@" if self.user else ""
        return f"{scheme}://{user}{place}/{self.database}".removesuffix("/")


def read_address(target: str, password: str = "") -> Address:
    """Return the parts of `bolt://user:password@host:port/database`.

    >>> read_address("bolt://ann:p%40ss@localhost:7687/kg").name
    'bolt://ann@localhost:7687/kg'

    Args:
        target: The address, with special characters in a password as %40 and the like.
        password: Counts where the address has none.

    Raises:
        ConfigError: When it cannot be read. The message has no part of it, as any may be a piece
            of a password.
    """
    # Marks that are not encoded cut a password in two.
    user_and_password = target.partition("://")[2].rpartition("@")[0]
    if not set(user_and_password) & set("@/?#"):
        with suppress(ValueError):
            parts = urlsplit(target)
            # Reading the port says whether it is one.
            if parts.hostname and parts.port != 0 and not parts.query and not parts.fragment:
                place = parts.netloc.rpartition("@")[2]
                known = unquote(parts.password) if parts.password else password
                database = unquote(parts.path.strip("/"))
                url = f"{parts.scheme}://{place}"
                return Address(url, unquote(parts.username or ""), known, database)
    raise ConfigError(
        "the address of the store cannot be read: write bolt://user@host:7687/database, with"
        " special characters in a password as %40 and the like"
    )
