"""How are these related, in your own words? Statements first, relations of the schema later."""

from collections.abc import Iterable, Sequence

from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import dialogue
from questgraph.agents.stages.base import NO_CALLS, Calls, Recipe, Stage
from questgraph.agents.state import Context, Problem, Said, State, Update
from questgraph.tools.codecs.open_triples import OpenTriples
from questgraph.tools.folding import fold
from questgraph.tools.prompts import render
from questgraph.tools.records import Claim, Turn
from questgraph.tools.schema import Schema

MAX_TOKENS = 1024

Named = tuple[str, Sequence[str]]
"""A name of the passage, and the types that are claimed for it."""


def triples(
    *,
    least: int = 20,
    more: int = 2,
    prompt: str = "triples.v1",
    more_prompt: str = "triples-more.v1",
    name: str = "triples",
    session: str = "triples",
) -> Stage:
    """Return a stage that asks for statements about the named entities, in any words.

    They go into `frames`, their relation a phrase; `entail` makes relations of the schema of them.
    A request for many finds what a request for all does not (Li et al. 2023). Asking goes on until
    an answer brings nothing new.

    Args:
        least: How many statements to ask for at once.
        more: How often to ask for more at most.
        prompt: The first question.
        more_prompt: The further ones.
        name: The stage's name.
        session: The dialogue it belongs to.
    """
    codec = OpenTriples()

    def wording(number: int, entities: Sequence[Named], schema: Schema) -> str:
        how = codec.instruct()
        if number:
            return render(more_prompt, least=least, how=how)
        return render(prompt, least=least, entities=entities, relations=schema.relations, how=how)

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        entities = named(state["claims"])
        said: list[Said] = []
        turns: list[Turn] = []
        problems: list[Problem] = []
        # With fewer than two names there is nothing that can be related.
        rounds = 1 + more if len(entities) > 1 and context.schema.relations else 0
        for number in range(rounds):
            text = wording(number, entities, context.schema)
            before = [*state["turns"], *turns]
            answer = await converse(
                context.gateway,
                dialogue(recipe, context.schema, name, state, before, text),
                about(codec, (), text, max_tokens=MAX_TOKENS),
                stage=name,
            )
            turns += answer.turns
            problems += [answer.problem] if answer.problem else []
            known = {each.frame for each in said}
            new = [frame for frame in answer.value or () if frame not in known]
            turn = len(state["turns"]) + len(turns) - 1
            said += [Said(frame, (turn,)) for frame in new]
            if answer.problem or not new:
                break
        return {"frames": (*state["frames"], *said), "turns": turns, "problems": problems}

    def calls(schema: Schema) -> Calls:
        if not schema.relations:
            return NO_CALLS
        example = [("name", ["type"])]
        questions = (wording(0, example, schema), *([wording(1, (), schema)] if more else []))
        return Calls(0, 1 + more / 2, 1 + more, MAX_TOKENS, questions)

    return Stage(
        name=name,
        summary=f"asks for {least} statements in any words, and {more} times for more",
        run=run,
        session=session,
        calls=calls,
    )


def named(claims: Iterable[Claim]) -> list[Named]:
    """Return the entities of a passage, each name once, with the types claimed for it."""
    names: dict[str, tuple[str, list[str]]] = {}
    for claim in claims:
        if claim.kind == "entity" and claim.admitted:
            said = " ".join(claim.arguments[0].mention.text.split())
            _, types = names.setdefault(fold(said).text, (said, []))
            types += [claim.type] if claim.type not in types else []
    return list(names.values())
