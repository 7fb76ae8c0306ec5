"""And where, and when? Qualifiers of a relation, one question each (ChatIE's chained templates)."""

from dataclasses import replace

from questgraph.agents.converse import about, converse
from questgraph.agents.dialogue import dialogue
from questgraph.agents.stages.base import OCCURS, PAIRS, Calls, Recipe, Stage
from questgraph.agents.state import Context, Problem, Said, State, Update
from questgraph.tools.codecs.value import Value
from questgraph.tools.prompts import render
from questgraph.tools.records import Frame, Turn
from questgraph.tools.schema import RelationType, Role, Schema

MAX_TOKENS = 128


def follow(*, prompt: str = "follow.v1", name: str = "follow", session: str = "main") -> Stage:
    """Return a stage that asks for the qualifiers of each pair that was named.

    Only relations whose type has qualifiers cost questions; an unknown slot stays empty.
    """
    codec = Value()

    def wording(name: str, head: str, tail: str, slot: Role) -> str:
        return render(prompt, type=name, head=head, tail=tail, slot=slot, how=codec.instruct())

    async def run(state: State, context: Context, recipe: Recipe) -> Update:
        frames: list[Said] = []
        turns: list[Turn] = []
        problems: list[Problem] = []

        async def fill(frame: Frame, slot: Role) -> str:
            (_, head), (_, tail) = frame.fillers[:2]
            text = wording(frame.type, head, tail, slot)
            question = about(codec, (), text, max_tokens=MAX_TOKENS)
            before = [*state["turns"], *turns]
            messages = dialogue(recipe, context.schema, name, state, before, text)
            answer = await converse(context.gateway, messages, question, stage=name)
            turns.extend(answer.turns)
            problems.extend([answer.problem] if answer.problem else [])
            return answer.value or ""

        for said in state["frames"]:
            type_ = context.schema[said.frame.type]
            slots = type_.qualifiers if isinstance(type_, RelationType) else ()
            if not slots:
                frames.append(said)
                continue
            filled = [(slot.name, await fill(said.frame, slot)) for slot in slots]
            fillers = (*said.frame.fillers, *((slot, value) for slot, value in filled if value))
            frames.append(replace(said, frame=replace(said.frame, fillers=fillers)))
        return {"frames": tuple(frames), "turns": turns, "problems": problems}

    def calls(schema: Schema) -> Calls:
        slots = [(type_, slot) for type_ in schema.relations for slot in type_.qualifiers]
        # The names of the types stand in for the words of the passage.
        questions = [
            wording(type_.name, " or ".join(type_.head), " or ".join(type_.tail), slot)
            for type_, slot in slots
        ]
        most = PAIRS * len(slots)
        return Calls(0, OCCURS * len(slots), most, MAX_TOKENS, tuple(questions))

    return Stage(
        name=name,
        summary="asks for the qualifiers of relations",
        run=run,
        session=session,
        calls=calls,
    )
