"""How often and when to ask again."""

import random
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """Exponential backoff with full jitter, under the endpoint's own wish where it has one."""

    tries: int = 6
    """How often a call is sent at most."""

    base: float = 0.5
    """Seconds of the first pause at most; each further one is twice as long."""

    longest: float = 60.0
    """Seconds that no pause exceeds, `Retry-After` included."""

    dice: random.Random = field(default_factory=random.Random, repr=False)

    def pause(self, attempt: int, retry_after: float | None = None) -> float:
        """Return the seconds to wait after `attempt` (from 1) failed.

        >>> Retries().pause(1, retry_after=3.0)
        3.0
        """
        if retry_after is not None:
            return min(retry_after, self.longest)
        # Jitter, not secrecy: all callers wake at different moments.
        return self.dice.uniform(0, min(self.longest, self.base * 2 ** (attempt - 1)))
