"""Reading the YAML files that people write, and telling them what to correct: file, line, what, remedy.

Any kind of contract is read here. What a mapping, a lead definition, an agreement or an import may say is not
known here.
"""
