"""Compiles a recipe into a LangGraph state machine: one node for each stage.

Drawing the machine shows the method. No checkpointer is used: the durable unit is the call,
which the ledger keeps (`docs/architecture.md`).
"""

from collections.abc import Awaitable
from functools import lru_cache
from typing import Protocol

from langgraph.graph import END as GRAPH_END
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from questgraph.agents.stages.base import END, Recipe, Stage
from questgraph.agents.state import Context, State, Update
from questgraph.tools.telemetry import span

Machine = CompiledStateGraph[State, Context, State, State]


class Node(Protocol):
    """What LangGraph calls at each step."""

    def __call__(self, state: State, *, runtime: Runtime[Context]) -> Awaitable[Update]:
        """Do the step and return what changed."""
        ...


@lru_cache(maxsize=64)
def compile_recipe(recipe: Recipe) -> Machine:
    """Return the state machine of `recipe`; it works on one unit for each call."""
    graph = StateGraph(State, context_schema=Context)
    for stage in recipe.stages:
        graph.add_node(stage.name, _node(stage, recipe))
    graph.add_edge(START, recipe.stages[0].name)
    following = [*(stage.name for stage in recipe.stages[1:]), GRAPH_END]
    for stage, after in zip(recipe.stages, following, strict=True):
        _join(graph, stage, after)
    return graph.compile(name=recipe.name)


def drawing(recipe: Recipe) -> str:
    """Return the state graph of `recipe` as a Mermaid diagram."""
    return str(compile_recipe(recipe).get_graph().draw_mermaid(with_styles=False))


def _node(stage: Stage, recipe: Recipe) -> Node:
    async def node(state: State, *, runtime: Runtime[Context]) -> Update:
        with span(f"stage {stage.name}", recipe=recipe.name, stage=stage.name):
            return await stage.run(state, runtime.context, recipe)

    return node


def _join(graph: StateGraph[State, Context, State, State], stage: Stage, after: str) -> None:
    """Draw the edges that leave `stage`."""
    leave = stage.leave
    if leave is None:
        (onward,) = stage.leads or (after,)
        graph.add_edge(stage.name, GRAPH_END if onward == END else onward)
        return
    targets = {GRAPH_END if name == END else name for name in stage.leads} | {after}

    def route(state: State) -> str:
        chosen = leave(state)
        return GRAPH_END if chosen == END else chosen or after

    graph.add_conditional_edges(stage.name, route, sorted(targets))
