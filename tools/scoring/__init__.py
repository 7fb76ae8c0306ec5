"""Scoring of claims against labelled passages: pure functions, no model is asked.

| the question | who answers it |
|---|---|
| Are the right names found at the right places? | `ner.span.strict`; strings: `ner.string.*` |
| Nearly the right names? | `ner.soft` |
| Are relations right? | `re.boundary`, with entity types `re.strict` |
| Which relation holds between two given mentions? | `re.class.noNA` |
| Are relations between entities right, whatever the mention? | `re.cluster` |
| Are the triples of the graph right? Does it hold what the text says? | `re.tripletset`, `facts` |
| Are events found, and who took part? | `ee.trg.*`, `ee.arg.*`, `ee.word` |
| Does the model make things up? | `groundedness` |
| What does it get wrong? | `mistakes` |
| Is one way of asking better than another, or is it chance? | `intervals` |
| Do scores tell what to believe? | `calibration` |
"""
