"""The lessons, found by name."""

from questgraph.agents.learning.annotate import ANNOTATE
from questgraph.agents.learning.base import Lesson
from questgraph.agents.learning.mistakes import MISTAKES
from questgraph.agents.learning.reasons import CHAINS, REASONS
from questgraph.agents.learning.rules import RULES
from questgraph.tools.registry import Registry

lessons: Registry[Lesson] = Registry("lesson")
for _lesson in (ANNOTATE, REASONS, CHAINS, RULES, MISTAKES):
    lessons[_lesson.name] = _lesson
