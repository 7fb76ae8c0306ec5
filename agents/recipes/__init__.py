"""Published ways of asking, one file each, found by name."""

from questgraph.agents.recipes.amalvy import AMALVY
from questgraph.agents.recipes.c_icl import C_ICL
from questgraph.agents.recipes.chatie import CHATIE
from questgraph.agents.recipes.chatie_tool import CHATIE_TOOL
from questgraph.agents.recipes.code4struct import CODE4STRUCT
from questgraph.agents.recipes.code4uie import CODE4UIE
from questgraph.agents.recipes.code4uie_two_stage import CODE4UIE_TWO_STAGE
from questgraph.agents.recipes.codeie import CODEIE
from questgraph.agents.recipes.codekgc import CODEKGC
from questgraph.agents.recipes.codekgc_rationale import CODEKGC_RATIONALE
from questgraph.agents.recipes.cot_er import COT_ER
from questgraph.agents.recipes.docre_nli import DOCRE_NLI
from questgraph.agents.recipes.document import DOCUMENT
from questgraph.agents.recipes.filter_then_rerank import FILTER_THEN_RERANK
from questgraph.agents.recipes.gcd import GCD
from questgraph.agents.recipes.genie import GENIE
from questgraph.agents.recipes.gollie_style import GOLLIE_STYLE, GOLLIE_STYLE_MASKED
from questgraph.agents.recipes.gpt_ner import GPT_NER
from questgraph.agents.recipes.gpt_re import GPT_RE
from questgraph.agents.recipes.guideline_learning import GUIDELINE_LEARNING
from questgraph.agents.recipes.instruct_uie import INSTRUCT_UIE
from questgraph.agents.recipes.linkner import LINKNER
from questgraph.agents.recipes.multi_turn import MULTI_TURN
from questgraph.agents.recipes.oneshot import ONESHOT
from questgraph.agents.recipes.open import OPEN
from questgraph.agents.recipes.p_icl import P_ICL
from questgraph.agents.recipes.padellm import PADELLM
from questgraph.agents.recipes.planner import PLANNER
from questgraph.agents.recipes.proggen import PROGGEN
from questgraph.agents.recipes.promptner import PROMPTNER
from questgraph.agents.recipes.qa4re import QA4RE
from questgraph.agents.recipes.rt import RT
from questgraph.agents.recipes.self_improve import SELF_IMPROVE
from questgraph.agents.recipes.staged import STAGED
from questgraph.agents.recipes.sumask import SUMASK
from questgraph.agents.recipes.tanl import TANL
from questgraph.agents.recipes.uie import UIE
from questgraph.agents.recipes.ultra import ULTRA
from questgraph.agents.recipes.uniner import UNINER
from questgraph.agents.recipes.verifiner import VERIFINER
from questgraph.agents.recipes.xie_decomposed import XIE_DECOMPOSED
from questgraph.agents.stages.base import Recipe
from questgraph.tools.registry import Registry

DEFAULT = STAGED.name

_RECIPES = (
    *(STAGED, DOCUMENT, MULTI_TURN, ONESHOT, PLANNER, OPEN),
    *(CHATIE, CHATIE_TOOL, QA4RE, SUMASK, UNINER, XIE_DECOMPOSED, PROMPTNER),
    *(GPT_NER, GPT_RE, SELF_IMPROVE, C_ICL, P_ICL, RT, COT_ER, GUIDELINE_LEARNING),
    *(CODEIE, CODE4UIE, CODE4UIE_TWO_STAGE, CODEKGC, CODEKGC_RATIONALE, CODE4STRUCT),
    *(GOLLIE_STYLE, GOLLIE_STYLE_MASKED),
    *(VERIFINER, PROGGEN, FILTER_THEN_RERANK, LINKNER, DOCRE_NLI, GCD, PADELLM),
    *(AMALVY, ULTRA),
    *(UIE, TANL, INSTRUCT_UIE, GENIE),
)

recipes: Registry[Recipe] = Registry("recipe")
for _recipe in _RECIPES:
    recipes[_recipe.name] = _recipe

__all__ = ["DEFAULT", "recipes"]
