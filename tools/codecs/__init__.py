"""Answer formats: how to ask for one, how to enforce it, how to write it, how to read it.

One file each; `base` has the protocol, `parsing` what several readers share.
"""
