"""Where claims disagree: what the schema rules out, and which of it a graph shows."""

from questgraph.graphs.conflicts.policies import POLICIES, Origin, Policy, PolicyName, origins
from questgraph.graphs.conflicts.qualifying import qualify
from questgraph.graphs.conflicts.settling import settled

__all__ = ["POLICIES", "Origin", "Policy", "PolicyName", "origins", "qualify", "settled"]
